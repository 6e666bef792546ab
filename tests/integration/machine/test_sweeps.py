"""What a sweep's events lead to: the state is put right, and nobody old is welcomed."""

from __future__ import annotations

import pytest

from tests.integration.machine.conftest import Machine
from workers.actions.company_website import company_website
from workers.actions.pin_activity import pin_activity

PIN = "hs_pinned_engagement_id"
RECONCILE = "contact.reconcile"
NOTE = 202


def welcomed(machine: Machine) -> int:
    return len(machine.sandbox.control.dump("notes"))


def a_note(machine: Machine, contact: str) -> str:
    """Let a person write a note, later than any that hubkeeper has written."""
    at = "2099-11-20T08:00:00Z"
    return machine.make("notes", (contact, NOTE), hs_note_body="x", hs_timestamp=at)


def sweep_by(machine: Machine, contact: str, **more: object) -> None:
    machine.tell(contact, RECONCILE, changeSource="RECONCILE", **more)
    machine.work()


def test_what_a_dropped_webhook_would_have_led_to_is_done(machine: Machine) -> None:
    machine.follow(company_website)
    ada = machine.contact(email="ada@nordwind.de")

    sweep_by(machine, ada)

    assert "nordwind.de" == machine.read(ada)["website"]


def test_an_old_contact_is_not_welcomed_but_its_activity_is_pinned(
    machine: Machine,
) -> None:
    machine.follow(pin_activity)
    lonely, busy = machine.contact(), machine.contact()
    note = a_note(machine, busy)

    sweep_by(machine, lonely)
    sweep_by(machine, busy)

    assert ("", note) == (machine.read(lonely)[PIN], machine.read(busy)[PIN])
    assert 1 == welcomed(machine)


def test_one_that_was_created_in_the_span_is_welcomed_once(machine: Machine) -> None:
    """Whether the webhook of its creation comes as well, before or after, or not."""
    machine.follow(pin_activity)
    ada = machine.contact()

    sweep_by(machine, ada, changeFlag="CREATED")
    machine.work(ada)
    sweep_by(machine, ada, changeFlag="CREATED")

    assert machine.read(ada)[PIN]
    assert 1 == welcomed(machine)


@pytest.mark.parametrize("more", [{}, {"changeFlag": "CREATED"}])
def test_a_pin_that_a_person_took_away_stays_away(
    machine: Machine, more: dict[str, str]
) -> None:
    machine.follow(pin_activity)
    ada = machine.contact()
    machine.work(ada)
    assert machine.read(ada)[PIN]
    machine.edit(ada, **{PIN: ""})

    sweep_by(machine, ada, **more)
    assert "" == machine.read(ada)[PIN]

    newer = a_note(machine, ada)
    sweep_by(machine, ada, **more)
    assert newer == machine.read(ada)[PIN]


def test_one_that_is_gone_by_then_is_let_go(machine: Machine) -> None:
    machine.follow(company_website)
    ada = machine.contact(email="ada@nordwind.de")
    machine.sandbox.control.delete("contacts", [ada])

    sweep_by(machine, ada)

    law = machine.services.books.law(machine.portal)
    assert law.holds, str(law)
    assert law.accepted == law.settled
