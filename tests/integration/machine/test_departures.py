"""Contacts that go away between the look at them and the writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from app.events.model import Event
from app.hubspot.shapes.property import NewProperty
from tests.integration.machine.conftest import Machine
from workers.action import Action, reactor
from workers.changes import (
    AddSecondaryEmail,
    Associate,
    AssociateCompany,
    Change,
    LogActivity,
    PinActivity,
    PinLatest,
    PinPolicy,
    SetPrimaryCompany,
    SetProperties,
    Unpin,
    UpsertRecord,
    note,
)
from workers.contact import Contact

NOTE = 202
ORDER = NewProperty("order_number", "Order", "dealinformation", has_unique_value=True)
AT = "2026-11-20T08:00:00Z"
Make = Callable[[Machine, str], Change]


def a_note(machine: Machine, contact: str) -> str:
    return machine.make("notes", (contact, NOTE), hs_note_body="x", hs_timestamp=AT)


CHANGES: dict[str, Make] = {
    "SetProperties": lambda m, ada: SetProperties(city="Ulm"),
    "a policy": lambda m, ada: SetProperties(city="Ulm").not_over_people(),
    "AssociateCompany": lambda m, ada: AssociateCompany("nordwind-spedition.de"),
    "Associate": lambda m, ada: Associate("deals", m.make("deals", dealname="Big")),
    "SetPrimaryCompany": lambda m, ada: SetPrimaryCompany(
        m.make("companies", name="C")
    ),
    "LogActivity": lambda m, ada: LogActivity(
        "tasks", "call", {"hs_task_subject": "Call"}
    ),
    "PinLatest": lambda m, ada: PinLatest(otherwise=note("hello", "Hello")),
    "PinActivity": lambda m, ada: PinActivity("notes", a_note(m, ada)),
    "Unpin": lambda m, ada: Unpin(policy=PinPolicy.ANY),
    "UpsertRecord": lambda m, ada: UpsertRecord("deals", "order_number", "A-7", {}),
    "AddSecondaryEmail": lambda m, ada: AddSecondaryEmail("ada@zweitadresse.de"),
}


def after(accident: Callable[[], object], *changes: Change) -> Action:
    """Return an action in whose first turn something happens in HubSpot."""
    happens = [accident]

    @reactor(on=("contact.creation",), reads=("email",))
    def act(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        if happens:
            happens.pop()()
        yield from changes

    return act


@pytest.fixture
def ada(machine: Machine) -> str:
    """A contact with a pinned note, in a portal where orders have numbers."""
    client = machine.services.clients.of(machine.portal)
    client.properties("deals").create(ORDER)
    ada = machine.contact(email="ada@quellhof-energie.de")
    pinned = a_note(machine, ada)
    machine.edit(ada, hs_pinned_engagement_id=pinned)
    return ada


@pytest.mark.parametrize("make", CHANGES.values(), ids=CHANGES)
def test_one_that_is_deleted_before_it_is_written_is_no_failure(
    machine: Machine, ada: str, make: Make
) -> None:
    delete = machine.sandbox.control.delete
    machine.follow(after(lambda: delete("contacts", [ada]), make(machine, ada)))

    machine.work(ada)

    assert [] == [letter.error for letter in machine.dead()]
    assert 1 == machine.services.books.counts(machine.portal)["contacts_gone"]


@pytest.mark.parametrize("make", CHANGES.values(), ids=CHANGES)
def test_what_was_wanted_for_one_that_is_merged_is_done_for_the_survivor(
    machine: Machine, ada: str, make: Make
) -> None:
    """Whatever it is: the survivor ends up as if the merge had come first."""
    bob = machine.contact()
    objects = machine.services.clients.of(machine.portal).objects("contacts")
    survivors: list[str] = []

    def merge() -> None:
        survivors.append(objects.merge(bob, ada).id)

    change = make(machine, ada)
    machine.follow(after(merge, change))
    machine.work(ada)
    (survivor,) = survivors
    writes = machine.writes()

    assert [] == [letter.error for letter in machine.dead()]
    machine.work(survivor)
    assert writes == machine.writes()


def test_whoever_reacts_to_the_end_gets_to_hear_of_it(
    machine: Machine, ada: str
) -> None:
    """The deletion is told before HubSpot's reads know of it."""
    ends: list[bool] = []

    @reactor(on=("contact.deletion",), reads=())
    def at_the_end(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        ends.append(contact.deleted)
        yield from ()

    delete = machine.sandbox.control.delete
    machine.follow(at_the_end, "end")
    machine.follow(
        after(lambda: delete("contacts", [ada]), SetProperties(city="Ulm")), "start"
    )
    machine.tell(ada, "contact.deletion")

    machine.work(ada)

    assert [True] == ends


def test_a_refusal_of_one_that_is_there_is_still_a_dead_letter(
    machine: Machine, ada: str
) -> None:
    machine.settle_on(Associate("deals", "999999"))

    machine.work(ada)

    assert "deals 999999 cannot be associated" in machine.dead()[0].error
