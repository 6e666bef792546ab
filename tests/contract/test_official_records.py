"""HubSpot's own client cannot tell the sandbox from HubSpot: records and search."""

from __future__ import annotations

from typing import Any

import pytest
from hubspot.crm.contacts.exceptions import ApiException

from app.sandbox.testing import Sandbox
from tests.contract import official
from tests.contract.official import inputs, link

NOTE_TO_CONTACT = 202


@pytest.fixture
def crm(sandbox: Sandbox) -> Any:
    return official.client(sandbox).crm


def create(crm: Any, **properties: str) -> str:
    created = crm.contacts.basic_api.create({"properties": properties})
    return str(created.id)


def test_life_of_a_contact(crm: Any) -> None:
    contact = create(crm, email="Ada@X.de", firstname="Ada")
    read = crm.contacts.basic_api.get_by_id(
        contact, properties=["email", "phone"], properties_with_history=["email"]
    )
    assert {"email": "ada@x.de", "phone": None}.items() <= read.properties.items()
    assert ["ada@x.de"] == [
        each.value for each in read.properties_with_history["email"]
    ]
    crm.contacts.basic_api.update(contact, {"properties": {"city": "Ulm"}})
    by_email = crm.contacts.basic_api.get_by_id(
        "ada@x.de", id_property="email", properties=["city"]
    )
    assert "Ulm" == by_email.properties["city"]
    crm.contacts.basic_api.archive(contact)
    with pytest.raises(ApiException) as caught:
        crm.contacts.basic_api.get_by_id(contact)
    assert 404 == caught.value.status
    assert crm.contacts.basic_api.get_by_id(contact, archived=True).archived


def test_list_goes_to_the_end(crm: Any) -> None:
    made = {create(crm, email=f"p{n}@x.de") for n in range(103)}
    everybody = crm.contacts.get_all(properties=["email"])
    assert made == {each.id for each in everybody}


def test_existing_contact_is_a_conflict(crm: Any) -> None:
    contact = create(crm, email="ada@x.de")
    with pytest.raises(ApiException, match=f"Existing ID: {contact}") as caught:
        create(crm, email="ada@x.de")
    assert 409 == caught.value.status


def test_note_is_created_on_a_contact(crm: Any) -> None:
    contact = create(crm, email="ada@x.de")
    note = crm.objects.notes.basic_api.create(
        {
            "properties": {
                "hs_timestamp": "2026-11-20T09:00:00Z",
                "hs_note_body": "Hi",
            },
            "associations": [link(NOTE_TO_CONTACT, contact)],
        }
    )
    read = crm.contacts.basic_api.get_by_id(contact, associations=["notes"])
    assert {note.id} == {each.id for each in read.associations["notes"].results}


def test_objects_of_any_type(crm: Any) -> None:
    """The generic family takes names and type ids."""
    for object_type in ("companies", "0-2"):
        created = crm.objects.basic_api.create(
            object_type, {"properties": {"name": "Acme", "domain": "acme.example"}}
        )
        read = crm.objects.basic_api.get_by_id(
            object_type, created.id, properties=["name"]
        )
        assert "Acme" == read.properties["name"]
    assert 2 == len(crm.companies.get_all())
    assert 2 == len(crm.objects.get_all("company"))


def test_every_batch_call(crm: Any) -> None:
    family = crm.contacts.batch_api
    made = family.create(
        inputs({"properties": {"email": "a@x.de"}}, {"properties": {"email": "b@x.de"}})
    )
    first, second = sorted(each.id for each in made.results)
    read = family.read(
        inputs({"id": first}, {"id": second}, properties=["email"])
        | {"propertiesWithHistory": []}
    )
    assert {"a@x.de", "b@x.de"} == {each.properties["email"] for each in read.results}
    changed = family.update(inputs({"id": first, "properties": {"city": "Ulm"}}))
    assert [first] == [each.id for each in changed.results]
    upserted = family.upsert(
        inputs(
            {"id": "a@x.de", "idProperty": "email", "properties": {"city": "Bonn"}},
            {
                "id": "c@x.de",
                "idProperty": "email",
                "properties": {"email": "c@x.de"},
            },
        )
    )
    assert {False, True} == {each.new for each in upserted.results}
    family.archive(inputs({"id": first}, {"id": second}))
    assert 1 == len(crm.contacts.get_all())


def test_batch_answers_by_item(crm: Any) -> None:
    """A 207 becomes the client's own "with errors" model."""
    contact = create(crm, email="a@x.de")
    read = crm.contacts.batch_api.read(
        inputs({"id": contact}, {"id": "999"}, properties=[])
    )
    assert 1 == read.num_errors
    assert ["999"] == read.errors[0].context["ids"]
    made = crm.contacts.batch_api.create(
        inputs(
            {"properties": {"email": "a@x.de"}, "objectWriteTraceId": "taken"},
            {"properties": {"email": "b@x.de"}, "objectWriteTraceId": "new"},
        )
    )
    assert ["b@x.de"] == [each.properties["email"] for each in made.results]
    assert ["taken"] == made.errors[0].context["objectWriteTraceId"]


def test_search_with_groups_sorts_and_pages(crm: Any) -> None:
    for name in ("Ada", "Bob", "Cem"):
        create(crm, email=f"{name}@x.de", firstname=name, city="Ulm")
    request = {
        "filterGroups": [
            {"filters": [{"propertyName": "city", "operator": "EQ", "value": "Ulm"}]}
        ],
        "sorts": ["-firstname"],
        "properties": ["firstname"],
        "limit": 2,
    }
    first = crm.contacts.search_api.do_search(request | {"after": "0"})
    assert 3 == first.total
    assert ["Cem", "Bob"] == [each.properties["firstname"] for each in first.results]
    second = crm.contacts.search_api.do_search(
        request | {"after": first.paging.next.after}
    )
    assert ["Ada"] == [each.properties["firstname"] for each in second.results]
    assert second.paging is None


def test_merge_gives_the_survivor(crm: Any) -> None:
    one, other = create(crm, email="a@x.de"), create(crm, email="b@x.de")
    merged = crm.contacts.basic_api.merge(
        {"primaryObjectId": one, "objectIdToMerge": other}
    )
    for old in (one, other):
        assert merged.id == crm.contacts.basic_api.get_by_id(old).id


def test_privacy_deletion_leaves_nothing(crm: Any) -> None:
    contact = create(crm, email="a@x.de")
    crm.contacts.basic_api.purge({"objectId": contact})
    with pytest.raises(ApiException) as caught:
        crm.contacts.basic_api.get_by_id(contact, archived=True)
    assert 404 == caught.value.status


def test_owners_are_read(crm: Any) -> None:
    page = crm.owners.owners_api.get_page(limit=100)
    first = page.results[0]
    read = crm.owners.owners_api.get_by_id(int(first.id))
    assert first.email == read.email
