"""The request log: what can be looked up, for how long, and what is never in it."""

from __future__ import annotations

import itertools

import pytest
import redis

from app.events import keys
from app.events.deliveries import HALF_DAY_MS, Deliveries, Search
from app.events.delivery import Delivery, Held, row
from app.events.receipt import Receipt
from app.events.scripts import Scripts
from app.web.logbook import new_id
from tests.integration.events.conftest import PORTAL, MakeEvent

DAY_S = 86_400.0


@pytest.fixture
def log(store: redis.Redis) -> Deliveries:
    return Deliveries(Scripts(store), keep_s=7 * DAY_S, most=1_000)


def line(at: float, outcome: str = "accepted", **fields: object) -> Delivery:
    given = {"status": 204, "portals": (PORTAL,), **fields}
    return Delivery(new_id(at), at, outcome, **given)  # type: ignore[arg-type]


def test_a_delivery_is_found_again_as_it_was(log: Deliveries, event: MakeEvent) -> None:
    tally = Receipt(accepted=2, duplicates=1, unreadable=1)
    first = line(log.now(), size=321, signature="v3", receipt=tally)
    one, other = event(501), event(502, subscriptionType="contact.creation")
    log.write([(first, [row(one), row(other)])])

    assert first == log.get(first.id)
    assert [first] == list(log.latest())
    assert [
        Held(PORTAL, one.key, "contact.propertyChange", "501", "email"),
        Held(PORTAL, other.key, "contact.creation", "502", "email"),
    ] == log.events(first)


def test_no_value_of_a_contact_is_in_the_log(
    log: Deliveries, event: MakeEvent, store: redis.Redis
) -> None:
    log.write([(line(log.now()), [row(event(propertyValue="ada@example.org"))] * 100)])

    kept = b"".join(store.dump(key) for key in store.scan_iter("*"))
    shelf = next(store.scan_iter("*:held:*"))
    assert b"ada" not in kept
    assert "ada" not in str(log.events(next(log.latest())))
    assert 0 < store.ttl(shelf) <= 7 * DAY_S + HALF_DAY_MS / 1000


def test_events_of_several_portals_stay_with_their_portals(
    log: Deliveries, event: MakeEvent
) -> None:
    both = line(log.now(), portals=(PORTAL, "33"))
    log.write([(both, [*map(row, [event(1), event(2, portalId=33), event(3)])])])

    assert [(PORTAL, "1"), (PORTAL, "3"), ("33", "2")] == [
        (each.portal_id, each.contact_id) for each in log.events(both)
    ]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        (Search(), ["c", "b", "a"]),
        (Search(portal="33"), ["b"]),
        (Search(outcome="rejected"), ["c"]),
        (Search(contact="501"), ["a"]),
        (Search(contact="502", portal="33"), ["b"]),
        (Search(contact="999"), []),
    ],
)
def test_deliveries_are_found_by_what_they_were(
    log: Deliveries, event: MakeEvent, search: Search, expected: list[str]
) -> None:
    now = log.now()
    log.write(
        [
            (line(now - 3, reason="a"), [row(event(501))]),
            (
                line(now - 2, reason="b", portals=("33",)),
                [row(event(502, portalId=33))],
            ),
            (line(now - 1, "rejected", reason="c", status=401, portals=()), []),
        ]
    )

    assert expected == [each.reason for each in log.latest(search)]


def test_what_came_before_a_moment_is_left_out(log: Deliveries) -> None:
    now = log.now()
    log.write([(line(now - age), []) for age in (300, 200, 100)])

    found = [round(now - each.at) for each in log.latest(Search(since=now - 250))]
    assert [100, 200] == found


def test_the_oldest_make_room_with_all_they_held(
    store: redis.Redis, event: MakeEvent
) -> None:
    log = Deliveries(Scripts(store), keep_s=DAY_S, most=100)
    now = log.now()
    lines = [(line(now + n / 1000), [row(event(n + 1))]) for n in range(1_300)]
    for start in range(0, 1_300, 200):
        log.write(lines[start : start + 200])

    kept = [delivery.id for delivery in log.latest()]
    assert [delivery.id for delivery, _ in lines[:-101:-1]] == kept
    assert 100 == sum(store.hlen(key) for key in store.scan_iter("*:held:*"))
    assert log.get(lines[0][0].id) is None


def test_what_is_too_old_cannot_be_looked_up(store: redis.Redis) -> None:
    log = Deliveries(Scripts(store), keep_s=10, most=1_000)
    now = log.now()
    log.write([(line(now - 20), []), (line(now - 5), [])])

    assert [now - 5] == [each.at for each in log.latest()]
    assert 0 < store.pttl(keys.DELIVERIES) <= 10_000


@pytest.mark.parametrize("unknown", ["", "nonsense", "0" * 19, "f" * 400, "é"])
def test_an_unknown_delivery_is_none(log: Deliveries, unknown: str) -> None:
    log.write([(line(log.now()), [])])

    assert log.get(unknown) is None


def test_a_page_of_the_list_ends_nowhere_in_particular(log: Deliveries) -> None:
    now = log.now()
    lines = [(line(now + n / 1000), []) for n in range(1_000)]
    log.write(lines)

    assert 1_000 == len({each.id for each in log.latest()})
    assert 3 == len(list(itertools.islice(log.latest(), 3)))
    for delivery, _ in lines[::99]:
        assert delivery == log.get(delivery.id)


def test_a_contact_is_forgotten_and_its_neighbours_are_not(
    log: Deliveries, event: MakeEvent, store: redis.Redis
) -> None:
    now = log.now()
    lines = [line(now - DAY_S), line(now)]
    for each in lines:
        log.write([(each, [*map(row, [event(501), event(502), event(50)])])])

    log.forget(PORTAL, ["501"])
    log.forget(PORTAL, ["501", "50"])

    for each in lines:
        assert ["502"] == [one.contact_id for one in log.events(each)]
    assert 2 == len(list(log.latest()))
