"""What a rule means for a real contact is told as it would come; nothing is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from app.errors import GiveUp, HubkeeperError
from app.events.model import Event
from tests.integration.machine.conftest import CREATION, Machine
from workers.action import reactor
from workers.actions import Change, Contact, LogActivity, SetProperties
from workers.explaining import explain
from workers.providers import Provider
from workers.providers.desk import Archive, Desk
from workers.rules.condition import Condition
from workers.testing import event_for

ANSWER = {"ada@quellhof-energie.de": {"jobtitle": "CTO"}}
PEOPLE = Provider(
    "people", ("email",), lambda contact: contact["email"], lambda keys, s: ANSWER
)


def archive(machine: Machine) -> Archive:
    return Archive(Desk(machine.store, [PEOPLE]))


def told(
    machine: Machine, contact: str, kind: str = "contact.creation", **more: str
) -> list[str]:
    event = event_for(kind, **more)
    event = replace(event, portal_id=machine.portal, object_id=contact)
    lines = list(explain(machine.services, machine.rules, archive(machine), event))
    assert 0 == machine.services.books.law(machine.portal).accepted
    return lines


def test_each_rule_sees_what_the_one_before_it_would_change(machine: Machine) -> None:
    machine.settle_on(SetProperties(city="Ulm"), name="first")
    ulm = Condition("city", "equals", "Ulm")
    machine.settle_on(
        SetProperties(country="Germany"), name="second", conditions=(ulm,)
    )
    ada = machine.contact(city="Bonn")
    writes = machine.writes()

    assert [
        "yes  first: would change this, as contact.creation is one of its triggers",
        "       city: 'Bonn' -> 'Ulm', overwrite",
        "yes  second: would change this, as contact.creation is one of its triggers"
        " and city equals 'Ulm'",
        "       country: '' -> 'Germany', overwrite",
        "in the end this would be written:",
        "       city: 'Bonn' -> 'Ulm' (first)",
        "       country: '' -> 'Germany' (second)",
    ] == told(machine, ada)
    assert writes == machine.writes()


def test_what_a_policy_or_a_type_forbids_is_not_in_the_end(machine: Machine) -> None:
    machine.settle_on(SetProperties(city="Ulm").not_over_people(), name="polite")
    machine.settle_on(SetProperties(no_such_thing="x"), name="wrong")
    ada = machine.contact()
    machine.edit(ada, city="Bonn")

    end = told(machine, ada)[-2:]

    assert "in the end this would be written:" == end[0]
    assert "no_such_thing: not written, does not exist" in end[1]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"on": ("contact.merge",)}, "is not there for contact.creation"),
        ({"portals": frozenset({"7"})}, "is not there for portal"),
        ({"rollout": 0}, "it is rolled out to 0 % of the contacts only"),
        (
            {"conditions": (Condition("city", "empty", False),)},
            "not so: city empty False",
        ),
    ],
)
def test_why_a_rule_does_not_apply_is_told(
    machine: Machine, rule: dict[str, Any], words: str
) -> None:
    machine.settle_on(SetProperties(city="Ulm"), name="r", **rule)

    (line,) = told(machine, machine.contact())

    assert line.startswith("no   r: ")
    assert words in line


def test_what_is_looked_up_is_looked_up_here_too(machine: Machine) -> None:
    @reactor(on=CREATION, reads=(), looks_up=("companies",))
    def of_company(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        for company in contact.lookup("companies"):
            yield LogActivity("notes", company["name"], {"hs_note_body": "x"})

    machine.follow(of_company, name="look")
    was = Condition("lifecyclestage", "changed_from", "lead")
    change = ("contact.propertyChange",)
    machine.settle_on(SetProperties(city="Ulm"), name="r", on=change, conditions=(was,))
    ada = machine.contact(lifecyclestage="lead")
    machine.make("companies", (ada, 2), name="Acme")
    machine.edit(ada, lifecyclestage="customer")

    assert "       LogActivity(kind='notes', key='Acme')" == told(machine, ada)[1]
    moved = told(machine, ada, "contact.propertyChange", name="lifecyclestage")
    assert "yes  r: would change this" in moved[1]


def test_a_source_is_not_asked_but_its_known_answer_is_used(machine: Machine) -> None:
    @reactor(on=CREATION, reads=(), looks_up=("people",))
    def enrich(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield SetProperties(**contact.lookup("people"))

    machine.follow(enrich, name="people")
    ada = machine.contact(email="ada@quellhof-energie.de")

    before = told(machine, ada)
    known = Contact(ada, {"email": "ada@quellhof-energie.de"})
    asked = Desk(machine.store, [PEOPLE]).ask(machine.portal, "people", [known])
    assert {ada: {"jobtitle": "CTO"}} == asked
    after = told(machine, ada)

    assert ["wait people: people would be asked first"] == before
    assert "       jobtitle: '' -> 'CTO', overwrite" in after


def test_what_an_action_makes_of_it_is_told(machine: Machine) -> None:
    @reactor(on=CREATION, reads=())
    def hopeless(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        raise GiveUp("no way")
        yield

    @reactor(on=CREATION, reads=())
    def broken(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield SetProperties(city=str(1 / 0))

    machine.follow(hopeless, name="hopeless")
    machine.follow(broken, name="broken")

    first, second = told(machine, machine.contact())

    assert "yes  hopeless: GiveUp: no way" == first
    assert second.startswith("fail broken: ZeroDivisionError")
    assert "test_explaining.py:" in second


def test_what_can_be_done_after_the_end_is_told(machine: Machine) -> None:
    gone = "contact.deletion"
    machine.settle_on(SetProperties(city="Ulm"), name="late", on=(gone,))

    lines = told(machine, machine.contact(), gone)

    assert "SetProperties(city; overwrite), which cannot be done any more" in lines[1]


def test_a_contact_that_nobody_has_is_an_error_in_words(machine: Machine) -> None:
    machine.settle_on(SetProperties(city="Ulm"))

    with pytest.raises(HubkeeperError, match="contact 999 cannot be read"):
        told(machine, "999")


def test_what_a_reconcile_would_do_is_told_as_well(machine: Machine) -> None:
    machine.settle_on(SetProperties(city="Ulm"), name="state")
    machine.settle_on(SetProperties(state="x"), name="end", on=("contact.deletion",))
    ada = machine.contact(city="Bonn")

    lines = told(machine, ada, "contact.reconcile")

    assert lines[0].startswith("yes  state: would change this, as contact.reconcile")
    assert "no   end: is not there for contact.reconcile" in lines
