"""What never arrived is found, by the commands that people type, kill -9 included."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.events.sweeps import Sweep
from tests.acceptance.conftest import PORTAL, Service, start

IN_ORDER, CHANGED, CREATED = 4_000, 1_000, 10
UPDATE = "POST /crm/{version}/objects/{type}/batch/update"
CREATE = "POST /crm/{version}/objects/{type}/batch/create"
TIDY = {
    "firstname": "Ada",
    "lastname": "Lovelace",
    "phone": "+4930901820",
    "country": "Germany",
    "hs_timezone": "europe_slash_berlin",
}
UNTIDY = "030/90 18 20"
# What could have changed something in HubSpot.
HARMLESS = ("GET ", "POST /crm/{version}/objects/{type}/search")
NO_LIMIT = {"RATE_CALLS": "0", "RATE_SEARCHES": "0"}


def writes(service: Service) -> dict[str, int]:
    """Return the inputs of the calls that could have changed something, by route."""
    inputs = service.control.summary()["inputs_by_route"].items()
    return {
        route: count
        for route, count in inputs
        if not route.startswith(HARMLESS) and not route.endswith("/batch/read")
    }


@contextmanager
def running(service: Service, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command beside the test; it is dead when the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *words],
        env=service.stack.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def kill_when(service: Service, true: Callable[[Sweep], bool], *words: str) -> Sweep:
    """Start a sweep and kill -9 it as soon as something is true of it."""

    def sweep() -> Sweep:
        return service.services.sweeps.get(PORTAL, words[0]) or Sweep("", "", "")

    with running(service, *words) as child:
        service.until(lambda: true(sweep()) or child.poll() is not None)
        child.send_signal(signal.SIGKILL)
        child.wait()
    left = sweep()
    assert not left.ended_at, "it was over before it could be killed"
    return left


def test_dropped_webhooks_are_found_and_only_they_cost_writes(tmp_path: Path) -> None:
    """A thousand changes among thousands that leave a contact as it should be."""
    with start(tmp_path, RATE_CALLS="0") as service:
        service.control.put_limits(plan="unlimited")
        service.control.put_webhooks(subscriptions=[])
        tidy = [
            {"id": str(700_000_000_000 + n), "email": f"p{n}@gmail.com", **TIDY}
            for n in range(IN_ORDER + CHANGED)
        ]
        service.control.seed("contacts", tidy)
        everybody = [person["id"] for person in tidy]
        time.sleep(0.01)
        since = datetime.now(UTC).isoformat()
        edit(service, everybody, city="Ulm")
        changed = everybody[:: len(everybody) // CHANGED]
        edit(service, changed, phone=UNTIDY)
        created = service.create(*(newcomer(n) for n in range(CREATED)))
        service.control.forget_requests()

        left = kill_when(
            service, lambda s: s.found >= 1_000, "reconcile", "--since", since
        )
        told = service.command("reconcile")
        service.until_quiet()

        print(told, service.control.summary()["by_route"], writes(service))
        found = len(everybody) + CREATED
        assert f"goes on after {left.found:,} of" in told
        assert f"{found:,} contacts were put in" in told
        counts = service.services.books.counts(PORTAL)
        assert found == counts["accepted"]
        assert CHANGED + CREATED == counts["contacts_written"]
        after = {c["id"]: c["properties"] for c in service.control.dump("contacts")}
        assert {TIDY["phone"]} == {after[i]["phone"] for i in changed}
        assert {"Ada"} == {after[i]["firstname"] for i in created}
        notes = service.control.dump("notes")
        assert CREATED == len(notes)
        assert {UPDATE: CHANGED + CREATED, CREATE: CREATED} == writes(service)
        assert "ended" in service.command("reconcile", "--status")


def edit(service: Service, contacts: list[str], **properties: str) -> None:
    """Let people change contacts, and nobody hear of it."""
    for start_ in range(0, len(contacts), 1_000):
        edits = [
            {"id": i, "properties": properties}
            for i in contacts[start_ : start_ + 1_000]
        ]
        service.control.update("contacts", edits)


def newcomer(n: int) -> dict[str, str]:
    return {**TIDY, "email": f"new{n}@gmail.com", "firstname": "ADA"}
