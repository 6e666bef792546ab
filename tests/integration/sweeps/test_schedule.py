"""Reconcile by itself: due once in a span, in pieces, never beginning over."""

from __future__ import annotations

import time

import pytest
import redis

from app.events import keys
from app.events.stored import StoredForm
from app.events.vault import Vault
from app.repair import schedule
from app.sandbox.testing import Sandbox
from app.services import Services
from tests.integration.sweeps.conftest import PORTAL, Connect, ids, waiting
from workers.ticker import Ticker, Waker

FIRST = 700_000_000_000


@pytest.fixture
def at(connect: Connect) -> Services:
    return connect(reconcile_every_s=600)


def seed(sandbox: Sandbox, count: int, first: int = FIRST) -> list[str]:
    rows = [{"id": i, "lastname": f"Person {i}"} for i in ids(first, count)]
    sandbox.control.seed("contacts", rows)
    return [row["id"] for row in rows]


def test_without_a_setting_nothing_is_ever_due(connect: Connect) -> None:
    at = connect()

    assert not schedule.is_due(at)
    assert not at.store.exists(keys.RECONCILE)


def test_it_is_due_once_in_a_span(connect: Connect) -> None:
    at = connect(reconcile_every_s=0.3)

    assert [True, False, False] == [schedule.is_due(at) for _ in range(3)]
    deadline = time.monotonic() + 5
    while not schedule.is_due(at):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_ticker_on_duty_starts_it(connect: Connect) -> None:
    at = connect(reconcile_every_s=600)
    started: list[int] = []
    waker = Waker(at, lambda portal: None)
    tickers = [Ticker(at, waker, lambda n=n: started.append(n)) for n in range(2)]

    for _ in range(5):
        for ticker in tickers:
            ticker.tick()

    assert [0] == started


def test_the_first_time_it_looks_back_one_span(
    sandbox: Sandbox, connect: Connect
) -> None:
    at = connect(reconcile_every_s=0.5)
    seed(sandbox, 3)
    time.sleep(0.7)
    young = seed(sandbox, 5, FIRST + 100)
    time.sleep(0.01)

    schedule.run(at)

    assert sorted(young) == sorted(waiting(at))


def test_changes_are_found_once_over_many_pieces(
    sandbox: Sandbox, at: Services
) -> None:
    before = seed(sandbox, 450)
    schedule.run(at)
    schedule.run(at)
    assert sorted(before) == sorted(waiting(at))

    edits = [{"id": i, "properties": {"city": "Ulm"}} for i in before[:7]]
    time.sleep(0.01)
    sandbox.control.update("contacts", edits)
    time.sleep(0.01)
    schedule.run(at)

    assert sorted(before + before[:7]) == sorted(waiting(at))
    sweep = at.sweeps.get(PORTAL, "schedule")
    assert sweep is not None
    assert 457 == sweep.found
    assert 0 == at.books.counts(PORTAL).get("duplicates", 0)


def test_a_piece_has_an_end_and_the_next_is_due_at_once(
    sandbox: Sandbox, at: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "PAGES", 2)
    contacts = seed(sandbox, 900)

    pieces = 0
    while schedule.is_due(at):
        schedule.run(at)
        pieces += 1

    assert 2 < pieces < 6
    assert sorted(contacts) == sorted(waiting(at))


def test_a_piece_that_has_to_wait_comes_back_soon(
    sandbox: Sandbox, at: Services, store: redis.Redis
) -> None:
    contacts = seed(sandbox, 10)
    sandbox.control.put_faults({"kind": "502", "path": "*/search", "times": 1})
    assert schedule.is_due(at)

    schedule.run(at)

    assert 0 < store.pttl(keys.RECONCILE) <= 60_000
    assert "in trouble" in at.sweeps.get(PORTAL, "schedule").waits_for  # type: ignore[union-attr]
    schedule.run(at)
    assert sorted(contacts) == sorted(waiting(at))


def test_a_refused_token_is_no_crash(sandbox: Sandbox, at: Services) -> None:
    sandbox.control.put_faults({"kind": "401", "path": "*"})

    schedule.run(at)

    assert [] == waiting(at)


def test_only_who_was_created_lately_is_new(sandbox: Sandbox, connect: Connect) -> None:
    """A contact made long ago that changes today is not welcomed."""
    at = connect(reconcile_every_s=0.2)
    (old,) = seed(sandbox, 1)
    schedule.run(at)
    time.sleep(0.5)
    schedule.run(at)
    edit = {"id": old, "properties": {"city": "Ulm"}}
    sandbox.control.update("contacts", [edit])
    (young,) = seed(sandbox, 1, FIRST + 100)
    time.sleep(0.01)
    schedule.run(at)

    def last(contact: str) -> bool:
        stored = at.store.lrange(keys.of(PORTAL, f"events:{contact}"), -1, -1)
        return StoredForm(Vault()).load(stored[0]).tells_of_creation

    assert (False, True) == (last(old), last(young))
