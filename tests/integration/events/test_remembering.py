"""What is looked up once, what people get to see, and what swings to and fro."""

from __future__ import annotations

import itertools

import redis

from app.events.journal import Entry, Journal
from app.events.ledger import Ledger, Standing
from app.events.memory import Memory
from app.events.scripts import Scripts
from app.events.swings import SPAN_S, Push, Swings, is_fight

PORTAL = "20000001"


def test_what_is_remembered_ends_with_its_topic(store: redis.Redis) -> None:
    memory = Memory(Scripts(store))
    memory.remember(PORTAL, "labels", {"deals": "a"}, ttl_s=60)
    store.pexpire(f"hk:{{{PORTAL}}}:memory:labels", 30_000)
    memory.remember(PORTAL, "labels", {"tickets": "b"}, ttl_s=60)

    assert {"deals": "a"} == memory.recall(PORTAL, "labels", ["deals", "notes"])
    assert 30 >= store.ttl(f"hk:{{{PORTAL}}}:memory:labels") > 0
    memory.forget(PORTAL, "labels")
    assert {} == memory.recall(PORTAL, "labels", ["deals"])


def test_a_journal_keeps_the_newest_and_forgets_whom_it_must(
    store: redis.Redis,
) -> None:
    journal = Journal(Scripts(store), "remarks", most=3)
    entries = [Entry(str(n % 2), "dropped", f"no. {n}", 1.0) for n in range(5)]
    journal.write(PORTAL, entries)

    assert ["no. 4", "no. 3", "no. 2"] == [e.text for e in journal.latest(PORTAL)]
    journal.forget(PORTAL, ["0"])
    assert ["no. 3"] == [e.text for e in journal.latest(PORTAL)]
    assert b"5" == store.hget(f"hk:{{{PORTAL}}}:counts", "remarks:dropped")


def pushes(*values: str) -> list[Push]:
    steps = itertools.pairwise(values)
    return [Push(1.0, before, after, "rule") for before, after in steps]


def test_values_that_come_back_again_and_again_are_a_fight() -> None:
    assert is_fight(pushes("A", "B", "A", "B", "A", "B"), "A")
    assert not is_fight(pushes("A", "B", "A", "B", "A"), "B")
    assert not is_fight(pushes("A", "B", "A", "B", "A", "B"), "C")
    assert not is_fight(pushes("1", "2", "3", "4", "5", "6", "7"), "8")


def test_a_long_value_is_told_from_another_one_with_the_same_beginning(
    store: redis.Redis,
) -> None:
    swings = Swings(Scripts(store))
    long, other = "x" * 65_536, "x" * 65_535
    fight = [swings.push("", long, "rule") for _ in range(7)]

    assert is_fight(fight, long)
    assert not is_fight(fight, other)
    assert len(str(fight[0])) < 200


def test_a_fight_is_forgiven_after_an_hour(store: redis.Redis) -> None:
    clock = [1_000.0]
    swings = Swings(Scripts(store), now=lambda: clock[0])
    swings.remember(PORTAL, {"501": {"city": [swings.push("A", "B", "rule")]}})

    wanted = {"501": {"city": "B"}}
    assert 1 == len(swings.of(PORTAL, wanted)["501"]["city"])
    clock[0] += SPAN_S + 1
    assert [] == swings.of(PORTAL, wanted)["501"]["city"]


def test_an_announcement_that_never_ended_is_told_from_a_new_one(
    store: redis.Redis,
) -> None:
    ledger = Ledger(Scripts(store))
    thing = ("501", "notes:welcome")
    first, second = (
        ledger.reserve(PORTAL, token, [thing], ttl_s=60, grace_s=0)[thing]
        for token in ("dies", "heir")
    )
    known_before = ledger.known(PORTAL, [thing])
    ledger.confirm(PORTAL, "heir", {thing: "9"}, ttl_s=60)

    assert (Standing.YOURS, False) == (first.standing, first.again)
    assert (Standing.YOURS, True) == (second.standing, second.again)
    assert ({}, {thing: "9"}) == (known_before, ledger.known(PORTAL, [thing]))
