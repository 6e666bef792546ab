"""Every family of calls against a whole HubSpot, in both generations of paths."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.errors import Refused
from app.hubspot.association_type import (
    CONTACT_TO_PRIMARY_COMPANY,
    DEFAULT_TYPES,
    Association,
)
from app.hubspot.client import HubSpot
from app.hubspot.credential import DeveloperKey
from app.hubspot.objects import PIN, STAGE
from app.hubspot.record import NewRecord
from app.hubspot.search import Filter
from app.hubspot.shapes.property import NewProperty, PropertyChange, PropertyOption
from app.hubspot.shapes.webhook import NewSubscription
from app.hubspot.version import ApiVersion
from app.hubspot.webhooks import Webhooks
from app.sandbox.testing import Sandbox

CONTACT_TO_COMPANY = DEFAULT_TYPES["contacts", "companies"]
NOTE_TO_CONTACT = DEFAULT_TYPES["notes", "contacts"]
GROUP = "contactinformation"
SIZES = (PropertyOption("s", "Small"), PropertyOption("l", "Large"))


def contact(hubspot: HubSpot, email: str = "ada@x.de") -> str:
    return hubspot.objects("contacts").create(NewRecord({"email": email})).id


def company(hubspot: HubSpot, name: str = "Acme") -> str:
    return hubspot.objects("companies").create(NewRecord({"name": name})).id


def note(hubspot: HubSpot, contact_id: str) -> str:
    values = {"hs_timestamp": "2026-11-20T09:00:00Z", "hs_note_body": "Hello"}
    link = Association(contact_id, (NOTE_TO_CONTACT,))
    return hubspot.objects("notes").create(NewRecord(values, [link])).id


def test_record_comes_with_history_and_associations(either: HubSpot) -> None:
    ada, acme = contact(either), company(either)
    contacts = either.objects("contacts")
    contacts.update(ada, {"city": "Ulm"})
    contacts.update(ada, {"city": "Bonn"})
    either.associations("contacts", "companies").create_default(ada, acme)
    read = contacts.read(
        ada, properties_with_history=["city"], associations=["companies", "deals"]
    )
    assert ["Bonn", "Ulm"] == [each.value for each in read.history["city"]]
    assert {acme} == {each.id for each in read.associations["companies"].results}
    assert not read.associations["companies"].cut_off
    assert "deals" not in read.associations
    assert read.url.endswith(f"/record/0-1/{ada}")


def test_list_brings_associations_along(either: HubSpot) -> None:
    ada, acme = contact(either), company(either)
    either.associations("contacts", "companies").create_default(ada, acme)
    (listed,) = either.objects("contacts").list(associations=["companies"])
    assert {acme} == {each.id for each in listed.associations["companies"].results}


def test_two_contacts_become_one(either: HubSpot) -> None:
    ada, twin = contact(either), contact(either, "ada@y.de")
    contacts = either.objects("contacts")
    survivor = contacts.merge(ada, twin)
    read = contacts.read(survivor.id, ["email", "hs_additional_emails"])
    assert "ada@x.de" == read.properties["email"]
    assert "ada@y.de" == read.properties["hs_additional_emails"]
    for old in (ada, twin):
        assert survivor.id == contacts.read(old).id
    assert {ada, twin} - {survivor.id} <= set(contacts.batch_read([ada, twin]).errors)


@pytest.mark.parametrize("by_email", [False, True])
def test_privacy_deletion_leaves_nothing_to_restore(
    either: HubSpot, by_email: bool
) -> None:
    ada = contact(either)
    contacts = either.objects("contacts")
    if by_email:
        contacts.gdpr_delete("ada@x.de", id_property="email")
    else:
        contacts.gdpr_delete(ada)
    for archived in (False, True):
        with pytest.raises(Refused) as caught:
            contacts.read(ada, archived=archived)
        assert 404 == caught.value.status


def test_pin_needs_an_association_and_can_be_taken_away(either: HubSpot) -> None:
    ada, bob = contact(either), contact(either, "bob@x.de")
    pinned = note(either, ada)
    contacts = either.objects("contacts")
    contacts.pin(ada, pinned)
    assert pinned == contacts.read(ada, [PIN]).properties[PIN]
    with pytest.raises(Refused):
        contacts.pin(bob, pinned)
    contacts.unpin(ada)
    assert not contacts.read(ada, [PIN]).properties[PIN]


def test_lifecycle_stage_goes_back_only_by_way_of_none(either: HubSpot) -> None:
    contacts = either.objects("contacts")
    ada = contacts.create(NewRecord({"email": "a@x.de", STAGE: "customer"})).id
    contacts.update(ada, {STAGE: "lead"})
    assert "customer" == contacts.read(ada, [STAGE]).properties[STAGE]
    contacts.set_lifecycle_stage(ada, "lead")
    assert "lead" == contacts.read(ada, [STAGE]).properties[STAGE]


def test_search_counts_without_reading(either: HubSpot) -> None:
    for n in range(3):
        company(either, f"Acme {n}")
    search = either.search("companies")
    assert 3 == search.count(query="acme")
    assert 1 == search.count([[Filter("name", "EQ", "Acme 1")]])


def test_single_associations_come_and_go(either: HubSpot) -> None:
    ada, acme = contact(either), company(either)
    links = either.associations("contacts", "companies")
    links.create_default(ada, acme)
    links.create(ada, acme, [CONTACT_TO_PRIMARY_COMPANY])
    (found,) = links.of(ada)
    assert acme == found.to_id
    assert CONTACT_TO_PRIMARY_COMPANY in found.types
    links.archive(ada, acme)
    assert [] == list(links.of(ada))
    with pytest.raises(Refused):
        links.create_default(ada, "999")


def test_default_associations_are_made_in_a_batch(either: HubSpot) -> None:
    ada, bob = contact(either), contact(either, "bob@x.de")
    acme = company(either)
    links = either.associations("contacts", "companies")
    made = links.batch_create_default([(ada, acme), (bob, acme), (bob, "999")])
    assert {(ada, acme), (bob, acme)} == set(made.records)
    assert {(bob, "999")} == set(made.errors)
    read = links.batch_read([ada, bob]).records
    assert [acme, acme] == [found[0].to_id for found in read.values()]


def test_label_is_taken_away_and_the_association_stays(either: HubSpot) -> None:
    ada, acme = contact(either), company(either)
    links = either.associations("contacts", "companies")
    links.create(ada, acme, [CONTACT_TO_PRIMARY_COMPANY])
    gone = links.batch_archive_labels([(ada, acme, [CONTACT_TO_PRIMARY_COMPANY])])
    assert {(ada, acme)} == set(gone.records)
    (found,) = links.of(ada)
    assert (CONTACT_TO_COMPANY,) == found.types


def test_labels_of_hubspot_are_listed(either: HubSpot) -> None:
    listed = either.associations("contacts", "companies").labels.list()
    assert {CONTACT_TO_COMPANY, CONTACT_TO_PRIMARY_COMPANY} <= set(listed)


def test_label_of_the_account_comes_and_goes(either: HubSpot) -> None:
    ada, acme = contact(either), company(either)
    links = either.associations("contacts", "companies")
    boss, led = links.labels.create("Boss", "boss", inverse_label="Led by")
    assert ("USER_DEFINED", "Boss") == (boss.category, boss.label)
    links.create(ada, acme, [boss])
    back = either.associations("companies", "contacts")
    assert led in next(back.of(acme)).types
    links.labels.update(boss.type_id, "Chief")
    assert "Chief" in {each.label for each in links.labels.list()}
    assert "Chief" in {each.label for each in next(links.of(ada)).types}
    made = links.batch_archive_labels([(ada, acme, [boss])])
    assert {(ada, acme)} == set(made.records)
    assert [(CONTACT_TO_COMPANY,)] == [each.types for each in links.of(ada)]
    links.labels.archive(boss.type_id)
    assert "Chief" not in {each.label for each in links.labels.list()}


def test_labels_that_are_not_given_again_are_gone(either: HubSpot) -> None:
    ada, acme = contact(either), company(either)
    links = either.associations("contacts", "companies")
    (boss,) = links.labels.create("Boss", "boss")[:1]
    (buyer,) = links.labels.create("Buyer", "buyer")[:1]
    links.create(ada, acme, [boss])
    links.create(ada, acme, [buyer])
    labels = {each.label for each in next(links.of(ada)).types}
    assert "Buyer" in labels
    assert "Boss" not in labels


def test_owners_are_listed_and_found(either: HubSpot) -> None:
    owners = list(either.owners.list())
    some = owners[0]
    assert [some] == list(either.owners.list(email=some.email))
    assert some == either.owners.read(some.id)
    assert some == either.owners.read(some.user_id, id_property="userId")
    with pytest.raises(Refused) as caught:
        either.owners.read("999999999")
    assert 404 == caught.value.status


def test_usage_grows_with_every_call(either: HubSpot) -> None:
    (before,) = either.account.daily_usage()
    for _ in range(3):
        either.account.details()
    (after,) = either.account.daily_usage()
    assert after.current_usage - before.current_usage >= 3
    assert after.usage_limit > after.current_usage


def test_life_of_a_property(either: HubSpot) -> None:
    family = either.properties("contacts")
    new = NewProperty("size", "Size", GROUP, "enumeration", "select", options=SIZES)
    created = family.create(new)
    assert ["s", "l"] == [each.value for each in created.options]
    assert created.writable
    with pytest.raises(Refused, match="already exists") as caught:
        family.create(new)
    assert 409 == caught.value.status
    assert "Shoe size" == family.update("size", PropertyChange("Shoe size")).label
    assert ["s", "l"] == [each.value for each in family.read("size").options]
    family.archive("size")
    with pytest.raises(Refused) as caught:
        family.read("size")
    assert 404 == caught.value.status
    assert family.read("size", archived=True).archived
    family.create(new)
    assert "size" in {each.name for each in family.list()}


def test_properties_tell_which_of_them_cannot_be_written(either: HubSpot) -> None:
    listed = {each.name: each for each in either.properties("contacts").list()}
    assert listed["firstname"].writable
    assert not listed["lastmodifieddate"].writable
    assert not listed["hs_object_id"].writable


def test_every_property_of_a_batch_has_its_own_outcome(either: HubSpot) -> None:
    family = either.properties("contacts")
    family.create(NewProperty("there", "There", GROUP))
    made = family.batch_create(
        NewProperty(name, name, GROUP) for name in ("one", "there", "two")
    )
    assert {"one", "two"} == set(made.records)
    assert 409 == made.errors["there"].status
    read = family.batch_read(["one", "email", "none"])
    assert {"one", "email"} == set(read.records)
    assert {"none"} == set(read.errors)
    assert {"one", "two"} == set(family.batch_archive(["one", "two"]).records)
    assert {"one", "two"} == set(family.batch_read(["one", "two"]).errors)


def test_life_of_a_group(either: HubSpot) -> None:
    groups = either.properties("contacts").groups
    assert "Shoes" == groups.create("shoes", "Shoes").label
    assert "Boots" == groups.update("shoes", label="Boots").label
    assert "Boots" == groups.read("shoes").label
    assert GROUP in {each.name for each in groups.list()}
    groups.archive("shoes")
    assert "shoes" not in {each.name for each in groups.list()}


@pytest.fixture
def webhooks(sandbox: Sandbox, version: ApiVersion) -> Iterator[Webhooks]:
    config = sandbox.config
    with HubSpot(
        sandbox.url,
        config.developer_key,
        config.portal_id,
        version=version,
        credential=DeveloperKey,
    ) as developer:
        yield developer.webhooks(config.app_id)


def test_webhook_settings_are_changed_and_deleted(webhooks: Webhooks) -> None:
    url = "https://hooks.example.com/hubspot"
    webhooks.update_settings(url, max_concurrent_requests=8)
    settings = webhooks.settings()
    assert (url, 8) == (
        settings.target_url,
        settings.throttling.max_concurrent_requests,
    )
    webhooks.delete_settings()
    with pytest.raises(Refused) as caught:
        webhooks.settings()
    assert 404 == caught.value.status


def test_life_of_a_subscription(webhooks: Webhooks) -> None:
    new = NewSubscription("contact.propertyChange", "email", active=True)
    created = webhooks.create(new)
    assert created.active
    assert not webhooks.create(NewSubscription("contact.creation")).active
    with pytest.raises(Refused) as caught:
        webhooks.create(new)
    assert (created.id,) == caught.value.context["subscriptionIds"]
    assert not webhooks.update(created.id, active=False).active
    many = webhooks.batch_update({created.id: True, "424242": True})
    assert many.records[created.id].active
    assert {"424242"} == set(many.errors)
    assert webhooks.read(created.id).active
    kept = [each.id for each in webhooks.subscriptions() if each.id != created.id]
    webhooks.archive(created.id)
    assert kept == [each.id for each in webhooks.subscriptions()]
    assert 1 == len(kept)
