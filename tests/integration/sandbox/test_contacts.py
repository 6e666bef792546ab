"""One contact at a time: what HubSpot stores, computes, returns and refuses."""

from __future__ import annotations

import re

import pytest

from tests.integration.sandbox.conftest import CONTACTS, NOTES, error_of, spec

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_create_answers_201_with_location_and_computed_properties(call, sandbox):
    answer = call(
        "POST", CONTACTS, {"properties": {"email": "Ada@Example.COM", "lastname": "L"}}
    )
    body = answer.json()

    assert 201 == answer.status_code
    assert f"{sandbox.url}{CONTACTS}/{body['id']}" == answer.headers["Location"]
    assert re.fullmatch(r"\d{12}", body["id"])
    assert "ada@example.com" == body["properties"]["email"]
    assert "example.com" == body["properties"]["hs_email_domain"]
    assert "lead" == body["properties"]["lifecyclestage"]
    assert "INTEGRATION" == body["properties"]["hs_object_source"]
    assert sandbox.config.app_id == body["properties"]["hs_object_source_id"]
    assert body["id"] == body["properties"]["hs_all_contact_vids"]
    assert ISO.fullmatch(body["createdAt"])
    assert body["archived"] is False
    assert (
        f"https://app.hubspot.com/contacts/{sandbox.config.portal_id}"
        f"/record/0-1/{body['id']}"
    ) == body["url"]


def test_answers_are_compact_utf8_json(call):
    answer = call("POST", CONTACTS, {"properties": {"firstname": "Zoë"}})

    assert "application/json;charset=utf-8" == answer.headers["Content-Type"]
    assert '"firstname":"Zoë"'.encode() in answer.content


def test_a_read_without_properties_returns_the_defaults(call, make):
    contact = make("contacts", email="ada@example.com", phone="123")
    properties = call("GET", f"{CONTACTS}/{contact}").json()["properties"]

    assert {
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    } == properties.keys()
    assert properties["firstname"] is None


def test_requested_but_unset_is_null_and_unknown_names_are_dropped(call, make):
    contact = make("contacts", email="ada@example.com")
    query = "properties=phone,nonsense&properties=city"
    properties = call("GET", f"{CONTACTS}/{contact}?{query}").json()["properties"]

    assert {
        "city",
        "createdate",
        "hs_object_id",
        "lastmodifieddate",
        "phone",
    } == properties.keys()
    assert properties["phone"] is None


def test_a_contact_is_found_by_its_email_in_any_case(call, make):
    contact = make("contacts", email="ada@example.com")
    answer = call("GET", f"{CONTACTS}/ADA%40Example.com?idProperty=email")

    assert contact == answer.json()["id"]


def test_a_contact_is_found_and_updated_by_an_additional_email(call, sandbox):
    (contact,) = sandbox.control.create(
        "contacts",
        [{"properties": {"email": "a@x.com", "hs_additional_emails": "b@x.com"}}],
    )
    answer = call(
        "PATCH", f"{CONTACTS}/b@x.com?idProperty=email", {"properties": {"city": "Ulm"}}
    )

    assert (contact, "Ulm") == (
        answer.json()["id"],
        answer.json()["properties"]["city"],
    )


@pytest.mark.parametrize("taken", ["ADA@example.com", "second@example.com"])
def test_a_taken_email_is_a_409_that_names_the_contact(call, sandbox, taken):
    """Primary and additional addresses are one name space, whatever their case."""
    emails = {"email": "ada@example.com", "hs_additional_emails": "second@example.com"}
    (contact,) = sandbox.control.create("contacts", [{"properties": emails}])
    answer = call("POST", CONTACTS, {"properties": {"email": taken}})

    assert 409 == answer.status_code
    assert {
        "message": f"Contact already exists. Existing ID: {contact}",
        "category": "CONFLICT",
    } == error_of(answer)


def test_updating_to_anothers_primary_email_is_a_409(call, make):
    ada = make("contacts", email="ada@example.com")
    bob = make("contacts", email="bob@example.com")
    answer = call(
        "PATCH", f"{CONTACTS}/{bob}", {"properties": {"email": "ada@example.com"}}
    )

    assert 409 == answer.status_code
    assert f"Contact already exists. Existing ID: {ada}" == error_of(answer)["message"]


def test_updating_to_anothers_additional_email_is_a_400_naming_both(
    call, make, sandbox
):
    (ada,) = sandbox.control.create(
        "contacts", [{"properties": {"hs_additional_emails": "second@example.com"}}]
    )
    bob = make("contacts", email="bob@example.com")
    answer = call(
        "PATCH", f"{CONTACTS}/{bob}", {"properties": {"email": "second@example.com"}}
    )

    assert 400 == answer.status_code
    assert {
        "message": "Cannot set PropertyValueCoordinates{portalId=20000001, "
        "objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, propertyName=email, "
        f"value=second@example.com}} on {bob}. {ada} already has that value.",
        "category": "VALIDATION_ERROR",
    } == error_of(answer)


