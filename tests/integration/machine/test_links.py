"""Associations, records of other objects, further addresses, merging and archiving."""

from __future__ import annotations

import pytest

from app.hubspot.shapes.property import NewProperty
from tests.integration.machine.conftest import Machine
from workers.changes import (
    AddSecondaryEmail,
    ArchiveRecord,
    Associate,
    AssociateCompany,
    Change,
    Dissociate,
    MergeDuplicates,
    SetPrimaryCompany,
    SetProperties,
    UpsertRecord,
)


def test_a_contact_is_associated_once(machine: Machine) -> None:
    deal = machine.make("deals", dealname="Big")
    machine.settle_on(Associate("deals", deal))
    ada = machine.contact()
    machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    assert [deal] == machine.linked(ada, "deals")
    assert before == machine.writes()


def test_a_label_of_the_account_is_added_to_what_is_there(machine: Machine) -> None:
    client = machine.services.clients.of(machine.portal)
    labels = client.associations("contacts", "deals").labels
    for name in ("Signer", "Payer"):
        labels.create(name, name.lower())
    ids = {each.label: each.type_id for each in labels.list()}
    deal = machine.make("deals", dealname="Big")
    ada = machine.contact()
    for name in ("Signer", "Payer"):
        machine.rules.clear()
        machine.settle_on(Associate("deals", deal, label=name))
        machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    found = client.associations("contacts", "deals").batch_read([ada]).records[ada]
    there = {each.type_id for link in found for each in link.types}
    assert {ids["Signer"], ids["Payer"]} <= there
    assert before == machine.writes()


def test_a_label_that_does_not_exist_is_a_clear_dead_letter(machine: Machine) -> None:
    deal = machine.make("deals", dealname="Big")
    machine.settle_on(Associate("deals", deal, label="Nobody"))

    machine.work(machine.contact())

    assert "no association label Nobody" in machine.dead()[0].error


def test_records_are_taken_apart(machine: Machine) -> None:
    ada = machine.contact()
    deal = machine.make("deals", (ada, 3), dealname="Big")
    machine.settle_on(Dissociate("deals", deal))

    machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    assert [] == machine.linked(ada, "deals")
    assert before == machine.writes()


def test_another_company_becomes_the_primary_one(machine: Machine) -> None:
    old, new = (machine.make("companies", name=name) for name in ("Old", "New"))
    ada = machine.contact()
    for company in (old, new):
        machine.rules.clear()
        machine.settle_on(SetPrimaryCompany(company))
        machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    assert new == machine.read(ada)["associatedcompanyid"]
    assert sorted([old, new]) == machine.linked(ada, "companies")
    assert before == machine.writes()


def test_a_second_employer_is_associated_once_and_not_made_primary(
    machine: Machine,
) -> None:
    first = machine.make("companies", domain="quellhof-energie.de")
    machine.make("companies", domain="nordwind-spedition.de")
    ada = machine.contact()
    machine.settle_on(SetPrimaryCompany(first))
    machine.work(ada)
    machine.rules.clear()
    machine.settle_on(AssociateCompany("nordwind-spedition.de", primary=False))
    machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    assert first == machine.read(ada)["associatedcompanyid"]
    assert 2 == len(machine.linked(ada, "companies"))
    assert before == machine.writes()


def test_a_record_of_another_object_is_made_once_and_kept_up_to_date(
    machine: Machine,
) -> None:
    client = machine.services.clients.of(machine.portal)
    client.properties("deals").create(_unique("order_number"))
    ada = machine.contact()
    for name in ("First", "Second"):
        machine.rules.clear()
        machine.settle_on(
            UpsertRecord("deals", "order_number", "A-7", {"dealname": name})
        )
        machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    (deal,) = machine.sandbox.control.dump("deals")
    assert ("Second", "A-7") == (
        deal["properties"]["dealname"],
        deal["properties"]["order_number"],
    )
    assert [deal["id"]] == machine.linked(ada, "deals")
    assert before == machine.writes()


def _unique(name: str) -> NewProperty:
    return NewProperty(name, name, "dealinformation", has_unique_value=True)


def test_a_secondary_address_is_added_once(machine: Machine) -> None:
    machine.settle_on(AddSecondaryEmail("Ada@Example.org"))
    ada = machine.contact(email="ada@quellhof-energie.de")
    machine.work(ada)
    before = machine.writes()
    machine.work(ada)

    assert "ada@example.org" == machine.read(ada)["hs_additional_emails"]
    assert before == machine.writes()


def test_an_address_of_somebody_else_is_a_failure(machine: Machine) -> None:
    machine.contact(email="bob@quellhof-energie.de")
    machine.settle_on(AddSecondaryEmail("bob@quellhof-energie.de"))

    machine.work(machine.contact(email="ada@quellhof-energie.de"))

    assert "bob@quellhof-energie.de" in machine.dead()[0].error


def test_duplicates_are_merged_where_that_is_allowed(machine: Machine) -> None:
    machine.more["allow_merge"] = True
    other = machine.contact(firstname="Augusta")
    machine.settle_on(SetProperties(company="Acme"), MergeDuplicates(other))

    machine.work(machine.contact())

    (only,) = machine.sandbox.control.dump("contacts")
    found = only["properties"]
    assert ("Augusta", "Acme") == (found["firstname"], found["company"])


def test_a_contact_is_archived_where_that_is_allowed(machine: Machine) -> None:
    machine.more["allow_archive"] = True
    machine.settle_on(SetProperties(company="Acme"), ArchiveRecord())

    machine.work(machine.contact())

    assert [] == machine.sandbox.control.dump("contacts")


@pytest.mark.parametrize(
    ("change", "setting"),
    [(MergeDuplicates("1"), "ALLOW_MERGE"), (ArchiveRecord(), "ALLOW_ARCHIVE")],
)
def test_nothing_is_merged_or_archived_unless_it_is_allowed(
    machine: Machine, change: Change, setting: str
) -> None:
    machine.settle_on(change)
    machine.work(machine.contact())

    assert 1 == len(machine.sandbox.control.dump("contacts"))
    assert setting in machine.remarks()[0].text
    assert [] == machine.dead()
