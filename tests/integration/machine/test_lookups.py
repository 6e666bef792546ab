"""What actions get to see besides the contact, and rules that are only tried."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from app.errors import GiveUp, Snooze
from app.events.model import Event
from tests.integration.machine.conftest import CREATION, Machine
from workers.action import Action, reactor
from workers.actions.associate_company import associate_company
from workers.actions.associate_deals import associate_deals
from workers.actions.associate_parent_company import associate_parent_company
from workers.changes import Associate, Change, SetProperties
from workers.contact import Contact
from workers.reconcile import reconcile
from workers.rules.condition import Condition

OTHER_WAY = {"companies": 280, "deals": 3}


def looking(name: str, seen: list[Any]) -> Action:
    """Return an action that notes down what was looked up."""

    @reactor(on=CREATION, reads=(), looks_up=(name,))
    def look(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        seen.append(contact.lookup(name))
        yield from ()

    return look


def looked_up(machine: Machine, name: str, contact: str) -> Any:
    seen: list[Any] = []
    machine.follow(looking(name, seen))
    machine.work(contact)
    assert [] == machine.dead()
    (found,) = seen
    return found


def test_companies_come_with_the_primary_one_first(machine: Machine) -> None:
    ada = machine.contact()
    machine.make("companies", (ada, 280), name="Old")
    machine.make("companies", (ada, 2), name="New", domain="new.de")

    found = looked_up(machine, "companies", ada)

    assert ["New", "Old"] == [each["name"] for each in found]
    assert "new.de" == found[0]["domain"]


def test_deals_are_the_open_ones_of_the_contact_and_of_its_companies(
    machine: Machine,
) -> None:
    ada = machine.contact()
    company = machine.make("companies", (ada, 2), name="Acme")
    own = machine.make("deals", (ada, 3), dealname="Own")
    theirs = machine.make("deals", (company, 5), dealname="Theirs")
    machine.make("deals", (ada, 3), dealname="Won", dealstage="closedwon")
    machine.make("deals", dealname="Somebody else's")

    found = looked_up(machine, "deals", ada)

    assert [own, theirs] == [each.id for each in found]


def test_a_duplicate_is_found_however_its_number_is_written(
    machine: Machine,
) -> None:
    twin = machine.contact(phone="+4930901820")
    ada = machine.contact(mobilephone="030/90 18 20", country="Germany")

    assert [twin] == [each.id for each in looked_up(machine, "duplicates", ada)]


def test_duplicates_share_a_number_or_an_address(machine: Machine) -> None:
    ada = machine.contact(phone="+4930901820", email="ada@quellhof-energie.de")
    twin = machine.contact(mobilephone="+4930901820")
    other = machine.contact(work_email="Ada@quellhof-energie.de")
    machine.contact(phone="+4930901821")

    found = looked_up(machine, "duplicates", ada)

    assert [twin, other] == [each.id for each in found]


def test_a_new_contact_gets_the_deals_and_the_parent_of_its_new_company(
    machine: Machine,
) -> None:
    """HubSpot tells of the company as an echo of our own: nobody else would look."""
    for action in (associate_company, associate_deals, associate_parent_company):
        machine.follow(action, name=action.name)
    holding = machine.make("companies", name="Nordwind Holding")
    company = machine.make("companies", (holding, 14), domain="nordwind.at")
    deal = machine.make("deals", (company, 5), dealname="Big")
    ada = machine.contact(email="ada@nordwind.at")

    machine.work(ada)
    writes = machine.writes()
    machine.work(ada)

    assert [deal] == machine.linked(ada, "deals")
    assert sorted([holding, company]) == machine.linked(ada, "companies")
    assert company == machine.read(ada)["associatedcompanyid"]
    assert writes == machine.writes()


class Late:
    """A desk whose provider has not answered yet, or has."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def reads(self, name: str) -> Sequence[str]:
        return ("email",)

    def ask(
        self, portal: str, name: str, contacts: Sequence[Contact]
    ) -> Mapping[str, Any]:
        assert all(contact["email"] for contact in contacts)
        return {contact.id: self.answer for contact in contacts}

    def forget(self, portal: str, contact_id: str) -> None:
        return None


def test_a_late_answer_holds_up_nothing_but_what_needs_it(machine: Machine) -> None:
    seen: list[Any] = []
    machine.follow(looking("people", seen))
    machine.settle_on(SetProperties(company="Acme"))
    ada = machine.contact(email="ada@quellhof-energie.de")
    machine.tell(ada)
    late, here = Late(Snooze(5, "not yet")), Late({"jobtitle": "CTO"})

    for desk in (late, here):
        machine.rush()
        reconcile(machine.services, machine.rules, machine.portal, desk=desk)
        assert "Acme" == machine.read(ada)["company"]

    assert [{"jobtitle": "CTO"}] == seen
    assert 0 == machine.rush()


