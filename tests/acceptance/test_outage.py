"""A portal that is ill as a whole, and workers that are told to stop: nobody pays."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.events.illness import Kind
from tests.acceptance.conftest import PORTAL, Service, start

RULES = '[[rule]]\nname = "names"\naction = "tidy_name"\n'
# How often HubSpot is asked in an hour: after 5, 10, 20, 40 and then every 60 seconds.
AN_HOUR = 63
# Calls of rounds that were under way before the first of them knew.
UNDER_WAY = 12


@contextmanager
def begin(directory: Path, **environ: str) -> Iterator[Service]:
    """Start a service that looks at creations, and does little about them."""
    rules = directory / "rules.toml"
    rules.write_text(RULES)
    more = {"RULES_FILE": str(rules), "RATE_CALLS": "0", **environ}
    with start(directory / "service", workers=2, **more) as service:
        service.control.put_limits(plan="unlimited")
        service.control.put_webhooks(subscriptions=[{"eventType": "contact.creation"}])
        yield service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Its time is scaled, too: it rests a fiftieth as long as by default."""
    settings = {"PAUSE_S": "0.1", "STOP_S": "1", "LEASE_S": "100"}
    with begin(
        tmp_path_factory.mktemp("outage"), HTTP_TIMEOUT_S="30", **settings
    ) as running:
        yield running


def crowd(count: int) -> list[dict[str, str]]:
    return [{"firstname": "ADA", "lastname": f"L{n}"} for n in range(count)]


def told(service: Service) -> list[object]:
    """Return what the workers said about the portal's health, in order of time."""
    logs = service.stack.plan.directory.glob("worker-*.log")
    lines = [line for log in logs for line in log.read_text().splitlines()]
    entries = [json.loads(line) for line in lines if '"portal_' in line]
    return [
        each["event"] for each in sorted(entries, key=lambda e: str(e["timestamp"]))
    ]


def checks(service: Service) -> int:
    illness = service.services.illnesses.illness_of(PORTAL)
    return illness.checks if illness else 0


def kind_of_illness(service: Service) -> Kind | None:
    illness = service.services.illnesses.illness_of(PORTAL)
    return illness.kind if illness else None


def attempts(service: Service) -> int:
    """Return how many attempts are held against contacts that wait."""
    store = service.services.store
    states = store.scan_iter(f"hk:{{{PORTAL}}}:state:*", count=1000)
    return sum(int(store.hget(state, "attempts") or 0) for state in states)


def stop(service: Service, *names: str) -> tuple[list[int], float]:
    """Tell workers to stop; return how they ended, and after how many seconds.

    Every process of them gets the signal, as a service manager may do it.
    """
    began = time.monotonic()
    children = [service.stack.children.pop(name) for name in names]
    for child in children:
        os.killpg(child.pid, signal.SIGTERM)
    return [child.wait(timeout=30) for child in children], time.monotonic() - began


def test_a_wrong_token_for_an_hour_kills_none_of_ten_thousand(tmp_path: Path) -> None:
    """The hour is as many questions to HubSpot as are asked in an hour."""
    wrong = {"HUBSPOT_ACCESS_TOKEN": "of-last-year", "PAUSE_S": "0.01"}
    with begin(tmp_path, **wrong) as service:
        service.create(*crowd(10_000))
        books = service.services.books
        service.until(lambda: books.counts(PORTAL).get("accepted", 0) == 10_000)
        service.until(lambda: checks(service) >= AN_HOUR)

        law = books.law(PORTAL)
        assert (10_000, 0, 0) == (law.waiting, law.working, law.dead), str(law)
        assert (Kind.DENIED, 0) == (kind_of_illness(service), attempts(service))
        assert ["portal_ill"] == told(service)
        assert service.calls() <= checks(service) + UNDER_WAY

        service.stack.environ["HUBSPOT_ACCESS_TOKEN"] = "sandbox-token"
        assert [0, 0] == stop(service, "worker-1", "worker-2")[0]
        service.stack.start_worker("worker-3")
        service.until_quiet()

        law = books.law(PORTAL)
        assert (10_000, 0) == (law.settled, law.dead)
        contacts = service.control.dump("contacts")
        assert ["Ada"] * 10_000 == [c["properties"]["firstname"] for c in contacts]
        assert ["portal_ill", "portal_recovered"] == told(service)


@pytest.mark.parametrize(
    ("fault", "kind"), [("503", Kind.OUTAGE), ("401", Kind.DENIED)]
)
def test_a_bad_hour_of_hubspot_costs_no_attempt_and_few_calls(
    service: Service, fault: str, kind: Kind
) -> None:
    calls, words = service.calls(), len(told(service))
    settled = service.services.books.law(PORTAL).settled
    service.control.put_faults({"kind": fault})
    service.create(*crowd(1_000))
    service.until(lambda: checks(service) >= 6)

    doctor = service.command("doctor", check=False)
    assert f"WRONG portal {PORTAL} paused: {kind.words}, since" in doctor
    assert (kind, 0, []) == (
        kind_of_illness(service),
        attempts(service),
        service.dead(),
    )
    assert service.calls() - calls <= checks(service) + UNDER_WAY

    service.control.clear_faults()
    service.until_quiet()

    assert 1_000 == service.services.books.law(PORTAL).settled - settled
    assert ["portal_ill", "portal_recovered"] == told(service)[words:]
    assert "WRONG" not in service.command("doctor")


def test_a_worker_that_is_told_to_stop_gives_its_contacts_to_the_others(
    service: Service,
) -> None:
    """Its calls take longer than it has, so that it must leave off in the middle."""
    settled = service.services.books.law(PORTAL).settled
    service.control.put_faults({"kind": "slow", "delay_s": 8, "times": 4})
    service.create(*crowd(1_500))
    group = service.stack.children["worker-1"].pid
    service.until(lambda: len(rounds_of(service, group)) == 2)
    rounds = rounds_of(service, group)

    codes, took_s = stop(service, "worker-1")

    assert [0] == codes
    assert took_s < 1 + 4
    assert set() == rounds & set(service.services.inbox.holders(PORTAL))
    assert 0 == service.services.store.zcard(f"hk:{{{PORTAL}}}:suspect")
    assert 0 == attempts(service)
    service.until_quiet()
    law = service.services.books.law(PORTAL)
    assert (1_500, 0) == (law.settled - settled, law.dead)


def rounds_of(service: Service, group: int) -> set[str]:
    """Return the rounds that a worker has in hand."""
    tokens = service.services.inbox.holders(PORTAL)
    return {t for t in tokens if os.getpgid(int(t.split(":")[1])) == group}
