"""The account: its users, its allowance, and the rules its admin made."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs

OWNERS = ["/crm/v3/owners", "/crm/owners/2026-03", "/crm/owners/2026-09"]
NEW = "/crm/objects/2026-09/contacts"


@pytest.mark.parametrize("path", OWNERS)
def test_owners_are_paged_by_a_link_of_this_server(call, sandbox, path):
    first = call("GET", f"{path}?limit=2").json()
    link = first["paging"]["next"]["link"]
    second = call("GET", link.removeprefix(sandbox.url)).json()

    assert link.startswith(sandbox.url)
    assert ["Weber", "Keller"] == [owner["lastName"] for owner in first["results"]]
    assert ["Rossi"] == [owner["lastName"] for owner in second["results"]]
    assert "paging" not in second


@pytest.mark.parametrize("path", OWNERS)
def test_an_owner_is_found_by_id_user_or_email(call, path):
    by_email = call("GET", f"{path}?email=MARIA.weber@example.com").json()["results"]
    owner_id = by_email[0]["id"]
    by_id = call("GET", f"{path}/{owner_id}").json()
    by_user = call("GET", f"{path}/777?idProperty=userId").json()

    assert by_email == [by_id] == [by_user]
    assert ("PERSON", 777, False) == (by_id["type"], by_id["userId"], by_id["archived"])


def test_a_user_who_left_is_an_archived_owner(call):
    (gone,) = call("GET", f"{OWNERS[0]}?archived=true").json()["results"]

    assert 404 == call("GET", f"{OWNERS[0]}/{gone['id']}").status_code
    assert "userId" not in gone
    assert 780 == gone["userIdIncludingInactive"]
    assert gone == call("GET", f"{OWNERS[0]}/{gone['id']}?archived=true").json()


@pytest.mark.parametrize("path", ["/999", "/abc"])
def test_an_owner_that_is_not_there_is_a_404(call, path):
    assert 404 == call("GET", OWNERS[0] + path).status_code


def test_a_contact_belongs_to_an_owner_not_to_a_user(call, sandbox, make):
    make("contacts", email="a@x.com", hubspot_owner_id="700000001")
    wrong = call("POST", CONTACTS, {"properties": {"hubspot_owner_id": "777"}})
    sandbox.control.put_switches(owner_must_exist=False)

    assert "INVALID_OWNER_ID" == error_of(wrong)["errors"][0]["code"]
    make("contacts", email="b@x.com", hubspot_owner_id="777")


def test_the_control_plane_sets_the_owners(call, sandbox, make):
    owner = {
        "id": "5",
        "email": "o@x.com",
        "first_name": "O",
        "last_name": "X",
        "user_id": 6,
    }
    sandbox.control.call("PUT", "/owners", {"owners": [owner]})

    assert ["5"] == [o["id"] for o in call("GET", OWNERS[0]).json()["results"]]
    make("contacts", email="a@x.com", hubspot_owner_id="5")


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_the_daily_usage_counts_this_very_call(call, sandbox, version):
    sandbox.control.put_limits(plan="professional")
    call("GET", CONTACTS)
    path = f"/account-info/{version}/api-usage/daily/private-apps"
    (usage,) = call("GET", path).json()["results"]

    assert ("private-apps-api-calls-daily", 625_000, 2) == (
        usage["name"],
        usage["usageLimit"],
        usage["currentUsage"],
    )
    assert usage["collectedAt"] < usage["resetsAt"]


@pytest.fixture
def rules(sandbox):
    """Demand a job title of Germans, and a first name of new contacts."""
    german = {"requires": "jobtitle", "depends_on": "country", "values": ["DE"]}
    first_name = {"requires": "firstname"}
    sandbox.control.call("PUT", "/rules", {"contacts": [german, first_name]})


@pytest.mark.usefixtures("rules")
def test_2026_09_enforces_what_the_admin_demands(call):
    values = {"email": "a@x.com", "country": "DE"}
    refused = error_of(call("POST", NEW, {"properties": values}))
    complete = {**values, "jobtitle": "CTO", "firstname": "Ada"}

    assert "VALIDATION_ERROR" == refused["category"]
    assert "The property values provided are invalid" == refused["message"]
    assert [
        {
            "message": "jobtitle is required because of a conditional property rule "
            "based on [country]",
            "code": "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
            "context": {"propertyName": ["jobtitle"]},
        },
        {
            "message": "A value for firstname must be provided",
            "code": "MISSING_REQUIRED_PROPERTY",
            "context": {"propertyName": ["firstname"]},
        },
    ] == refused["errors"]
    assert 201 == call("POST", NEW, {"properties": complete}).status_code


@pytest.mark.usefixtures("rules")
def test_older_versions_know_nothing_of_the_rules(call):
    body = {"properties": {"email": "a@x.com", "country": "DE"}}

    assert 201 == call("POST", CONTACTS, body).status_code


@pytest.mark.usefixtures("rules")
@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"country": "DE"}, 400),
        ({"country": "FR"}, 200),
        ({"country": "DE", "jobtitle": "CTO"}, 200),
        ({"phone": "1"}, 200),
        ({"firstname": ""}, 200),
    ],
)
def test_an_update_is_bound_by_conditions_only(call, make, values, status):
    """What a form asks of new records is not asked again."""
    contact = make("contacts", email="a@x.com")
    answer = call("PATCH", f"{NEW}/{contact}", {"properties": values})

    assert status == answer.status_code


@pytest.mark.usefixtures("rules")
def test_a_batch_with_trace_ids_fails_only_where_a_rule_is_broken(call):
    good = {"email": "a@x.com", "firstname": "Ada"}
    answer = call(
        "POST",
        f"{NEW}/batch/create",
        inputs(
            {"properties": good, "objectWriteTraceId": "1"},
            {"properties": {"email": "b@x.com"}, "objectWriteTraceId": "2"},
        ),
    ).json()

    assert ["a@x.com"] == [r["properties"]["email"] for r in answer["results"]]
    assert [["2"]] == [e["context"]["objectWriteTraceId"] for e in answer["errors"]]


def test_2026_09_tells_how_it_read_a_date(call, make):
    call(
        "POST",
        "/crm/v3/properties/contacts",
        {
            "name": "birthday",
            "label": "Birthday",
            "type": "date",
            "fieldType": "date",
            "groupName": "contactinformation",
        },
    )
    contact = make("contacts", email="a@x.com")
    body = {"properties": {"birthday": "1995-03-04T11:30:00Z"}}
    new = call("PATCH", f"{NEW}/{contact}", body)
    old = call("PATCH", f"{CONTACTS}/{contact}", body)

    assert "1995-03-04" == new.json()["properties"]["birthday"]
    assert [
        {
            "category": "PROPERTY_VALUE_NORMALIZED",
            "message": "birthday was normalized",
            "context": {
                "propertyName": ["birthday"],
                "rawValue": ["1995-03-04T11:30:00Z"],
                "normalizedValue": ["1995-03-04"],
            },
        }
    ] == new.json()["warnings"]
    assert "INVALID_DATE" == error_of(old)["errors"][0]["code"]
