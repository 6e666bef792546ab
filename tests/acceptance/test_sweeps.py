"""What never arrived is found, by the commands that people type, kill -9 included."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.conftest import PORTAL, Service, start
from tests.acceptance.sweeping import kill_when, running

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
        assert f"goes on after {left.found:,} of" in told
        counts = service.services.books.counts(PORTAL)
        found = len(everybody) + CREATED
        # Going on, it meets again what the workers had written before it was killed.
        assert found <= counts["accepted"] <= found + CHANGED + CREATED
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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that hears of nothing, with contacts whose phones are untidy."""
    with start(
        tmp_path_factory.mktemp("small"),
        RATE_SEARCHES="1",
        SEARCH_LAG_S="2.5",
        RECONCILE_EVERY_S="1.5",
    ) as service:
        service.control.put_webhooks(subscriptions=[])
        yield service


def test_by_schedule_changes_are_found_without_anybodys_hand(small: Service) -> None:
    (ada,) = small.create({**TIDY, "email": "ada@gmail.com", "phone": UNTIDY})

    small.until(lambda: small.contact(ada)["phone"] == TIDY["phone"])
    small.until(lambda: bool(small.contact(ada)["hs_pinned_engagement_id"]))
    edit(small, [ada], phone=f" {UNTIDY}")
    small.until(lambda: small.contact(ada)["phone"] == TIDY["phone"])

    small.until_quiet()
    assert "reconcile by schedule" in small.command("reconcile", "--status")
    assert "WRONG" not in small.command("doctor")


def test_ctrl_c_leaves_a_sweep_to_be_gone_on_with(small: Service) -> None:
    """It is waiting for the day's calls: nothing else would end it."""
    with running(small, "backfill", "--daily-share", "0") as child:
        said = child.stdout
        assert said is not None
        assert "backfill of all contacts" in said.readline()
        assert "waiting: " in said.readline()
        assert "waiting since" in small.command("backfill", "--status")
        child.send_signal(signal.SIGINT)
        rest, _ = child.communicate(timeout=20)

    assert 130 == child.returncode
    assert "`hubkeeper backfill` goes on from there" in rest
    assert "Traceback" not in rest
    assert "were put in" in small.command("backfill")
    assert "ended" in small.command("backfill", "--status")


def test_on_a_terminal_there_is_a_bar(small: Service) -> None:
    """And it says why it stands still: here, for one faulty answer."""
    small.create({**TIDY, "email": "bob@gmail.com"})
    everybody = len(small.control.dump("contacts"))
    small.control.put_faults({"kind": "502", "path": "*/objects/contacts", "times": 1})
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "backfill", "--again"],
        env={**small.stack.environ, "TERM": "xterm"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while piece := os.read(ours, 65_536):
            shown += piece
    os.close(ours)

    assert 0 == child.wait(), shown.decode()
    assert f"{everybody}/{everybody}".encode() in shown
    assert b"waiting: HubSpot is in trouble" in shown
    assert b"were put in" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backfill", "--portal", "999"], "is of portal 20000001"),
        (["reconcile", "--again"], "say --since"),
    ],
)
def test_what_cannot_be_done_is_said(
    small: Service, words: list[str], said: str
) -> None:
    told = small.command(*words, check=False)

    assert said in told
    assert "Traceback" not in told
