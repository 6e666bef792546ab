"""A sweep is counted right, gives way, waits, and goes on wherever it was left."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from app.cli import embedded
from app.errors import ConfigError, Denied, LeaseLost, StoreDown, Throttled
from app.events import keys
from app.events.inbox import Inbox, InboxOptions
from app.events.model import Event
from app.events.scripts import Scripts
from app.events.stored import StoredForm
from app.events.sweeps import Sweep
from app.events.vault import Vault
from app.repair import hint, start, wait
from app.repair.sweep import Sweeper, carry_on
from app.repair.walk import Everybody
from app.sandbox.testing import Sandbox
from app.services import Services
from tests.integration.sweeps.conftest import PORTAL, Connect, drive, ids, waiting

FIRST = 700_000_000_000
LIST = "GET /crm/{version}/objects/{type}"

Begin = Callable[[Services], Sweeper]


def backfill(at: Services) -> Sweeper:
    return start.backfill(at, PORTAL)


def reconcile(at: Services) -> Sweeper:
    return start.reconcile(at, PORTAL, since=time.time() - 60)


either = pytest.mark.parametrize("begin", [backfill, reconcile])


def seed(sandbox: Sandbox, count: int) -> list[str]:
    rows = [{"id": i, "lastname": f"Person {i}"} for i in ids(FIRST, count)]
    sandbox.control.seed("contacts", rows)
    return [row["id"] for row in rows]


@either
def test_everybody_is_put_in_once_and_the_books_agree(
    sandbox: Sandbox, at: Services, begin: Begin
) -> None:
    contacts = seed(sandbox, 730)

    sweeper = begin(at)
    drive(sweeper)

    assert contacts == sorted(waiting(at))
    assert (730, 730) == (sweeper.sweep.found, sweeper.sweep.total)
    law = at.books.law(PORTAL)
    assert law.holds, str(law)
    assert 730 == law.accepted == law.waiting


@either
def test_it_goes_on_where_it_was_left_after_any_page(
    sandbox: Sandbox, at: Services, connect: Connect, begin: Begin
) -> None:
    """Every page is read by another process."""
    contacts = seed(sandbox, 730)

    sweeper = begin(at)
    begun_as = sweeper.sweep.id
    for _ in range(20):
        sweeper.step()
        if sweeper.sweep.ended_at:
            break
        sweeper = begin(connect())

    assert begun_as == sweeper.sweep.id
    assert contacts == sorted(waiting(at))
    assert 730 == sweeper.sweep.found
    assert 0 == at.books.counts(PORTAL).get("duplicates", 0)


@either
def test_a_crash_between_putting_in_and_writing_down_counts_nobody_twice(
    sandbox: Sandbox, at: Services, begin: Begin
) -> None:
    contacts = seed(sandbox, 450)
    sweeper = begin(at)
    sweeper.step()
    killed = begin(at)
    step = killed._walk.step(killed.sweep.cursor)
    at.inbox.accept(hint.events(killed.sweep, step.found))

    sweeper = begin(at)
    drive(sweeper)

    assert contacts == sorted(waiting(at))
    assert 450 == sweeper.sweep.found
    assert len(step.found) == at.books.counts(PORTAL)["duplicates"]


@either
def test_of_two_that_carry_on_one_sweep_the_first_stops(
    sandbox: Sandbox, at: Services, begin: Begin
) -> None:
    contacts = seed(sandbox, 450)
    first = begin(at)
    first.step()
    second = begin(at)

    with pytest.raises(LeaseLost, match="another process"):
        first.step()
    drive(second)

    assert contacts == sorted(waiting(at))
    assert 450 == second.sweep.found


@either
def test_another_one_looks_at_everybody_again(
    sandbox: Sandbox, at: Services, begin: Begin
) -> None:
    seed(sandbox, 150)
    drive(begin(at))
    drive(begin(at))

    assert 300 == at.books.counts(PORTAL)["accepted"]


def test_one_that_was_left_is_gone_on_with_only_if_it_covers_what_is_wanted(
    sandbox: Sandbox, at: Services
) -> None:
    seed(sandbox, 900)
    now = time.time()
    left = start.reconcile(at, PORTAL, since=now - 60)
    left.step()

    later = start.reconcile(at, PORTAL, since=now - 30)
    no_word = start.reconcile(at, PORTAL)
    assert {left.sweep.id} == {later.sweep.id, no_word.sweep.id}
    earlier = start.reconcile(at, PORTAL, since=now - 90)
    assert left.sweep.id != earlier.sweep.id
    again = start.reconcile(at, PORTAL, since=now - 30, again=True)
    assert ("", 0) == (again.sweep.cursor, again.sweep.found)
    drive(again)
    with pytest.raises(ConfigError, match="--since"):
        start.reconcile(at, PORTAL)


def test_a_token_of_another_portal_sweeps_nothing(at: Services) -> None:
    with pytest.raises(Denied, match="portal 20000001"):
        start.backfill(at, "999")


def test_it_never_fills_the_inbox_that_webhooks_need(
    sandbox: Sandbox, connect: Connect
) -> None:
    at = connect(max_waiting_events=1_000)
    seed(sandbox, 1_500)
    sweeper = start.backfill(at, PORTAL)

    held_up = [sweeper.step() for _ in range(30)][-1]

    assert held_up is not None
    assert "workers" in held_up.why
    assert 500 == at.books.counts(PORTAL)["waiting"]
    assert held_up.why == at.sweeps.get(PORTAL, "backfill").waits_for  # type: ignore[union-attr]
    claim = at.inbox.claim(PORTAL, "t", 500)
    at.inbox.settle(claim, [(c.contact_id, "unchanged") for c in claim.contacts])
    assert sweeper.step() is None
    assert "" == at.sweeps.get(PORTAL, "backfill").waits_for  # type: ignore[union-attr]


@either
def test_what_the_inbox_did_not_take_is_put_in_later(
    sandbox: Sandbox, at: Services, begin: Begin
) -> None:
    contacts = seed(sandbox, 450)
    full = Inbox(Scripts(at.store), InboxOptions(most_waiting=0))
    sweeper = begin(replace(at, inbox=full))

    held_up = [sweeper.step() for _ in range(3)]
    drive(begin(at))

    assert all(
        each and "waiting events, the limit is 0" in each.why for each in held_up
    )
    assert contacts == sorted(waiting(at))


def test_it_leaves_its_share_of_the_day_to_others(
    sandbox: Sandbox, connect: Connect
) -> None:
    at = connect(daily_share=0.2)
    seed(sandbox, 4_000)
    sandbox.control.put_limits(daily=100)
    sweeper = start.backfill(at, PORTAL)

    held_up = None
    for _ in range(60):
        held_up = held_up or sweeper.step()

    assert held_up is not None
    assert "the day's 100 calls are used" in held_up.why
    assert "DAILY_SHARE is 20%" in held_up.why
    calls = sandbox.control.summary()["by_route"][LIST]
    assert 0 < calls <= 20 + wait.PAGES_PER_LOOK
    generous = start.backfill(at, PORTAL, share=1.0)
    generous.step()
    assert generous.sweep.found > sweeper.sweep.found
    sandbox.control.put_limits(plan="unlimited")


def test_no_usage_told_is_no_limit(sandbox: Sandbox, at: Services) -> None:
    """HubSpot counts no day for OAuth, and does not tell everybody."""
    sandbox.control.put_faults({"kind": "403", "path": "*/api-usage/*"})
    contacts = seed(sandbox, 120)

    drive(start.backfill(at, PORTAL))

    assert contacts == sorted(waiting(at))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("502", "in trouble"),
        ("429_ten_secondly", "come back in"),
        ("401", "does not accept the access token"),
        ("drop_after_write", "cannot be reached"),
    ],
)
@either
def test_trouble_is_waited_out_with_words(
    sandbox: Sandbox, at: Services, begin: Begin, kind: str, said: str
) -> None:
    contacts = seed(sandbox, 250)
    sweeper = begin(at)
    paths = ("*/objects/contacts", "*/search")
    sandbox.control.put_faults(*({"kind": kind, "path": p, "times": 1} for p in paths))
    told: list[str] = []
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        at.throttle.resume(PORTAL)

    carry_on(sweeper, lambda now: told.append(now.waits_for), sleep=nap)

    assert contacts == sorted(waiting(at))
    assert said in next(filter(None, told))
    assert all(0 < seconds <= wait.LONGEST_S for seconds in naps)


def test_patience_grows_and_has_an_end() -> None:
    naps = [wait.after(StoreDown("away"), n).seconds for n in range(1, 40)]
    assert sorted(naps) == naps
    assert max(naps) <= wait.LONGEST_S
    day = wait.after(Throttled("daily", retry_after=86_400), 1)
    assert wait.LONGEST_S == day.seconds


def test_what_is_put_in_can_be_read_again_as_hubspots_events_can(
    sandbox: Sandbox, at: Services
) -> None:
    """A dead letter is replayed from what was sent: here, from what we made."""
    (contact,) = seed(sandbox, 1)
    drive(start.backfill(at, PORTAL))
    (stored,) = at.store.lrange(keys.of(PORTAL, f"events:{contact}"), 0, -1)

    event = StoredForm(Vault()).load(stored)

    assert isinstance(StoredForm(Vault()).revive(stored), Event)
    assert event == StoredForm(Vault()).revive(stored)
    assert ("contact.reconcile", "BACKFILL") == (event.kind, event.change_source)


def key(sweep: Sweep, found: hint.Found) -> str:
    (event,) = hint.events(sweep, [found])
    return event.key


@pytest.mark.parametrize(
    ("name", "states", "resumed"),
    [("backfill", 1, 1), ("reconcile", 1, 2), ("schedule", 3, 3)],
)
def test_what_is_news_to_a_sweep(
    at: Services, name: str, states: int, resumed: int
) -> None:
    """A contact's changes: before the sweep began, after it, and later still."""
    sweep = at.sweeps.begin(PORTAL, name, since=1.0)
    begun_at = int(sweep.begun_at * 1000)
    asked = name != "backfill"
    changes = [
        hint.Found("501", asked * (begun_at + after_ms)) for after_ms in (-5, 5, 9)
    ]

    keys_of = {key(sweep, each) for each in changes}
    later = replace(sweep, taken_at=sweep.taken_at + 60)

    assert states == len(keys_of)
    assert resumed == len({key(later, each) for each in changes})
    assert key(later, changes[0]) in keys_of
    assert key(sweep, changes[0]) == key(sweep, replace(changes[0], is_new=True))
    other = at.sweeps.begin(PORTAL, name, since=1.0)
    assert key(replace(other, begun_at=sweep.begun_at), changes[0]) not in keys_of


