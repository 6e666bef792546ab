"""The properties of an object, and the account."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs

PROPERTIES = "/crm/v3/properties/contacts"
SCORE = {
    "groupName": "contactinformation",
    "name": "shoe_size",
    "label": "Shoe size",
    "type": "number",
    "fieldType": "number",
}


def test_the_list_tells_types_and_what_cannot_be_written(call):
    answer = call("GET", PROPERTIES).json()
    by_name = {one["name"]: one for one in answer["results"]}

    assert "paging" not in answer
    assert len(by_name) >= 60
    assert ("enumeration", "radio") == (
        by_name["lifecyclestage"]["type"],
        by_name["lifecyclestage"]["fieldType"],
    )
    assert "subscriber" == by_name["lifecyclestage"]["options"][0]["value"]
    assert by_name["email"]["hasUniqueValue"] is True
    assert by_name["lastmodifieddate"]["modificationMetadata"]["readOnlyValue"] is True
    assert by_name["firstname"]["modificationMetadata"]["readOnlyValue"] is False
    assert by_name["hs_email_domain"]["calculated"] is True


def test_an_unknown_property_is_a_404(call):
    answer = call("GET", f"{PROPERTIES}/nonsense")

    assert 404 == answer.status_code
    assert "OBJECT_NOT_FOUND" == error_of(answer)["category"]


def test_a_created_property_can_be_written_and_read(call, make):
    created = call("POST", PROPERTIES, SCORE)
    contact = make("contacts", shoe_size="42")
    read = call("GET", f"{CONTACTS}/{contact}?properties=shoe_size").json()

    assert 201 == created.status_code
    assert created.json() == call("GET", f"{PROPERTIES}/shoe_size").json()
    assert created.json()["hubspotDefined"] is False
    assert "42" == read["properties"]["shoe_size"]


def test_a_property_that_exists_is_a_409(call):
    call("POST", PROPERTIES, SCORE)
    answer = call("POST", PROPERTIES, SCORE)

    assert 409 == answer.status_code
    assert {
        "message": "A property named 'shoe_size' already exists.",
        "category": "OBJECT_ALREADY_EXISTS",
        "subCategory": "Properties.PROPERTY_WITH_NAME_EXISTS",
    } == error_of(answer)


def test_an_archived_property_is_unknown_until_it_is_posted_again(call):
    call("POST", PROPERTIES, SCORE)
    archived = call("DELETE", f"{PROPERTIES}/shoe_size")
    write = call("POST", CONTACTS, {"properties": {"shoe_size": "42"}})
    found = call("GET", f"{PROPERTIES}/shoe_size?archived=true").json()
    restored = call("POST", PROPERTIES, {**SCORE, "label": "Other"})

    assert (204, 400, 201) == (
        archived.status_code,
        write.status_code,
        restored.status_code,
    )
    assert found["archived"] is True
    assert "Shoe size" == restored.json()["label"]


def test_hubspots_own_properties_cannot_be_archived(call):
    assert 400 == call("DELETE", f"{PROPERTIES}/email").status_code


@pytest.mark.parametrize("lacking", sorted(SCORE))
def test_a_property_needs_all_its_parts(call, lacking):
    body = {name: value for name, value in SCORE.items() if name != lacking}
    answer = call("POST", PROPERTIES, body)

    assert 400 == answer.status_code
    assert lacking in error_of(answer)["message"]


def test_options_are_replaced_whole(call, make):
    options = [{"label": "Red", "value": "red"}, {"label": "Blue", "value": "blue"}]
    body = {**SCORE, "type": "enumeration", "fieldType": "select", "options": options}
    call("POST", PROPERTIES, body)
    call("PATCH", f"{PROPERTIES}/shoe_size", {"options": options[1:]})
    red = call("POST", CONTACTS, {"properties": {"shoe_size": "red"}})

    assert 400 == red.status_code
    assert make("contacts", shoe_size="blue")


def test_uniqueness_cannot_be_changed(call):
    call("POST", PROPERTIES, SCORE)
    answer = call("PATCH", f"{PROPERTIES}/shoe_size", {"hasUniqueValue": True})

    assert "ILLEGAL_FIELD_MODIFICATION" == error_of(answer)["errors"][0]["code"]


def test_a_unique_property_identifies_records(call, make):
    unique = {**SCORE, "type": "string", "fieldType": "text", "hasUniqueValue": True}
    call("POST", PROPERTIES, unique)
    contact = make("contacts", shoe_size="A1")
    item = {"id": "A1", "idProperty": "shoe_size", "properties": {"city": "Ulm"}}
    updated = call("POST", f"{CONTACTS}/batch/update", inputs(item))
    upserted = call("POST", f"{CONTACTS}/batch/upsert", inputs(item))
    clash = call("POST", CONTACTS, {"properties": {"shoe_size": "a1"}})

    assert [contact] == [r["id"] for r in updated.json()["results"]]
    assert [False] == [r["new"] for r in upserted.json()["results"]]
    assert 400 == clash.status_code
    assert f"{contact} already has that value." in error_of(clash)["message"]


def test_ten_unique_properties_and_no_more(call):
    statuses = [
        call(
            "POST", PROPERTIES, {**SCORE, "name": f"key_{n}", "hasUniqueValue": True}
        ).status_code
        for n in range(11)
    ]

    assert [201] * 10 + [400] == statuses


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_the_account_tells_who_it_is(call, sandbox, version):
    answer = call("GET", f"/account-info/{version}/details").json()

    assert int(sandbox.config.portal_id) == answer["portalId"]
    assert {
        "portalId",
        "accountType",
        "timeZone",
        "companyCurrency",
        "additionalCurrencies",
        "utcOffset",
        "utcOffsetMilliseconds",
        "uiDomain",
        "dataHostingLocation",
    } == answer.keys()
