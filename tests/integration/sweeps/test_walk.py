"""No contact is passed over and none comes twice, however their changes lie."""

from __future__ import annotations

import time
from collections import Counter
from itertools import pairwise

import pytest

from app.repair import start
from app.repair.walk import Changed, Everybody, Walk
from app.sandbox.testing import Sandbox
from app.services import Services
from tests.integration.sweeps.conftest import PORTAL, Connect, drive, ids, waiting

FIRST = 700_000_000_000


def seed(sandbox: Sandbox, count: int, first: int = FIRST) -> list[str]:
    rows = [{"id": i, "lastname": f"Person {i}"} for i in ids(first, count)]
    sandbox.control.seed("contacts", rows)
    return [row["id"] for row in rows]


def touch(sandbox: Sandbox, contacts: list[str], city: str) -> None:
    edits = [{"id": i, "properties": {"city": city}} for i in contacts]
    sandbox.control.update("contacts", edits)


def walked(walk: Walk) -> Counter[str]:
    """Return how often each contact is found on the whole way."""
    found: Counter[str] = Counter()
    cursor, is_last = "", False
    while not is_last:
        step = walk.step(cursor)
        found.update(each.contact_id for each in step.found)
        cursor, is_last = step.cursor, step.is_last
    return found


def all_once(contacts: list[str]) -> Counter[str]:
    return Counter(dict.fromkeys(contacts, 1))


def test_only_those_that_changed_in_the_span_are_found(
    sandbox: Sandbox, at: Services
) -> None:
    contacts = seed(sandbox, 900)
    time.sleep(0.01)
    since = time.time()
    touch(sandbox, contacts[::2], "Ulm")
    until = time.time()
    time.sleep(0.01)
    touch(sandbox, contacts[:30], "Bonn")

    hubspot = start.client(at, PORTAL)
    within = Changed(hubspot, since, until, until=until, lag_s=0)
    to_the_present = Changed(hubspot, since, time.time(), lag_s=0)

    assert all_once(contacts[30::2]) == walked(within)
    assert all_once([*contacts[:30], *contacts[30::2]]) == walked(to_the_present)


def test_more_contacts_than_one_search_gives_away(
    sandbox: Sandbox, at: Services
) -> None:
    contacts = seed(sandbox, 10_500)

    walk = Changed(start.client(at, PORTAL), time.time() - 60, time.time(), lag_s=0)

    assert all_once(contacts) == walked(walk)


@pytest.mark.parametrize("count", [199, 200, 201, 450, 10_500])
def test_contacts_that_changed_in_the_same_millisecond(
    sandbox: Sandbox, at: Services, count: int
) -> None:
    before = seed(sandbox, 120)
    stopped_at = time.time()
    sandbox.control.put_clock(speed=0)
    together = seed(sandbox, count, FIRST + 10_000)
    sandbox.control.put_clock(speed=1, advance_s=time.time() - stopped_at)
    time.sleep(0.01)
    after = seed(sandbox, 250, FIRST + 100_000)

    walk = Changed(start.client(at, PORTAL), time.time() - 60, time.time(), lag_s=0)

    assert all_once([*before, *together, *after]) == walked(walk)


def test_who_changes_while_the_walk_is_under_way_is_not_missed(
    sandbox: Sandbox, at: Services
) -> None:
    """With offsets, those that move up into a page that was read would be."""
    contacts = seed(sandbox, 1_000)
    walk = Changed(start.client(at, PORTAL), time.time() - 60, time.time(), lag_s=0)

    first = walk.step("")
    touch(sandbox, contacts[:150] + contacts[-5:], "Ulm")
    found = {each.contact_id for each in first.found}
    cursor, is_last = first.cursor, False
    while not is_last:
        step = walk.step(cursor)
        found |= {each.contact_id for each in step.found}
        cursor, is_last = step.cursor, step.is_last

    assert set(contacts) == found


def test_what_search_does_not_show_yet_is_waited_for(
    sandbox: Sandbox, connect: Connect
) -> None:
    at = connect(search_lag_s=1.0)
    sandbox.control.put_limits(search_lag_s=0.7)
    contacts = seed(sandbox, 3)

    sweeper = start.reconcile(at, PORTAL, since=time.time() - 60)
    held_up = [sweeper.step() for _ in range(2)][-1]
    assert held_up is not None
    assert "search" in held_up.why
    time.sleep(held_up.seconds)
    drive(sweeper)

    assert sorted(contacts) == sorted(waiting(at))


def test_a_search_page_costs_one_call(sandbox: Sandbox, at: Services) -> None:
    seed(sandbox, 2_000)
    sandbox.control.forget_requests()
    walk = Changed(start.client(at, PORTAL), time.time() - 60, time.time(), lag_s=0)

    walked(walk)

    routes = sandbox.control.summary()["by_route"]
    # What shares its millisecond with the end of a page comes with the next one.
    assert routes["POST /crm/{version}/objects/{type}/search"] <= 12


def test_a_backfill_goes_over_everybody_by_the_hundred(
    sandbox: Sandbox, at: Services
) -> None:
    contacts = seed(sandbox, 250)
    walk = Everybody(start.client(at, PORTAL))

    assert 250 == walk.total()
    assert all_once(contacts) == walked(walk)
    cursors = [""]
    while cursors[-1] or len(cursors) == 1:
        cursors.append(walk.step(cursors[-1]).cursor)
    assert all(one != other for one, other in pairwise(cursors))
