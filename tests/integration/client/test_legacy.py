"""The calls that HubSpot ends in September 2027, against a whole HubSpot."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.hubspot.client import HubSpot
from app.hubspot.contacts_v1 import ContactsV1
from app.hubspot.creation import existing_id
from app.hubspot.record import AssociatedRecord, NewRecord
from app.hubspot.shapes.association_v3 import NamedLink, NamedType
from app.sandbox.testing import Sandbox

PRIMARY = "contact_to_company"
UNLABELED = "contact_to_company_unlabeled"


@pytest.fixture
def hubspot(sandbox: Sandbox) -> HubSpot:
    config = sandbox.config
    return HubSpot(sandbox.url, config.token, config.portal_id)


@pytest.fixture
def contacts(hubspot: HubSpot) -> ContactsV1:
    return hubspot.contacts_v1


def cities(sandbox: Sandbox) -> dict[str, str]:
    return {
        each["properties"]["email"]: each["properties"].get("city")
        for each in sandbox.control.dump("contacts")
    }


def test_contact_is_created_once_and_then_updated(
    contacts: ContactsV1, sandbox: Sandbox
) -> None:
    first = contacts.create_or_update("ada@x.de", {"city": "Ulm"})
    again = contacts.create_or_update("Ada@X.de", {"city": "Bonn"})
    assert (True, False) == (first.is_new, again.is_new)
    assert first.vid == again.vid
    assert {"ada@x.de": "Bonn"} == cities(sandbox)


def test_address_of_somebody_else_is_refused_with_the_contact_that_has_it(
    contacts: ContactsV1,
) -> None:
    bob = contacts.create_or_update("bob@x.de", {}).vid
    contacts.create_or_update("ada@x.de", {})
    with pytest.raises(Refused) as caught:
        contacts.create_or_update("ada@x.de", {"email": "bob@x.de"})
    assert 409 == caught.value.status
    assert bob == existing_id(caught.value)


def test_contact_is_read_and_written_by_vid_and_by_email(contacts: ContactsV1) -> None:
    vid = contacts.create_or_update("ada@x.de", {"city": "Ulm"}).vid
    contacts.update(vid, {"city": "Bonn"})
    assert "Bonn" == contacts.read_by_email("ada@x.de").properties["city"]
    contacts.update_by_email("ada@x.de", {"city": "Kiel"})
    assert "Kiel" == contacts.read(vid).properties["city"]
    with pytest.raises(Refused) as caught:
        contacts.read("999")
    assert 404 == caught.value.status


def test_batch_takes_all_but_those_who_are_wrong(
    contacts: ContactsV1, sandbox: Sandbox
) -> None:
    vid = contacts.create_or_update("ada@x.de", {}).vid
    changes = {each: {"city": "Ulm"} for each in (vid, "b@x.de", "wrong", "c@x.de")}
    result = contacts.batch_create_or_update(changes)
    assert {"wrong"} == set(result.errors)
    assert dict.fromkeys(("ada@x.de", "b@x.de", "c@x.de"), "Ulm") == cities(sandbox)


def test_lists_hold_every_contact(contacts: ContactsV1, sandbox: Sandbox) -> None:
    rows = [{"email": f"p{n}@x.de"} for n in range(205)]
    ids = sandbox.control.create("contacts", [{"properties": row} for row in rows])
    assert set(ids) == {each.vid for each in contacts.list(["email"])}
    assert set(ids) == {each.vid for each in contacts.recently_updated()}


def test_properties_are_the_same_as_everywhere(hubspot: HubSpot) -> None:
    today = {each.name: each.type for each in hubspot.properties("contacts").list()}
    assert today == {each.name: each.type for each in hubspot.contacts_v1.properties()}


def test_further_addresses_belong_to_one_contact(hubspot: HubSpot) -> None:
    contacts = hubspot.contacts_v1
    ada = contacts.create_or_update("ada@x.de", {}).vid
    bob = contacts.create_or_update("bob@x.de", {}).vid
    contacts.add_secondary_email(ada, "ada@y.de")
    assert ("ada@y.de",) == contacts.secondary_emails(ada)
    family = hubspot.objects("contacts")
    assert ada == family.read("ada@y.de", id_property="email").id
    assert (
        "ada@y.de"
        == (
            family.read(ada, ["hs_additional_emails"]).properties[
                "hs_additional_emails"
            ]
        )
    )
    with pytest.raises(Refused):
        contacts.add_secondary_email(bob, "ada@y.de")
    with pytest.raises(Refused, match=f"Existing ID: {ada}"):
        family.create(NewRecord({"email": "ADA@y.de"}))
    contacts.remove_secondary_email(ada, "ada@y.de")
    assert () == contacts.secondary_emails(ada)


def test_associations_have_names(hubspot: HubSpot) -> None:
    ada = hubspot.objects("contacts").create(NewRecord({"email": "ada@x.de"})).id
    bob = hubspot.objects("contacts").create(NewRecord({"email": "bob@x.de"})).id
    acme = hubspot.objects("companies").create(NewRecord({"name": "Acme"})).id
    family = hubspot.associations_v3("contacts", "companies")
    assert {NamedType("279", UNLABELED), NamedType("1", PRIMARY)} <= set(family.types())
    good, bad = NamedLink(ada, acme, PRIMARY), NamedLink(bob, "999", PRIMARY)
    made = family.batch_create([good, bad])
    assert ({good}, {bad}) == (set(made.records), set(made.errors))
    read = family.batch_read([ada, bob])
    assert AssociatedRecord(acme, PRIMARY) in read.records[ada]
    assert () == read.records[bob]
    assert {good} == set(family.batch_archive([good]).records)
    family.create(bob, acme, "279")
    assert [acme] == [
        each.to_id for each in hubspot.associations("contacts", "companies").of(bob)
    ]
    family.archive(bob, acme, "279")
    assert () == family.batch_read([bob]).records[bob]
