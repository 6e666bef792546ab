"""What is made of HubSpot's answers, without a socket."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Denied, HubSpotError, Refused, ServerBroken, Throttled
from app.hubspot import failure, protocol
from app.hubspot.protocol import Reply, Request
from app.hubspot.version import ApiVersion

HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"
AUTH = "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
TEN = {"message": "You have reached your ten_secondly_rolling limit."}
SECOND = {"message": "You have reached your secondly limit."}
DAY = {"message": "You have reached your daily limit."}
INTERVAL = "X-HubSpot-RateLimit-Interval-Milliseconds"


def said(**envelope: object) -> bytes:
    return json.dumps({"status": "error", **envelope}).encode()


def error_of(status: int, headers: dict[str, str], raw: bytes) -> HubSpotError:
    with pytest.raises(HubSpotError) as caught:
        protocol.read(status, headers, raw)
    return caught.value


@pytest.mark.parametrize(
    ("status", "raw", "kind"),
    [
        (400, said(message="no", category="VALIDATION_ERROR"), Refused),
        (400, said(message="Invalid input JSON on line 1, column 15: x"), Refused),
        (404, said(message="resource not found"), Refused),
        (404, b"<html>HTTP ERROR 404 Resource not found</html>", Refused),
        (409, said(message="Contact already exists", category="CONFLICT"), Refused),
        (413, HTML, Refused),
        (414, b"", Refused),
        (422, said(), Refused),
        (401, said(category="INVALID_AUTHENTICATION"), Denied),
        (401, b"", Denied),
        (403, said(category="MISSING_SCOPES"), Denied),
        (403, HTML, Denied),
        (423, b"", Throttled),
        (429, HTML, Throttled),
        (477, b"", Throttled),
        (500, said(message="internal error"), ServerBroken),
        (502, HTML, ServerBroken),
        (503, b"", ServerBroken),
        (524, HTML, ServerBroken),
        (408, said(message="timeout"), ServerBroken),
        (400, HTML, ServerBroken),
        (200, HTML, ServerBroken),
        (207, b'{"results": [', ServerBroken),
        (302, b"", ServerBroken),
        (999, b"", ServerBroken),
    ],
)
def test_status_and_body_decide_the_class_of_the_error(
    status: int, raw: bytes, kind: type[HubSpotError]
) -> None:
    error = error_of(status, {}, raw)
    assert kind is type(error)
    assert status == error.status


@pytest.mark.parametrize(
    ("status", "headers", "envelope", "wait_s"),
    [
        (429, {}, {"policyName": "TEN_SECONDLY_ROLLING"}, 10.0),
        (429, {INTERVAL: "4000"}, {"policyName": "TEN_SECONDLY_ROLLING"}, 4.0),
        (429, {INTERVAL: "60000"}, {"policyName": "TEN_SECONDLY_ROLLING"}, 10.0),
        (429, {INTERVAL: "soon"}, {"policyName": "TEN_SECONDLY_ROLLING"}, 10.0),
        (429, {}, {"policyName": "SECONDLY"}, 1.0),
        (429, {INTERVAL: "10000"}, {"policyName": "SECONDLY"}, 1.0),
        (429, {}, {"policyName": "DAILY"}, 600.0),
        (429, {}, TEN, 10.0),
        (429, {}, SECOND, 1.0),
        (429, {}, DAY, 600.0),
        (429, {}, {"policyName": ["SECONDLY"]}, 10.0),
        (429, {}, {"category": "RATE_LIMITS"}, 10.0),
        (429, {"Retry-After": "3"}, {"policyName": "DAILY"}, 3.0),
        (429, {"retry-after": "0.5"}, {}, 0.5),
        (429, {"Retry-After": "-5"}, {}, 0.0),
        (429, {"Retry-After": "1e9"}, {}, 86_400.0),
        (429, {"Retry-After": "nan"}, SECOND, 1.0),
        (429, {"Retry-After": "inf"}, SECOND, 1.0),
        (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, SECOND, 1.0),
        (423, {}, {}, 2.0),
        (423, {"Retry-After": "1"}, {}, 2.0),
        (423, {"Retry-After": "7"}, {}, 7.0),
        (477, {"Retry-After": "3600"}, {}, 3600.0),
        (477, {"Retry-After": "999999"}, {}, 86_400.0),
        (477, {}, {}, 600.0),
        (503, {"Retry-After": "20"}, {}, 20.0),
        (500, {}, {}, None),
    ],
)
def test_how_long_to_stay_away(
    status: int,
    headers: dict[str, str],
    envelope: dict[str, object],
    wait_s: float | None,
) -> None:
    assert wait_s == error_of(status, headers, said(**envelope)).retry_after


def test_error_keeps_what_support_and_the_verdict_need() -> None:
    raw = said(
        message="Duplicate IDs found in batch input: [123]. IDs must be unique",
        category="VALIDATION_ERROR",
        subCategory="crm.SOME",
        correlationId="c-1",
        context={"ids": ["123"], "count": 1},
        errors=[{"message": "x", "code": "Y"}, "noise"],
    )
    error = error_of(400, {}, raw)
    assert error.category == "VALIDATION_ERROR"
    assert error.sub_category == "crm.SOME"
    assert error.correlation_id == "c-1"
    assert error.context == {"ids": ("123",), "count": ("1",)}
    assert error.details == ({"message": "x", "code": "Y"},)
    assert "Duplicate IDs found in batch input: [123]" in str(error)


def test_rate_limit_names_its_error_type_and_policy() -> None:
    error = error_of(429, {}, said(errorType="RATE_LIMIT", policyName="SECONDLY"))
    assert (error.category, error.sub_category) == ("RATE_LIMIT", "SECONDLY")


def test_correlation_id_comes_from_the_header_when_the_body_has_none() -> None:
    headers = {"X-HubSpot-Correlation-Id": "c-2"}
    assert error_of(502, headers, HTML).correlation_id == "c-2"


def test_property_problems_are_told_in_sentences_not_in_json() -> None:
    problem = {
        "isValid": False,
        "message": 'Property "x" does not exist',
        "error": "PROPERTY_DOESNT_EXIST",
        "name": "x",
        "portalId": 5,
    }
    listed = json.dumps([problem, problem])
    raw = said(message=f"Property values were not valid: {listed}")
    expected = 'HubSpot refused this (400): Property "x" does not exist'
    assert expected == str(error_of(400, {}, raw))


def test_missing_scopes_are_named() -> None:
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": ["crm.objects.contacts.write"]},
    }
    message = "This app hasn't been granted all required scopes to make this call."
    error = error_of(403, {}, said(message=message, errors=[detail]))
    assert "crm.objects.contacts.write" in str(error)


def test_missing_scopes_are_named_at_the_top_level_too() -> None:
    context = {"requiredGranularScopes": ["crm.objects.contacts.read"]}
    error = error_of(403, {}, said(message="No scopes.", context=context))
    assert "crm.objects.contacts.read" in str(error)


@pytest.mark.parametrize(
    "token", ["pat-eu1-12345678-90ab-cdef-1234-567890abcdef", "Bearer CKfgabc.def"]
)
def test_a_token_that_hubspot_repeats_is_not_repeated_further(token: str) -> None:
    error = error_of(401, {}, said(message=f"The token {token} is not known"))
    assert token.removeprefix("Bearer ") not in str(error)


@pytest.mark.parametrize(
    ("category", "kind", "status"),
    [
        ("OBJECT_NOT_FOUND", Refused, 404),
        ("CONFLICT", Refused, 409),
        ("VALIDATION_ERROR", Refused, 400),
        ("SOMETHING_NEW", Refused, 400),
        ("RATE_LIMITS", Throttled, 429),
        ("MISSING_SCOPES", Denied, 403),
    ],
)
def test_failed_item_gets_the_error_of_a_call_of_its_own(
    category: str, kind: type[HubSpotError], status: int
) -> None:
    error = failure.error_of_item({"category": category, "message": "m"})
    assert (kind, status) == (type(error), error.status)


def test_empty_success_is_a_reply_without_body() -> None:
    assert Reply(204, None, {"a": "b"}) == protocol.read(204, {"A": "b"}, b"")


def test_success_that_is_no_object_is_not_taken_for_one() -> None:
    reply = protocol.read(200, {}, b'["surprise"]')
    with pytest.raises(ServerBroken):
        reply.mapping()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = (
    "message category subCategory correlationId context errors policyName errorType"
)
envelopes = st.dictionaries(st.sampled_from(FIELDS.split()), json_values)
bodies = st.binary(max_size=60) | envelopes.map(lambda e: json.dumps(e).encode())
HEADERS = [
    "Retry-After",
    INTERVAL,
    "X-HubSpot-Correlation-Id",
    "x-hubspot-ratelimit-max",
]
answer_headers = st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=12))


@given(st.integers(0, 999), answer_headers, bodies)
def test_every_answer_is_a_reply_or_a_hubspot_error(
    status: int, headers: dict[str, str], raw: bytes
) -> None:
    """Whatever answers, the verdict that follows is one of ours."""
    outcome: Reply | HubSpotError
    try:
        outcome = protocol.read(status, headers, raw)
    except HubSpotError as error:
        outcome = error
    assert status == outcome.status
    assert isinstance(outcome, Reply) <= (200 <= status < 300)
    if isinstance(outcome, Throttled):
        assert outcome.retry_after is not None


@given(envelopes)
def test_every_item_of_a_batch_has_a_hubspot_error(entry: dict[str, object]) -> None:
    assert isinstance(failure.error_of_item(entry), HubSpotError)


def test_single_record_request_quotes_its_id_but_not_its_route() -> None:
    path = ApiVersion.of("v3").objects("contacts") + "/{id}"
    request = Request("GET", path, values={"id": "ada+b@example.com/x"})
    assert request.target == "/crm/v3/objects/contacts/ada%2Bb%40example.com%2Fx"
    assert request.route == "GET /crm/v3/objects/contacts/{id}"


def test_batch_request_counts_its_inputs() -> None:
    assert Request("POST", "/x", {"inputs": [{}, {}, {}]}).inputs == 3
    assert Request("GET", "/x").inputs == 1


@pytest.mark.parametrize(
    ("version", "objects", "associations", "account"),
    [
        (
            "v3",
            "/crm/v3/objects/0-1",
            "/crm/v4/associations/notes/contacts",
            "/account-info/v3/details",
        ),
        (
            "2026-09",
            "/crm/objects/2026-09/0-1",
            "/crm/associations/2026-09/notes/contacts",
            "/account-info/2026-09/details",
        ),
    ],
)
def test_paths_of_a_version(
    version: str, objects: str, associations: str, account: str
) -> None:
    paths = ApiVersion.of(version)
    assert objects == paths.objects("0-1")
    assert associations == paths.associations("notes", "contacts")
    assert account == paths.account_details()


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("v3", "/crm/v4/objects/contacts/{id}/associations/companies"),
        ("2026-09", "/crm/objects/2026-09/contacts/{id}/associations/companies"),
    ],
)
def test_path_of_the_associations_of_one_record(version: str, path: str) -> None:
    assert path == ApiVersion.of(version).record_associations("contacts", "companies")
