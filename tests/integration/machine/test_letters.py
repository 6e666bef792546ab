"""What a round knows of a failure is in the dead letter, with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from app.errors import GiveUp
from app.repair.advice import advice
from tests.integration.machine.conftest import Machine
from workers.action import reactor
from workers.changes import Change, SetProperties
from workers.contact import Contact

HERE = Path(__file__)


def line_of(text: str) -> str:
    """Return file:line of a line of this file."""
    lines = HERE.read_text().splitlines()
    return f"{HERE}:{1 + next(n for n, line in enumerate(lines) if text in line)}"


def test_a_bug_has_its_class_its_rule_and_the_line_of_the_action(
    machine: Machine,
) -> None:
    @reactor(on=("contact.creation",), reads=())
    def divide(contact: Contact, events: object) -> Iterator[Change]:
        yield SetProperties(company=str(1 // len(contact["email"])))  # the bug

    machine.follow(divide, "shares")
    machine.work(machine.contact())

    (letter,) = machine.dead()
    assert ("bug", "ZeroDivisionError", "shares") == (
        letter.reason,
        letter.error_class,
        letter.action,
    )
    assert line_of("# the bug") == letter.location
    assert f"bug at {letter.location} (shares). Mend it" in advice(letter)


def test_an_action_that_gives_up_is_named(machine: Machine) -> None:
    @reactor(on=("contact.creation",), reads=())
    def refuse(contact: Contact, events: object) -> Iterator[Change]:
        raise GiveUp("no country, no phone number")  # gives up
        yield

    machine.follow(refuse, "phones")
    machine.work(machine.contact())

    (letter,) = machine.dead()
    assert ("GiveUp", "phones", line_of("# gives up")) == (
        letter.error_class,
        letter.action,
        letter.location,
    )


def test_a_value_that_is_refused_names_the_rules_that_wanted_it(
    machine: Machine,
) -> None:
    machine.settle_on(SetProperties(no_such_one="x"), name="nicknames")
    machine.settle_on(SetProperties(hs_lead_status="NO SUCH"), name="states")
    machine.settle_on(SetProperties(company="Acme"), name="sound")

    machine.work(machine.contact())

    (letter,) = machine.dead()
    assert "nicknames, states" == letter.action
    assert "Create the property in HubSpot, or correct the rule" in advice(letter)


def test_hubspots_category_and_correlation_id_are_kept(machine: Machine) -> None:
    """A value that HubSpot alone finds fault with, and the only one to be written."""
    machine.settle_on(SetProperties(email="no address"), name="addresses")

    machine.work(machine.contact())

    (letter,) = machine.dead()
    assert ("Refused", "VALIDATION_ERROR") == (letter.error_class, letter.category)
    assert re.fullmatch(r"[0-9a-f-]{36}", letter.correlation_id)
    assert "" == letter.location
    assert letter.correlation_id in advice(letter)


def test_an_address_that_another_contact_has_is_a_conflict(machine: Machine) -> None:
    machine.contact(email="ada@example.com")
    machine.settle_on(SetProperties(email="ada@example.com"), name="addresses")

    machine.work(machine.contact())

    (letter,) = machine.dead()
    assert ("Refused", "CONFLICT") == (letter.error_class, letter.category)
    assert "merge the two, or correct the e-mail address" in advice(letter)


def test_a_letter_that_is_replayed_and_settles_leaves_nothing(
    machine: Machine,
) -> None:
    machine.settle_on(SetProperties(no_such_one="x"))
    ada = machine.contact()
    machine.work(ada)
    machine.rules.clear()

    machine.services.dead.replay(machine.portal, machine.dead()[0].id)
    machine.work()

    assert [] == machine.dead()
    left = [key for key in machine.store.scan_iter("*") if ada.encode() in key]
    assert not [key for key in left if b"replayed" in key or b"state" in key]
