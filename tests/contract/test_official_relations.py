"""HubSpot's own client against the sandbox: associations, labels and properties."""

from __future__ import annotations

from typing import Any

import pytest
from hubspot.crm.association_type import AssociationType
from hubspot.crm.properties.exceptions import ApiException

from app.hubspot.association_type import DEFAULT_TYPES
from app.sandbox.testing import Sandbox
from tests.contract import official
from tests.contract.official import Json, inputs, spec

PRIMARY = 1
UNLABELED = 279
PAIR = ("contacts", "companies")

HAT_SIZE: Json = {
    "name": "hat_size",
    "label": "Hat size",
    "type": "enumeration",
    "fieldType": "select",
    "groupName": "contactinformation",
    "options": [
        {"label": "Small", "value": "s", "displayOrder": 0, "hidden": False},
        {"label": "Large", "value": "l", "displayOrder": 1, "hidden": False},
    ],
}


@pytest.fixture
def crm(sandbox: Sandbox) -> Any:
    return official.client(sandbox).crm


@pytest.fixture
def pair(sandbox: Sandbox) -> tuple[str, str]:
    """Give the ids of a contact and a company."""
    control = sandbox.control
    contact = control.create("contacts", [{"properties": {"email": "a@x.de"}}])[0]
    company = control.create("companies", [{"properties": {"name": "Acme"}}])[0]
    return contact, company


def linked(crm: Any, contact: str) -> dict[str, set[int]]:
    page = crm.associations.v4.basic_api.get_page(PAIR[0], contact, PAIR[1], limit=500)
    return {
        str(each.to_object_id): {kind.type_id for kind in each.association_types}
        for each in page.results
    }


def test_single_associations_come_and_go(crm: Any, pair: tuple[str, str]) -> None:
    contact, company = pair
    family = crm.associations.v4.basic_api
    family.create_default(*[PAIR[0], contact, PAIR[1], company])
    assert {company: {UNLABELED}} == linked(crm, contact)
    made = family.create(PAIR[0], contact, PAIR[1], company, [spec(PRIMARY)])
    assert company == str(made.to_object_id)
    assert {company: {PRIMARY, UNLABELED}} == linked(crm, contact)
    family.archive(PAIR[0], contact, PAIR[1], company)
    assert {} == linked(crm, contact)


def test_associations_by_the_batch(crm: Any, pair: tuple[str, str]) -> None:
    contact, company = pair
    family = crm.associations.v4.batch_api
    ends = {"from": {"id": contact}, "to": {"id": company}}
    family.create_default(*PAIR, inputs(ends))
    family.create(*PAIR, inputs({**ends, "types": [spec(PRIMARY)]}))
    read = family.get_page(*PAIR, inputs({"id": contact}, {"id": "999"}))
    assert [company] == [str(each.to_object_id) for each in read.results[0].to]
    assert 1 == read.num_errors
    family.archive_labels(*PAIR, inputs({**ends, "types": [spec(PRIMARY)]}))
    assert {company: {UNLABELED}} == linked(crm, contact)
    family.archive(*PAIR, inputs({"from": {"id": contact}, "to": [{"id": company}]}))
    assert {} == linked(crm, contact)


def test_associations_of_the_older_api(crm: Any, pair: tuple[str, str]) -> None:
    contact, company = pair
    family = crm.associations.batch_api
    ends = {
        "from": {"id": contact},
        "to": {"id": company},
        "type": "contact_to_company",
    }
    family.create(*PAIR, inputs(ends))
    read = family.read(*PAIR, inputs({"id": contact}))
    assert [company] == [each.id for each in read.results[0].to]
    family.archive(*PAIR, inputs(ends))
    assert PRIMARY not in linked(crm, contact).get(company, set())


def test_labels_are_made_changed_and_removed(crm: Any, pair: tuple[str, str]) -> None:
    family = crm.associations.v4.schema.definitions_api
    made = family.create(
        *PAIR, {"label": "Advisor", "name": "advisor", "inverseLabel": "Advised by"}
    )
    type_id = made.results[0].type_id
    family.update(*PAIR, {"associationTypeId": type_id, "label": "Counsel"})
    labels = {each.type_id: each.label for each in family.get_all(*PAIR).results}
    assert "Counsel" == labels[type_id]
    family.remove(*PAIR, type_id)
    assert type_id not in {each.type_id for each in family.get_all(*PAIR).results}


def test_our_association_types_are_the_ones_that_hubspot_publishes() -> None:
    singular = {"companies": "COMPANY"}
    published, ours = {}, {}
    for (start, end), kind in DEFAULT_TYPES.items():
        names = [singular.get(n, n.removesuffix("s").upper()) for n in (start, end)]
        name = "_TO_".join(names)
        if hasattr(AssociationType, name):
            published[name], ours[name] = getattr(AssociationType, name), kind.type_id
    assert published == ours
    assert {"NOTE_TO_CONTACT", "CONTACT_TO_NOTE", "CONTACT_TO_DEAL"} <= ours.keys()


def test_life_of_a_property(crm: Any) -> None:
    family = crm.properties.core_api
    family.create("contacts", HAT_SIZE)
    with pytest.raises(ApiException) as caught:
        family.create("contacts", HAT_SIZE)
    assert 409 == caught.value.status
    family.update("contacts", "hat_size", {"label": "Size of the hat"})
    read = family.get_by_name("contacts", "hat_size")
    assert ("Size of the hat", ["s", "l"]) == (
        read.label,
        [each.value for each in read.options],
    )
    assert "hat_size" in {each.name for each in family.get_all("contacts").results}
    family.archive("contacts", "hat_size")
    with pytest.raises(ApiException) as caught:
        family.get_by_name("contacts", "hat_size")
    assert 404 == caught.value.status


def test_properties_by_the_batch(crm: Any) -> None:
    family = crm.properties.batch_api
    made = family.create("contacts", inputs(HAT_SIZE, {**HAT_SIZE, "name": "shoe"}))
    assert {"hat_size", "shoe"} == {each.name for each in made.results}
    names = inputs({"name": "hat_size"}, {"name": "email"})
    read = family.read("contacts", names | {"archived": False})
    assert {"hat_size", "email"} == {each.name for each in read.results}
    family.archive("contacts", inputs({"name": "hat_size"}, {"name": "shoe"}))
    left = {each.name for each in crm.properties.core_api.get_all("contacts").results}
    assert not {"hat_size", "shoe"} & left


def test_life_of_a_property_group(crm: Any) -> None:
    family = crm.properties.groups_api
    family.create("contacts", {"name": "wardrobe", "label": "Wardrobe"})
    family.update("contacts", "wardrobe", {"label": "Clothes"})
    assert "Clothes" == family.get_by_name("contacts", "wardrobe").label
    family.archive("contacts", "wardrobe")
    names = {each.name for each in family.get_all("contacts").results}
    assert "contactinformation" in names
    assert "wardrobe" not in names