def test_an_email_is_free_again_after_a_change_and_after_archiving(call, make):
    first = make("contacts", email="ada@example.com")
    call("PATCH", f"{CONTACTS}/{first}", {"properties": {"email": "new@example.com"}})
    second = make("contacts", email="ada@example.com")
    call("DELETE", f"{CONTACTS}/{second}")

    assert make("contacts", email="ada@example.com") not in (first, second)


def test_an_empty_string_clears_a_property(call, make):
    contact = make("contacts", email="ada@example.com", phone="123")
    call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"phone": ""}})
    properties = call("GET", f"{CONTACTS}/{contact}?properties=phone").json()

    assert properties["properties"]["phone"] is None


def test_update_returns_what_was_written_and_moves_updated_at(call, make):
    contact = make("contacts", email="ada@example.com")
    before = call("GET", f"{CONTACTS}/{contact}").json()["updatedAt"]
    body = call(
        "PATCH", f"{CONTACTS}/{contact}", {"properties": {"firstname": "Ada"}}
    ).json()

    assert "Ada" == body["properties"]["firstname"]
    assert "Ada" == body["properties"]["hs_full_name_or_email"]
    assert "email" not in body["properties"]
    assert body["updatedAt"] == body["properties"]["lastmodifieddate"] >= before


def test_the_lifecycle_only_moves_forward_and_says_nothing(call, make):
    contact = make("contacts", lifecyclestage="customer")
    answer = call(
        "PATCH", f"{CONTACTS}/{contact}", {"properties": {"lifecyclestage": "lead"}}
    )

    assert 200 == answer.status_code
    assert "customer" == answer.json()["properties"]["lifecyclestage"]


def test_the_lifecycle_goes_back_by_way_of_nothing(call, make):
    contact = make("contacts", lifecyclestage="customer")
    for stage in ("", "lead"):
        answer = call(
            "PATCH", f"{CONTACTS}/{contact}", {"properties": {"lifecyclestage": stage}}
        )

    assert "lead" == answer.json()["properties"]["lifecyclestage"]


def test_an_associated_note_can_be_pinned_and_unpinned(call, make, note):
    contact = make("contacts", email="ada@example.com")
    pin = note(contact)
    for value in (pin, ""):
        answer = call(
            "PATCH",
            f"{CONTACTS}/{contact}",
            {"properties": {"hs_pinned_engagement_id": value}},
        )

        assert value == answer.json()["properties"]["hs_pinned_engagement_id"]


def test_pinning_a_note_of_somebody_else_is_refused(call, make, note):
    pin = note(make("contacts", email="bob@example.com"))
    contact = make("contacts", email="ada@example.com")
    answer = call(
        "PATCH",
        f"{CONTACTS}/{contact}",
        {"properties": {"hs_pinned_engagement_id": pin}},
    )

    assert 400 == answer.status_code
    assert "VALIDATION_ERROR" == error_of(answer)["category"]


def test_a_contact_is_created_with_association_and_pin_at_once(call, note, make):
    pin = note(make("contacts", email="bob@example.com"))
    answer = call(
        "POST",
        CONTACTS,
        {
            "properties": {"email": "ada@x.com", "hs_pinned_engagement_id": int(pin)},
            "associations": [{"to": {"id": int(pin)}, "types": [spec(201)]}],
        },
    )

    assert pin == answer.json()["properties"]["hs_pinned_engagement_id"]


def test_activities_count_on_the_contact(call, make, note):
    contact = make("contacts", email="ada@example.com")
    note(contact)
    note(contact)
    query = "properties=num_notes,notes_last_updated&associations=notes,companies"
    body = call("GET", f"{CONTACTS}/{contact}?{query}").json()

    assert "2" == body["properties"]["num_notes"]
    assert "2026-11-20T09:00:00.000Z" == body["properties"]["notes_last_updated"]
    assert ["notes"] == list(body["associations"])
    assert ["contact_to_note"] * 2 == [
        link["type"] for link in body["associations"]["notes"]["results"]
    ]


def test_a_note_needs_a_timestamp(call):
    answer = call("POST", NOTES, {"properties": {"hs_note_body": "Hello"}})

    assert {
        "message": "The property values provided are invalid",
        "errors": [
            {
                "message": "A value for hs_timestamp must be provided",
                "code": "MISSING_REQUIRED_PROPERTY",
                "context": {"propertyName": ["hs_timestamp"]},
            }
        ],
        "category": "VALIDATION_ERROR",
    } == error_of(answer)


