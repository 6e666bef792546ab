"""What HubSpot refuses, word for word: one row per refusal."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs, spec

PORTAL = 20000001
LEAD_STATUS = (
    "NOPE was not one of the allowed options: "
    '[label: "New"\nvalue: "NEW"\ndisplay_order: 0\nhidden: false\nread_only: false\n, '
    'label: "Open"\nvalue: "OPEN"'
)


def invalid(name: str, code: str, message: str, value: str | None = None) -> Any:
    """Return the whole body of a 400 about one property."""
    problem = {
        "isValid": False,
        "message": message,
        "error": code,
        "name": name,
        "localizedErrorMessage": message,
    }
    if value is not None:
        problem["propertyValue"] = value
    listed = json.dumps([{**problem, "portalId": PORTAL}], separators=(",", ":"))
    context = {"propertyName": [name]}
    return {
        "message": f"Property values were not valid: {listed}",
        "errors": [{"message": message, "code": code, "context": context}],
        "category": "VALIDATION_ERROR",
    }


@pytest.mark.parametrize(
    ("name", "value", "code", "message"),
    [
        ("x", "1", "PROPERTY_DOESNT_EXIST", 'Property "x" does not exist'),
        (
            "hs_object_id",
            "1",
            "READ_ONLY_VALUE",
            '"hs_object_id" is a read only property; its value cannot be set.',
        ),
        (
            "hs_email_domain",
            "x.com",
            "READ_ONLY_VALUE",
            '"hs_email_domain" is a calculated property; its value cannot be set.',
        ),
        (
            "hs_additional_emails",
            "a@x.com",
            "READ_ONLY_VALUE",
            '"hs_additional_emails" is a calculated property; its value cannot be set.',
        ),
        ("email", "dsfsafas@", "INVALID_EMAIL", "Email address dsfsafas@ is invalid"),
        (
            "associatedcompanyid",
            "many",
            "INVALID_LONG",
            "many was not a valid long.",
        ),
        ("closedate", "soon", "INVALID_DATE", "soon was not a valid date."),
        (
            "hs_job_change_detected_date",
            "1510261692000",
            "INVALID_DATE",
            "1510261692000 is at 21:8:12.0 UTC, not midnight!",
        ),
    ],
)
def test_a_value_that_does_not_fit(call, name, value, code, message):
    answer = call("POST", CONTACTS, {"properties": {name: value}})
    repeated = None if code in ("PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE") else value

    assert 400 == answer.status_code
    assert invalid(name, code, message, repeated) == error_of(answer)


def test_a_number_that_is_none(call):
    answer = call("POST", "/crm/v3/objects/deals", {"properties": {"amount": "much"}})

    assert "INVALID_INTEGER" == error_of(answer)["errors"][0]["code"]


def test_a_choice_that_is_not_offered_lists_what_is(call):
    answer = call("POST", CONTACTS, {"properties": {"hs_lead_status": "NOPE"}})

    assert error_of(answer)["errors"][0]["message"].startswith(LEAD_STATUS)


def test_a_label_is_not_a_value(call):
    answer = call("POST", CONTACTS, {"properties": {"lifecyclestage": "Customer"}})

    assert "INVALID_OPTION" == error_of(answer)["errors"][0]["code"]


def test_text_over_65536_characters_is_refused(call):
    longest = call("POST", CONTACTS, {"properties": {"message": "x" * 65_536}})
    longer = call("POST", CONTACTS, {"properties": {"message": "x" * 65_537}})

    assert (201, 400) == (longest.status_code, longer.status_code)


def test_all_problems_of_a_write_are_told(call):
    properties = {"email": "x", "foo": "1", "createdate": "0"}
    answer = call("POST", CONTACTS, {"properties": properties})

    assert ["INVALID_EMAIL", "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"] == [
        problem["code"] for problem in error_of(answer)["errors"]
    ]


MISSING = {"message": "resource not found"}
SELF = {
    "message": "Object 5 cannot be associated to itself (5)",
    "category": "VALIDATION_ERROR",
}


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", f"{CONTACTS}/999", 404, MISSING),
        ("PATCH", f"{CONTACTS}/999", 404, MISSING),
        ("DELETE", f"{CONTACTS}/999", 404, MISSING),
        ("GET", f"{CONTACTS}/no@example.com?idProperty=email", 404, MISSING),
        ("GET", "/crm/v3/nonsense", 404, MISSING),
        ("GET", "/", 404, MISSING),
        (
            "GET",
            f"{CONTACTS}/x1",
            404,
            {
                "message": "Object not found.  objectId are usually numeric.",
                "context": {"id": ["x1"]},
                "category": "OBJECT_NOT_FOUND",
            },
        ),
        (
            "GET",
            "/crm/v3/objects/widgets",
            400,
            {"message": "Unable to infer object type from: widgets"},
        ),
        (
            "GET",
            "/crm/v3/objects/0-9999",
            400,
            {"message": "Invalid object or event type id: 0-9999"},
        ),
        (
            "GET",
            f"{CONTACTS}/1?idProperty=phone",
            400,
            {
                "message": "Unable to perform update/upsert by non-unique 0-1 property "
                "phone",
                "category": "VALIDATION_ERROR",
            },
        ),
        (
            "GET",
            "/crm/v3/lists",
            501,
            {
                "message": "HubSpot knows GET /crm/v3/lists, but this sandbox does "
                "not imitate it: see 'The sandbox' in hubkeeper's README",
                "category": "NOT_IMITATED",
            },
        ),
        (
            "PUT",
            "/crm/v4/objects/contacts/5/associations/default/contacts/5",
            400,
            SELF,
        ),
        (
            "PUT",
            "/crm/v4/objects/contacts/abc/associations/default/companies/5",
            400,
            {
                "message": "abc is not a valid ID",
                "context": {"id": ["abc"]},
                "category": "VALIDATION_ERROR",
                "subCategory": "crm.associations.INVALID_IDENTIFIER",
            },
        ),
        (
            "PUT",
            "/crm/v4/objects/contacts/5/associations/default/companies/6",
            400,
            {
                "message": "One or more associations are invalid",
                "context": {
                    "INVALID_OBJECT_IDS": [
                        "CONTACT=5 is not valid",
                        "COMPANY=6 is not valid",
                    ]
                },
                "category": "VALIDATION_ERROR",
            },
        ),
    ],
)
def test_a_path_that_leads_nowhere(call, method, path, status, expected):
    answer = call(method, path, {"properties": {}} if method == "PATCH" else None)

    assert status == answer.status_code
    assert expected == error_of(answer)


@pytest.mark.parametrize(
    ("type_id", "category", "expected"),
    [
        (
            202,
            "HUBSPOT_DEFINED",
            {
                "message": "One or more associations are invalid",
                "context": {"INVALID_OBJECT_IDS": ["CONTACT=5 is not valid"]},
                "category": "VALIDATION_ERROR",
            },
        ),
        (
            3,
            "USER_DEFINED",
            {
                "message": "One or more associations are invalid",
                "context": {
                    "associationSpec": ["USER_DEFINED=3"],
                    "INVALID_ASSOCIATION_TYPE_ID": [
                        "USER_DEFINED=3 is not a valid association definition id"
                    ],
                },
                "category": "VALIDATION_ERROR",
            },
        ),
        (
            199,
            "HUBSPOT_DEFINED",
            {
                "message": "invalid from object type 0-46 for associations to be "
                "created. expected: 0-1",
                "category": "VALIDATION_ERROR",
            },
        ),
    ],
)
def test_an_association_that_cannot_be(call, sandbox, type_id, category, expected):
    link = {"to": {"id": "5"}, "types": [spec(type_id, category)]}
    body = {"properties": {"hs_timestamp": "0"}, "associations": [link]}
    answer = call("POST", "/crm/v3/objects/notes", body)

    assert 400 == answer.status_code
    assert expected == error_of(answer)
    assert [] == sandbox.control.dump("notes")


BATCH_INPUT = (
    "com.hubspot.inbounddb.publicobject.core.v2.SimplePublicObjectBatchInput$Json"
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            b'{"inputs":\n  {"id":"1"}}',
            "Invalid input JSON on line 1, column 2: Cannot deserialize value of type "
            f"`{BATCH_INPUT}` from Object value (token `JsonToken.START_OBJECT`)",
        ),
        (
            b"[1]",
            "Invalid input JSON on line 1, column 1: Cannot deserialize value of type "
            f"`{BATCH_INPUT}` from Array value (token `JsonToken.START_ARRAY`)",
        ),
        (b'{\n "inputs": [,]}', "Invalid input JSON on line 2, column 13: "),
        (b"", "Invalid input JSON on line 1, column 1: "),
    ],
)
def test_a_body_of_another_shape_says_where_and_has_no_category(call, raw, expected):
    answer = call("POST", f"{CONTACTS}/batch/update", data=raw)
    body = error_of(answer)

    assert 400 == answer.status_code
    assert body["message"].startswith(expected)
    assert {"message"} == body.keys()


UNAUTHENTICATED = {
    "message": "Authentication credentials not found. This API supports OAuth 2.0 "
    "authentication and you can find more details at "
    "https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    "category": "INVALID_AUTHENTICATION",
}


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}]
)
def test_without_the_token_nothing_is_answered(sandbox, headers):
    answer = requests.get(
        f"{sandbox.url}{CONTACTS}?hapikey=demo", headers=headers, timeout=10
    )

    assert 401 == answer.status_code
    assert UNAUTHENTICATED == error_of(answer)


def test_a_missing_scope_is_named(call, sandbox):
    sandbox.control.put_switches(missing_scopes=["crm.objects.contacts.write"])
    refused = call("POST", f"{CONTACTS}/batch/create", inputs())

    assert 403 == refused.status_code
    assert {
        "message": "This app hasn't been granted all required scopes to make this "
        "call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        "errors": [
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": ["crm.objects.contacts.write"]},
            }
        ],
        "category": "MISSING_SCOPES",
    } == error_of(refused)
    assert 200 == call("GET", CONTACTS).status_code
    assert 201 == call("POST", "/crm/v3/objects/companies", {}).status_code