@pytest.mark.parametrize("name", ["companies", "deals", "duplicates"])
def test_a_contact_that_comes_again_is_not_looked_up_again(
    machine: Machine, name: str
) -> None:
    """It waits for a source; but what happens to it meanwhile is seen."""
    seen: list[Any] = []
    machine.follow(looking(name, seen), name="look")
    machine.follow(looking("people", []), name="wait")
    ada = machine.contact(phone="+4930901820", email="ada@quellhof-energie.de")
    machine.contact(phone="+4930901820")
    company = machine.make("companies", (ada, 2), name="Acme")
    machine.make("deals", (company, 5), dealname="Big")
    machine.tell(ada)
    late = Late(Snooze(5, "not yet"))

    round_with(machine, late)
    searches = calls(machine, "/search", "/associations/")
    round_with(machine, late)
    again = calls(machine, "/search", "/associations/")
    machine.tell(ada, "contact.propertyChange", propertyName="city", propertyValue="x")
    round_with(machine, Late({}))

    assert searches == again < calls(machine, "/search", "/associations/")
    ids = [[record.id for record in each] for each in seen]
    assert [ids[0]] * 3 == ids
    assert ids[0]


def calls(machine: Machine, *parts: str) -> int:
    """Return how many calls so far had one of these in their path."""
    paths = [each["path"] for each in machine.sandbox.control.requests()]
    return sum(any(part in path for part in parts) for path in paths)


class Counting(Late):
    """A desk that notes down whom it was asked about, call by call."""

    def __init__(self) -> None:
        super().__init__({"jobtitle": "CTO"})
        self.asked: list[list[str]] = []

    def ask(
        self, portal: str, name: str, contacts: Sequence[Contact]
    ) -> Mapping[str, Any]:
        self.asked.append(sorted(contact.id for contact in contacts))
        return super().ask(portal, name, contacts)


def round_with(machine: Machine, desk: Late) -> None:
    machine.rush()
    reconcile(machine.services, machine.rules, machine.portal, desk=desk)


@pytest.mark.parametrize(
    "alone",
    [{"conditions": (Condition("city", "equals", "Ulm"),)}, {"rollout": 0}],
    ids=["when", "rollout"],
)
def test_no_source_is_asked_about_contacts_that_the_rule_leaves_alone(
    machine: Machine, alone: dict[str, Any]
) -> None:
    machine.follow(looking("people", []), **alone)
    machine.tell(machine.contact(email="ada@quellhof-energie.de", city="Bonn"))
    desk = Counting()

    round_with(machine, desk)

    assert [] == desk.asked
    assert 0 == machine.rush()


def test_a_condition_that_an_earlier_rule_makes_true_counts(machine: Machine) -> None:
    seen: list[Any] = []
    ulm = Condition("city", "equals", "Ulm")
    machine.settle_on(SetProperties(city="Ulm"), name="first")
    machine.follow(looking("people", seen), name="second", conditions=(ulm,))
    machine.tell(machine.contact(email="ada@quellhof-energie.de"))

    round_with(machine, Counting())

    assert [{"jobtitle": "CTO"}] == seen


def test_what_two_rules_look_up_is_asked_once_for_all_contacts(
    machine: Machine,
) -> None:
    ulm, bonn = (Condition("city", "equals", city) for city in ("Ulm", "Bonn"))
    machine.follow(looking("people", []), name="first", conditions=(ulm,))
    machine.follow(looking("people", []), name="second", conditions=(bonn,))
    ids = [
        machine.contact(email=f"{city}@quellhof-energie.de", city=city)
        for city in ("Ulm", "Bonn", "Trier")
    ]
    for contact in ids:
        machine.tell(contact)
    desk = Counting()

    round_with(machine, desk)

    assert [ids[:2]] == desk.asked


def test_a_provider_that_nobody_configured_is_named(machine: Machine) -> None:
    machine.follow(looking("people", []))

    machine.work(machine.contact())

    assert "no provider called 'people'" in machine.dead()[0].error


def test_a_plan_is_told_once_however_often_the_contact_comes(machine: Machine) -> None:
    machine.settle_on(SetProperties(company="Acme"), name="trial", dry_run=True)
    machine.follow(looking("people", []), name="wait")
    machine.tell(machine.contact(email="ada@quellhof-energie.de"))

    for desk in (Late(Snooze(5, "not yet")), Late(Snooze(5, "not yet")), Late({})):
        round_with(machine, desk)

    plans = machine.services.plans.latest(machine.portal)
    assert ["trial"] == [plan.kind for plan in plans]


@pytest.mark.parametrize("dry", [True, False])
def test_a_dry_run_is_recorded_and_nothing_is_written(
    machine: Machine, dry: bool
) -> None:
    machine.settle_on(SetProperties(company="Acme"), name="company", dry_run=dry)
    ada = machine.contact()

    machine.work(ada)

    plans = machine.services.plans.latest(machine.portal)
    assert ("" if dry else "Acme") == machine.read(ada)["company"]
    expected = [(ada, "company", "SetProperties(company; overwrite)")] if dry else []
    assert expected == [(p.contact_id, p.kind, p.text) for p in plans]


