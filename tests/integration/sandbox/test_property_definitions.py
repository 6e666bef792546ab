"""What properties are: read, made, changed, archived, grouped, one by one or many."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs

PROPERTIES = "/crm/v3/properties/contacts"
BASES = ["/crm/v3/properties", "/crm/properties/2026-03", "/crm/properties/2026-09"]


def wish(name="shoe_size", **more):
    return {
        "name": name,
        "label": "Shoe size",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        **more,
    }


def test_contacts_have_the_properties_of_a_real_account(call):
    found = {p["name"]: p for p in call("GET", PROPERTIES).json()["results"]}
    score = found["hs_analytics_num_page_views"]
    stages = [option["value"] for option in found["lifecyclestage"]["options"]]

    assert 367 <= len(found)
    assert score["modificationMetadata"]["readOnlyValue"] is True
    assert {"email": True, "phone": False} == {
        name: found[name]["hasUniqueValue"] for name in ("email", "phone")
    }
    assert stages.index("subscriber") < stages.index("lead") < stages.index("customer")
    assert {"calculated": True, "hidden": True} == {
        name: found["hs_all_contact_vids"][name] for name in ("calculated", "hidden")
    }


@pytest.mark.parametrize("base", BASES)
def test_a_property_lives_a_whole_life(call, base):
    path = f"{base}/contacts"
    made = call("POST", path, wish())
    changed = call(
        "PATCH", f"{path}/shoe_size", {"label": "Size", "displayOrder": 3}
    ).json()
    gone = call("DELETE", f"{path}/shoe_size")
    archived = call("GET", f"{path}/shoe_size?archived=true").json()
    again = call("POST", path, wish(label="Ignored"))

    assert 201 == made.status_code
    assert ("Size", 3) == (changed["label"], changed["displayOrder"])
    assert 204 == gone.status_code
    assert archived["archived"] is True
    assert "archivedAt" in archived
    assert (201, "Size") == (again.status_code, again.json()["label"])


@pytest.mark.parametrize(
    ("base", "status"), list(zip(BASES, (201, 201, 200), strict=True))
)
def test_batches_judge_every_property_by_itself(call, base, status):
    path = f"{base}/contacts/batch"
    good = call("POST", f"{path}/create", inputs(wish("one"), wish("two")))
    mixed = call("POST", f"{path}/create", inputs(wish("one"), wish("three")))
    read = call("POST", f"{path}/read", inputs({"name": "one"}, {"name": "nine"}))
    gone = call("POST", f"{path}/archive", inputs({"name": "one"}, {"name": "nine"}))
    archived = call("POST", f"{path}/read", inputs({"name": "one"}, archived=True))

    assert status == good.status_code
    assert ["one", "two"] == [p["name"] for p in good.json()["results"]]
    assert 207 == mixed.status_code
    assert ["OBJECT_ALREADY_EXISTS"] == [
        error["category"] for error in mixed.json()["errors"]
    ]
    assert (207, ["one"]) == (
        read.status_code,
        [p["name"] for p in read.json()["results"]],
    )
    assert 204 == gone.status_code
    assert (200, ["one"]) == (
        archived.status_code,
        [p["name"] for p in archived.json()["results"]],
    )


def test_groups_live_a_whole_life(call):
    path = f"{PROPERTIES}/groups"
    made = call("POST", path, {"name": "feet", "label": "Feet", "displayOrder": 2})
    twice = call("POST", path, {"name": "feet", "label": "Feet"})
    changed = call("PATCH", f"{path}/feet", {"label": "Shoes"}).json()
    call("POST", PROPERTIES, wish(groupName="feet"))
    while_used = call("DELETE", f"{path}/feet").status_code
    call("DELETE", f"{PROPERTIES}/shoe_size")
    names = [group["name"] for group in call("GET", path).json()["results"]]

    assert {"name": "feet", "label": "Feet", "displayOrder": 2, "archived": False} == (
        made.json()
    )
    assert (201, 409) == (made.status_code, twice.status_code)
    assert "Shoes" == changed["label"]
    assert {"feet", "contactinformation"} <= set(names)
    assert (400, 204) == (while_used, call("DELETE", f"{path}/feet").status_code)
    assert 404 == call("GET", f"{path}/feet").status_code


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Shoe Size"},
        {"type": "colour"},
        {"fieldType": "slider"},
        {"groupName": "nowhere"},
        {"displayOrder": "first"},
        {"type": "bool", "fieldType": "booleancheckbox", "hasUniqueValue": True},
    ],
)
def test_a_property_that_cannot_be_is_refused(call, wrong):
    answer = call("POST", PROPERTIES, wish(**wrong))

    assert 400 == answer.status_code
    assert "VALIDATION_ERROR" == error_of(answer)["category"]


def test_a_property_without_its_fields_names_them(call):
    answer = call("POST", PROPERTIES, {"name": "x", "type": "string"})

    assert {
        "message": "Invalid input JSON on line 1, column 2. "
        "Some required fields were not set: [groupName, label, fieldType]"
    } == error_of(answer)


def test_uniqueness_is_decided_at_creation(call):
    call("POST", PROPERTIES, wish())
    answer = call("PATCH", f"{PROPERTIES}/shoe_size", {"hasUniqueValue": True})

    assert "ILLEGAL_FIELD_MODIFICATION" == error_of(answer)["errors"][0]["code"]


def test_a_unique_property_finds_its_record_and_refuses_a_second(call, make):
    call("POST", PROPERTIES, wish(hasUniqueValue=True))
    ada = make("contacts", email="a@x.com", shoe_size="39")
    found = call("GET", f"{CONTACTS}/39?idProperty=shoe_size").json()
    twice = call("POST", CONTACTS, {"properties": {"shoe_size": "39"}})

    assert ada == found["id"]
    assert f"{ada} already has that value." in error_of(twice)["message"]


def test_a_calculated_property_cannot_be_written(call):
    call("POST", PROPERTIES, wish(type="number", fieldType="calculation_equation"))
    answer = call("POST", CONTACTS, {"properties": {"shoe_size": "39"}})

    assert (
        '"shoe_size" is a calculated property; its value cannot be set.'
        == error_of(answer)["errors"][0]["message"]
    )


def test_a_stage_of_ones_own_takes_part_in_the_lifecycle(call, make):
    """A backward step is ignored; clearing first makes way for it."""
    stages = call("GET", f"{PROPERTIES}/lifecyclestage").json()["options"]
    own = {"label": "Fan", "value": "163012345", "displayOrder": 99}
    call("PATCH", f"{PROPERTIES}/lifecyclestage", {"options": [*stages, own]})
    contact = make("contacts", email="a@x.com", lifecyclestage="163012345")

    def move_to(stage):
        body = {"properties": {"lifecyclestage": stage}}
        call("PATCH", f"{CONTACTS}/{contact}", body)
        read = call("GET", f"{CONTACTS}/{contact}?properties=lifecyclestage").json()
        return read["properties"]["lifecyclestage"]

    assert ["163012345", None, "lead"] == [move_to(s) for s in ("lead", "", "lead")]


def test_a_property_that_a_rule_is_about_cannot_be_archived(call, sandbox):
    call("POST", PROPERTIES, wish())
    sandbox.control.call("PUT", "/rules", {"contacts": [{"requires": "shoe_size"}]})
    answer = call("DELETE", f"{PROPERTIES}/shoe_size")

    assert (
        "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"
        == (error_of(answer)["subCategory"])
    )


def test_nothing_in_the_sandbox_is_sensitive(call):
    secret = call("GET", f"{PROPERTIES}?dataSensitivity=sensitive").json()
    plain = call("GET", f"{PROPERTIES}?dataSensitivity=non_sensitive").json()

    assert [] == secret["results"]
    assert [] != plain["results"]