def test_an_archived_contact_is_gone_except_for_those_who_ask(call, make):
    contact = make("contacts", email="ada@example.com")
    statuses = [call("DELETE", f"{CONTACTS}/{contact}").status_code for _ in range(2)]
    gone = call("GET", f"{CONTACTS}/{contact}")
    kept = call("GET", f"{CONTACTS}/{contact}?archived=true").json()

    assert [204, 204] == statuses
    assert {"message": "resource not found"} == error_of(gone)
    assert kept["archived"] is True
    assert ISO.fullmatch(kept["archivedAt"])


def test_history_tells_who_set_what_newest_first(call, make, sandbox):
    contact = make("contacts", city="Ulm")
    update = [{"id": contact, "properties": {"city": "Bonn"}}]
    sandbox.control.update("contacts", update)
    query = "propertiesWithHistory=city"
    history = call("GET", f"{CONTACTS}/{contact}?{query}").json()

    assert [
        ("Bonn", "CRM_UI", "userId:777"),
        ("Ulm", "INTEGRATION", sandbox.config.app_id),
    ] == [
        (v["value"], v["sourceType"], v["sourceId"])
        for v in history["propertiesWithHistory"]["city"]
    ]


def test_the_list_is_paged_by_absolute_links(call, make, sandbox):
    made = [make("contacts", email=f"p{n}@example.com") for n in range(5)]
    seen, link = [], f"{sandbox.url}{CONTACTS}?limit=2&properties=email"
    while link:
        page = call("GET", link.removeprefix(sandbox.url)).json()
        seen += [record["id"] for record in page["results"]]
        assert "phone" not in page["results"][0]["properties"]
        following = page.get("paging", {}).get("next")
        link = following["link"] if following else ""
        assert not following or following["after"] == made[len(seen)]

    assert made == seen


def test_multiple_choices_are_appended_after_a_semicolon(call, make):
    contact = make("contacts", hs_buying_role="CHAMPION;BLOCKER")
    update = {"properties": {"hs_buying_role": ";END_USER"}}
    body = call("PATCH", f"{CONTACTS}/{contact}", update).json()

    assert "CHAMPION;BLOCKER;END_USER" == body["properties"]["hs_buying_role"]


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("closedate", "1795165200000", "2026-11-20T09:00:00.000Z"),
        ("closedate", 1795165200123, "2026-11-20T09:00:00.123Z"),
        ("closedate", "2026-11-20T10:00:00+01:00", "2026-11-20T09:00:00.000Z"),
        ("hs_job_change_detected_date", "2026-11-20", "2026-11-20"),
        ("hs_job_change_detected_date", "1795132800000", "2026-11-20"),
        ("phone", 12345, "12345"),
        ("hs_pinned_engagement_id", "", ""),
    ],
)
def test_values_are_stored_as_hubspot_writes_them(call, make, name, given, stored):
    contact = make("contacts", email="ada@example.com")
    body = call("PATCH", f"{CONTACTS}/{contact}", {"properties": {name: given}}).json()

    assert stored == body["properties"][name]


def test_near_miss_dates_are_normalised_in_2026_09_only(call, make):
    contact = make("contacts", email="ada@example.com")
    update = {"properties": {"hs_job_change_detected_date": "2026-11-20T09:00:00Z"}}
    old = call("PATCH", f"{CONTACTS}/{contact}", update)
    new = call("PATCH", f"/crm/objects/2026-09/contacts/{contact}", update).json()

    assert 400 == old.status_code
    assert "2026-11-20" == new["properties"]["hs_job_change_detected_date"]
    assert [
        {
            "category": "PROPERTY_VALUE_NORMALIZED",
            "message": "hs_job_change_detected_date was normalized",
            "context": {
                "propertyName": ["hs_job_change_detected_date"],
                "rawValue": ["2026-11-20T09:00:00Z"],
                "normalizedValue": ["2026-11-20"],
            },
        }
    ] == new["warnings"]


def test_associatedcompanyid_follows_and_sets_the_primary_company(call, make):
    company = make("companies", domain="example.com")
    contact = make("contacts", email="ada@example.com")
    update = {"properties": {"associatedcompanyid": company}}
    call("PATCH", f"{CONTACTS}/{contact}", update)
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    (link,) = call("GET", path).json()["results"]
    query = "properties=associatedcompanyid"
    body = call("GET", f"{CONTACTS}/{contact}?{query}").json()

    assert [279, 1] == [t["typeId"] for t in link["associationTypes"]]
    assert company == body["properties"]["associatedcompanyid"]

    call("DELETE", f"/crm/v3/objects/companies/{company}")
    body = call("GET", f"{CONTACTS}/{contact}?{query}").json()

    assert body["properties"]["associatedcompanyid"] is None


def test_the_same_seed_gives_the_same_ids(call, make, sandbox):
    first = make("contacts", email="ada@example.com")
    sandbox.control.reset()

    assert first == make("contacts", email="ada@example.com") == "100000000001"
