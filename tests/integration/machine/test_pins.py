"""Pins: the newest, the most urgent, our own and other people's."""

from __future__ import annotations

import pytest

from tests.integration.machine.conftest import Machine
from workers.changes import (
    LogActivity,
    PinActivity,
    PinLatest,
    PinPolicy,
    Unpin,
    note,
)

PIN = "hs_pinned_engagement_id"
NOTE, TASK, MEETING = 202, 204, 200
MORNING, NOON = "2026-11-20T08:00:00Z", "2026-11-20T12:00:00Z"


def a_note(machine: Machine, contact: str, at: str = MORNING) -> str:
    return machine.make("notes", (contact, NOTE), hs_note_body="x", hs_timestamp=at)


def a_task(machine: Machine, contact: str, **more: str) -> str:
    more = {"hs_timestamp": MORNING, "hs_task_subject": "call", **more}
    return machine.make("tasks", (contact, TASK), **more)


def test_the_newest_of_the_kinds_is_pinned(machine: Machine) -> None:
    machine.settle_on(PinLatest())
    ada = machine.contact()
    newest = a_note(machine, ada, NOON)
    a_note(machine, ada, MORNING)

    machine.work(ada)

    assert newest == machine.read(ada)[PIN]


@pytest.mark.parametrize("policy", [PinPolicy.IF_NONE, PinPolicy.OUR_OWN])
def test_a_persons_pin_stays(machine: Machine, policy: PinPolicy) -> None:
    machine.settle_on(PinLatest(policy=policy))
    ada = machine.contact()
    theirs = a_note(machine, ada, MORNING)
    a_note(machine, ada, NOON)
    machine.edit(ada, **{PIN: theirs})

    machine.work(ada)

    assert theirs == machine.read(ada)[PIN]


@pytest.mark.parametrize(
    ("policy", "moves"),
    [(PinPolicy.IF_NONE, False), (PinPolicy.OUR_OWN, True), (PinPolicy.ANY, True)],
)
def test_our_own_pin_follows_the_newest(
    machine: Machine, policy: PinPolicy, moves: bool
) -> None:
    machine.settle_on(PinLatest(policy=policy))
    ada = machine.contact()
    first = a_note(machine, ada, MORNING)
    machine.work(ada)
    second = a_note(machine, ada, NOON)

    machine.work(ada)

    assert (second if moves else first) == machine.read(ada)[PIN]


def test_a_pin_that_a_person_moved_is_a_persons(machine: Machine) -> None:
    machine.settle_on(PinLatest(policy=PinPolicy.OUR_OWN))
    ada = machine.contact()
    old = a_note(machine, ada, MORNING)
    a_note(machine, ada, NOON)
    machine.work(ada)
    machine.edit(ada, **{PIN: old})

    machine.work(ada)

    assert old == machine.read(ada)[PIN]


def test_the_most_urgent_open_task_is_pinned(machine: Machine) -> None:
    machine.settle_on(PinLatest(kinds=("tasks",), order="priority"))
    ada = machine.contact()
    a_task(machine, ada, hs_task_priority="HIGH", hs_task_status="COMPLETED")
    a_task(machine, ada, hs_task_priority="LOW", hs_task_status="NOT_STARTED")
    urgent = a_task(machine, ada, hs_task_priority="HIGH", hs_task_status="NOT_STARTED")

    machine.work(ada)

    assert urgent == machine.read(ada)[PIN]


def test_an_activity_of_somebody_else_is_associated_before_it_is_pinned(
    machine: Machine,
) -> None:
    bob = machine.contact()
    theirs = a_note(machine, bob)
    machine.settle_on(PinActivity("notes", theirs))
    ada = machine.contact()

    machine.work(ada)

    assert theirs == machine.read(ada)[PIN]
    assert [theirs] == machine.linked(ada, "notes")


def test_a_note_that_was_just_written_is_pinned(machine: Machine) -> None:
    machine.settle_on(note("welcome", "<p>Hello</p>", pin=True))
    ada = machine.contact()

    machine.work(ada)
    machine.work(ada)

    assert [machine.read(ada)[PIN]] == machine.linked(ada, "notes")


@pytest.mark.parametrize(
    ("policy", "moves"), [(PinPolicy.IF_NONE, False), (PinPolicy.OUR_OWN, True)]
)
def test_a_note_may_take_the_place_of_a_pin_of_our_own(
    machine: Machine, policy: PinPolicy, moves: bool
) -> None:
    ada = machine.contact()
    machine.settle_on(note("welcome", "Hello", pin=True))
    machine.work(ada)
    welcome = machine.read(ada)[PIN]
    machine.rules.clear()
    machine.settle_on(note("summary", "Ada", pin=True, policy=policy))

    machine.work(ada)

    assert moves is (welcome != machine.read(ada)[PIN])


def test_a_note_never_takes_the_place_of_a_persons_pin(machine: Machine) -> None:
    ada = machine.contact()
    theirs = a_note(machine, ada)
    machine.edit(ada, **{PIN: theirs})
    machine.settle_on(note("summary", "Ada", pin=True, policy=PinPolicy.OUR_OWN))

    machine.work(ada)

    assert theirs == machine.read(ada)[PIN]


def test_an_activity_is_written_once_by_its_key(machine: Machine) -> None:
    machine.settle_on(
        LogActivity("tasks", "call back", {"hs_task_subject": "Call back"}),
        LogActivity("notes", "seen", {"hs_note_body": "seen"}),
    )
    ada = machine.contact()

    machine.work(ada)
    machine.work(ada)

    assert 1 == len(machine.linked(ada, "tasks"))
    assert 1 == len(machine.linked(ada, "notes"))


def test_a_summary_is_rewritten_and_not_written_again(machine: Machine) -> None:
    ada = machine.contact()
    for body in ("one", "two"):
        machine.rules.clear()
        machine.settle_on(note("summary", body, rewrite=True))
        machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    (only,) = machine.linked(ada, "notes")
    assert "two" == machine.record("notes", only)["properties"]["hs_note_body"]
    assert before == machine.writes()


@pytest.mark.parametrize("status", ["COMPLETED", "NOT_STARTED"])
def test_a_task_is_unpinned_when_it_is_done(machine: Machine, status: str) -> None:
    ada = machine.contact()
    task = a_task(machine, ada, hs_task_status="NOT_STARTED")
    machine.settle_on(PinActivity("tasks", task))
    machine.work(ada)
    machine.rules.clear()
    machine.settle_on(Unpin(if_closed=True))
    change = {"id": task, "properties": {"hs_task_status": status}}
    machine.sandbox.control.update("tasks", [change])

    machine.work(ada)

    assert ("" if status == "COMPLETED" else task) == machine.read(ada)[PIN]


def test_unpinning_leaves_a_persons_pin_alone_unless_told_otherwise(
    machine: Machine,
) -> None:
    ada = machine.contact()
    theirs = a_note(machine, ada)
    machine.edit(ada, **{PIN: theirs})
    machine.settle_on(Unpin())
    machine.work(ada)
    left = machine.read(ada)[PIN]
    machine.settle_on(Unpin(policy=PinPolicy.ANY))
    machine.work(ada)

    assert (theirs, "") == (left, machine.read(ada)[PIN])
