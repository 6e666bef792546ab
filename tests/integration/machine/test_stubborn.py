"""Contacts that make it hard: very many events, doubtful answers, a lost lease."""

from __future__ import annotations

from app.events.inbox import MOST_EVENTS
from tests.integration.machine.conftest import Machine
from workers.changes import Forward, LogActivity, SetProperties
from workers.plan import Plan

HELLO = LogActivity("notes", "hello", {"hs_note_body": "hello"})


def test_a_contact_with_more_events_than_are_handed_out_is_written_and_settled(
    machine: Machine,
) -> None:
    contact = machine.contact()
    machine.settle_on(SetProperties(jobtitle="CTO"))
    for _ in range(MOST_EVENTS + 1):
        machine.tell(contact)

    machine.work()

    law = machine.services.books.law(machine.portal)
    assert (MOST_EVENTS + 1, 0) == (law.settled, law.waiting)
    assert "CTO" == machine.read(contact)["jobtitle"]


def test_a_note_that_cannot_be_looked_for_is_not_written_again(
    machine: Machine,
) -> None:
    """Nobody knows whether it was written, and then the look fails, too."""
    contact = machine.contact()
    machine.settle_on(HELLO)
    machine.sandbox.control.put_faults(
        {"kind": "drop_after_write", "times": 1, "path": "*/notes/batch/create"},
        {"kind": "500", "times": 1, "path": "*/notes/batch/read"},
    )

    machine.work(contact)

    assert 1 == len(machine.linked(contact, "notes"))


def test_a_privacy_deletion_is_carried_out_although_its_action_fails(
    machine: Machine,
) -> None:
    """The action cannot forward anything: no secret is set."""
    contact = machine.contact()
    forward = Forward("https://example.com/x", {"a": 1})
    machine.settle_on(forward, on=("contact.privacyDeletion",))
    change = {"propertyName": "phone", "propertyValue": "+43 660 1234567"}
    machine.tell(contact, "contact.propertyChange", **change)
    machine.tell(contact, "contact.privacyDeletion")

    machine.work()

    assert [] == list(machine.services.dead.all(machine.portal))
    kept = [key for key in machine.store.scan_iter() if contact.encode() in key]
    assert [] == kept
    assert machine.services.books.law(machine.portal).holds


def test_two_messages_without_a_key_are_two_messages() -> None:
    plan = Plan()

    plan.add(Forward("https://example.com/x", {"a": 1}))
    plan.add(Forward("https://example.com/x", {"b": 2}))
    plan.add(Forward("https://example.com/x", {"b": 2}))

    assert [{"a": 1}, {"b": 2}] == [each.payload for each in plan.forwards.values()]