def test_rubbish_hurts_its_contact_only_and_the_reason_names_the_line(
    machine: Machine,
) -> None:
    @reactor(on=CREATION, reads=("firstname",))
    def careless(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        if contact["firstname"] == "Bad":
            yield Associate("deals", "no id")
        yield SetProperties(company="Acme")

    machine.follow(careless)
    bad, good = machine.contact(firstname="Bad"), machine.contact()
    machine.tell(good)
    machine.work(bad)

    (letter,) = machine.dead()
    line = 'yield Associate("deals", "no id")'
    assert (bad, "bug", True) == (
        letter.contact_id,
        letter.reason,
        line in letter.detail,
    )
    assert "'no id' is no HubSpot id" in letter.error
    assert "Acme" == machine.read(good)["company"]


@pytest.mark.parametrize("rubbish", ["change", 7, ["change"], SetProperties])
@pytest.mark.parametrize("dry", [True, False])
def test_whatever_an_action_returns_the_reason_names_its_file(
    machine: Machine, rubbish: object, dry: bool
) -> None:
    """Somebody has written `return` for `yield`."""

    @reactor(on=CREATION, reads=("firstname",))
    def returning(contact: Contact, events: Sequence[Event]) -> Any:
        return rubbish if contact["firstname"] == "Bad" else ()

    machine.follow(returning, dry_run=dry)
    machine.settle_on(SetProperties(company="Acme"), name="other")
    bad, good = machine.contact(firstname="Bad"), machine.contact()
    machine.tell(good)
    machine.work(bad)

    letters = machine.dead()
    assert ([] if dry else [bad]) == [letter.contact_id for letter in letters]
    assert all("test_lookups.py" in letter.detail for letter in letters)
    plans = machine.services.plans.latest(machine.portal)
    assert ([bad] if dry else []) == [plan.contact_id for plan in plans]
    assert "Acme" == machine.read(good)["company"]
    assert ("Acme" if dry else "") == machine.read(bad)["company"]


def test_a_rule_that_is_only_tried_stops_nobody(machine: Machine) -> None:
    @reactor(on=CREATION, reads=())
    def broken(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield SetProperties(city="Ulm")
        raise GiveUp("no idea")

    machine.follow(broken, name="trial", dry_run=True)
    machine.settle_on(SetProperties(company="Acme"), name="other")
    ada = machine.contact()

    machine.work(ada)

    plans = machine.services.plans.latest(machine.portal)
    assert [
        ("trial", "would fail: GiveUp: no idea"),
        ("trial", "SetProperties(city; overwrite)"),
    ] == [(plan.kind, plan.text) for plan in plans]
    assert [] == machine.dead()
    assert "Acme" == machine.read(ada)["company"]


def test_an_action_that_wants_to_end_the_process_hurts_its_contact_only(
    machine: Machine,
) -> None:
    @reactor(on=CREATION, reads=("firstname",))
    def leaving(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        if contact["firstname"] == "Bad":
            sys.exit(1)
        yield SetProperties(company="Acme")

    machine.follow(leaving)
    bad, good = machine.contact(firstname="Bad"), machine.contact()
    machine.tell(good)
    machine.work(bad)

    (letter,) = machine.dead()
    assert (bad, True) == (letter.contact_id, "test_lookups.py" in letter.error)
    assert "Acme" == machine.read(good)["company"]


def test_changes_without_end_hurt_their_contact_only(machine: Machine) -> None:
    @reactor(on=CREATION, reads=("firstname",))
    def generous(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        yield SetProperties(company="Acme")
        while contact["firstname"] == "Bad":
            yield SetProperties(company="Acme")

    machine.follow(generous)
    bad, good = machine.contact(firstname="Bad"), machine.contact()
    machine.tell(good)
    machine.work(bad)

    (letter,) = machine.dead()
    assert (bad, True) == (letter.contact_id, "more than 1000 changes" in letter.error)
    assert "test_lookups.py" in letter.detail
    assert "Acme" == machine.read(good)["company"]


def test_an_action_that_never_ends_hurts_its_contact_only(machine: Machine) -> None:
    machine.more["action_timeout_s"] = 0.1

    @reactor(on=CREATION, reads=("firstname",))
    def endless(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        bad = contact["firstname"] == "Bad"
        while bad:
            pass
        yield SetProperties(company="Acme")

    machine.follow(endless)
    bad, good = machine.contact(firstname="Bad"), machine.contact()
    machine.tell(good)
    machine.work(bad)

    (letter,) = machine.dead()
    assert (bad, "bug") == (letter.contact_id, letter.reason)
    assert "took longer than 0.1 s" in letter.error
    assert "test_lookups.py" in letter.error
    assert "Acme" == machine.read(good)["company"]