def test_what_changed_after_a_sweep_was_left_is_found_when_it_goes_on(
    sandbox: Sandbox, at: Services
) -> None:
    contacts = seed(sandbox, 450)
    left = reconcile(at)
    left.step()
    assert contacts[0] in waiting(at)
    edit = {"id": contacts[0], "properties": {"city": "Ulm"}}
    sandbox.control.update("contacts", [edit])
    time.sleep(0.01)

    drive(reconcile(at))

    assert [contacts[0], *contacts] == sorted(waiting(at))


def test_what_changes_under_way_is_not_counted_again(
    sandbox: Sandbox, at: Services
) -> None:
    """As the workers' own writes do."""
    contacts = seed(sandbox, 450)
    sweeper = reconcile(at)
    sweeper.step()
    edits = [{"id": i, "properties": {"city": "Ulm"}} for i in contacts]
    sandbox.control.update("contacts", edits)

    drive(sweeper)

    assert contacts == sorted(waiting(at))
    assert 450 == sweeper.sweep.found == at.books.counts(PORTAL)["accepted"]


def test_a_walk_that_is_over_stays_over(sandbox: Sandbox, at: Services) -> None:
    seed(sandbox, 100)
    sweeper = start.backfill(at, PORTAL)
    drive(sweeper)

    assert sweeper.sweep == carry_on(sweeper, lambda _: None)
    assert 100 == Everybody(start.client(at, PORTAL)).total()


def test_a_store_that_is_killed_under_it_is_waited_for(
    sandbox: Sandbox, connect: Connect, tmp_path: Path
) -> None:
    """A write of it may have been done, or not: either way it goes on right."""
    contacts = seed(sandbox, 730)
    port = embedded.free_port()
    child = embedded.start(tmp_path, port, fsync="always")
    at = connect(redis_url=f"redis://127.0.0.1:{port}/0")
    try:
        until(lambda: at.store.ping())
        sweeper = start.backfill(at, PORTAL)
        sweeper.step()
        child.kill()
        child.wait()
        held_up = sweeper.step()
        child = embedded.start(tmp_path, port, fsync="always")
        until(lambda: at.store.ping())
        drive(sweeper)

        assert held_up is not None
        assert "the store is away" in held_up.why
        assert contacts == sorted(waiting(at))
        assert 730 == sweeper.sweep.found == at.books.law(PORTAL).accepted
    finally:
        child.terminate()
        child.wait()


def until(true: Callable[[], object]) -> None:
    """Wait for a store that starts."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(redis.RedisError):
            if true():
                return
        time.sleep(0.02)
    raise AssertionError("the store does not answer")
