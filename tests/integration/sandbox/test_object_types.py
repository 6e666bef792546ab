"""Every kind of record HubSpot has, and those that an account makes for itself."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs, spec

KINDS = [
    ("communications", "0-18", {"hs_timestamp": "0"}),
    ("postal_mail", "0-116", {"hs_timestamp": "0"}),
    ("products", "0-7", {"name": "Lamp"}),
    ("line_items", "0-8", {"quantity": "2"}),
    ("quotes", "0-14", {"hs_title": "Offer"}),
    ("invoices", "0-53", {}),
    ("subscriptions", "0-69", {}),
    ("payments", "0-101", {}),
    ("users", "0-115", {}),
    ("orders", "0-123", {"hs_order_name": "1"}),
    ("leads", "0-136", {"hs_lead_name": "Ada"}),
    ("carts", "0-142", {}),
    ("services", "0-162", {"hs_name": "Repair"}),
    ("courses", "0-410", {"hs_course_name": "Python"}),
    ("listings", "0-420", {"hs_name": "House"}),
    ("appointments", "0-421", {"hs_appointment_name": "Visit"}),
    ("projects", "0-970", {"hs_name": "Move"}),
]
CAR = {
    "name": "Car",
    "labels": {"singular": "Car", "plural": "Cars"},
    "primaryDisplayProperty": "vin",
    "requiredProperties": ["vin"],
    "searchableProperties": ["vin"],
    "properties": [
        {
            "name": "vin",
            "label": "VIN",
            "type": "string",
            "fieldType": "text",
            "hasUniqueValue": True,
        }
    ],
}


@pytest.fixture
def car(call):
    """Make the custom object Car and return its schema."""
    answer = call("POST", "/crm/v3/schemas", CAR)
    assert 201 == answer.status_code, answer.text
    return answer.json()


@pytest.mark.parametrize(("name", "type_id", "values"), KINDS)
def test_every_kind_lives_a_whole_life(call, make, name, type_id, values):
    contact = make("contacts", email="a@x.com")
    record = make(name, **values)
    by_id = f"/crm/objects/2026-09/{type_id}/{record}"
    link = call(
        "PUT",
        f"/crm/v4/objects/contacts/{contact}/associations/default/{name}/{record}",
    )
    back = call("GET", f"/crm/v4/objects/{type_id}/{record}/associations/contacts")
    read = call("GET", by_id)

    assert record == read.json()["id"]
    assert "hs_lastmodifieddate" in read.json()["properties"]
    assert f"/record/{type_id}/{record}" in read.json()["url"]
    assert 200 == link.status_code
    assert [int(contact)] == [one["toObjectId"] for one in back.json()["results"]]
    assert 200 == call("PATCH", by_id, {"properties": values}).status_code
    assert 204 == call("DELETE", by_id).status_code
    assert 404 == call("GET", by_id).status_code


@pytest.mark.parametrize("name", ["communications", "postal_mail"])
def test_messages_and_letters_need_their_time(call, name):
    answer = call("POST", f"/crm/v3/objects/{name}", {"properties": {}})

    assert 400 == answer.status_code
    assert "MISSING_REQUIRED_PROPERTY" == error_of(answer)["errors"][0]["code"]


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("deals", {"dealname", "dealstage"}),
        ("tickets", {"subject", "hs_pipeline_stage"}),
        ("leads", {"hs_lead_name"}),
        ("companies", set()),
    ],
)
def test_what_the_guides_require_can_be_demanded(call, sandbox, name, missing):
    sandbox.control.put_switches(expected_properties_required=True)
    answer = call("POST", f"/crm/v3/objects/{name}", {"properties": {}})
    errors = answer.json().get("errors", [])

    assert missing == {error["context"]["propertyName"][0] for error in errors}


def test_a_custom_object_is_used_like_any_other(call, make, car):
    type_id, contact = car["objectTypeId"], make("contacts", email="a@x.com")
    made = call(
        "POST", f"/crm/v3/objects/{type_id}", {"properties": {"vin": "W1"}}
    ).json()
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/{type_id}"
    linked = call("PUT", f"{path}/{made['id']}").json()
    read = call("GET", "/crm/v3/objects/car/W1?idProperty=vin").json()
    found = call("POST", "/crm/v3/objects/cars/search", {"query": "w1"}).json()
    with_cars = call("GET", f"{CONTACTS}/{contact}?associations={type_id}").json()

    assert type_id.startswith("2-")
    assert made["id"] == read["id"] == found["results"][0]["id"]
    assert "W1" == read["properties"]["vin"]
    assert 2 == len(linked["results"])
    assert made["id"] == with_cars["associations"]["cars"]["results"][0]["id"]


def test_the_type_id_of_a_custom_pair_associates_during_creation(call, make, car):
    contact = make("contacts", email="a@x.com")
    labels = f"/crm/v4/associations/{car['objectTypeId']}/contacts/labels"
    (link,) = call("GET", labels).json()["results"]
    body = {
        "properties": {"vin": "W2"},
        "associations": [{"to": {"id": contact}, "types": [spec(link["typeId"])]}],
    }

    assert 201 == call("POST", "/crm/v3/objects/cars", body).status_code


def test_a_custom_object_demands_its_required_property(call, car):
    answer = call("POST", "/crm/v3/objects/cars", {"properties": {}})

    assert ["A value for vin must be provided"] == [
        error["message"] for error in error_of(answer)["errors"]
    ]


def test_custom_objects_are_listed_and_taken_away(call, make, car):
    record = make("cars", vin="W3")
    path = f"/crm/v3/schemas/{car['objectTypeId']}"
    listed = call("GET", "/crm/v3/schemas").json()["results"]
    while_used = call("DELETE", path).status_code
    call("POST", "/crm/v3/objects/cars/batch/archive", inputs({"id": record}))

    assert ["p20000001_car"] == [each["fullyQualifiedName"] for each in listed]
    assert (400, 204) == (while_used, call("DELETE", path).status_code)
    assert 400 == call("GET", "/crm/v3/objects/cars").status_code


def test_a_name_serves_only_one_object(call, car):
    assert 409 == call("POST", "/crm/v3/schemas", CAR).status_code
    assert 409 == call("POST", "/crm/v3/schemas", {**CAR, "name": "deal"}).status_code


def test_a_snapshot_keeps_what_the_account_made_for_itself(call, sandbox, make, car):
    """Custom objects, labels and the ids of merged records."""
    ids = [make("contacts", email=f"{n}@x.com") for n in range(2)]
    vehicle = make("cars", vin="W4")
    merge = {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
    survivor = call("POST", f"{CONTACTS}/merge", merge).json()["id"]
    labels = f"/crm/v4/associations/contacts/{car['objectTypeId']}/labels"
    body = {"label": "Driver", "name": "driver"}
    label = call("POST", labels, body).json()["results"][0]["typeId"]
    path = f"/crm/v4/objects/contacts/{survivor}/associations/cars"
    call("PUT", f"{path}/{vehicle}", [spec(label, "USER_DEFINED")])
    saved = sandbox.control.call("GET", "/snapshot")
    sandbox.control.reset()
    sandbox.control.call("PUT", "/snapshot", saved)
    (link,) = call("GET", path).json()["results"]

    assert survivor == call("GET", f"{CONTACTS}/{ids[1]}").json()["id"]
    assert [None, "Driver"] == [kind["label"] for kind in link["associationTypes"]]
    assert vehicle == call("GET", "/crm/v3/objects/cars/W4?idProperty=vin").json()["id"]


def test_a_restored_contact_does_without_an_object_that_is_gone(
    call, sandbox, make, car
):
    contact, vehicle = make("contacts", email="a@x.com"), make("cars", vin="W5")
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/cars/{vehicle}"
    call("PUT", path)
    call("DELETE", f"{CONTACTS}/{contact}")
    call("DELETE", f"/crm/v3/objects/cars/{vehicle}")
    call("DELETE", f"/crm/v3/schemas/{car['objectTypeId']}")
    sandbox.control.call("POST", "/objects/contacts/restore", {"ids": [contact]})

    assert 200 == call("GET", f"{CONTACTS}/{contact}").status_code


@pytest.mark.parametrize("name", ["a car", "2cars", "car/e"])
def test_an_object_has_a_plain_name(call, name):
    assert 400 == call("POST", "/crm/v3/schemas", {**CAR, "name": name}).status_code
