"""The judge itself: it sees what is wrong, and leaves alone what is right."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.contract import deviations
from tests.contract.specification import Exchange, Specification

CONTACT = {
    "id": "501",
    "properties": {"email": "ada@x.de", "phone": None},
    "createdAt": "2026-11-20T09:00:00.123Z",
    "updatedAt": "2026-11-20T09:00:00.123Z",
    "archived": False,
}
PATH = "/crm/v3/objects/contacts/501"


def reply(
    body: Any, status: int = 200, path: str = PATH, kind: str = "application/json"
) -> Exchange:
    raw = orjson.dumps(body) if body is not None else b""
    return Exchange("GET", path, "", b"", status, {"content-type": kind}, raw)


def problems(specification: Specification, exchange: Exchange) -> list[str]:
    found = deviations.unexplained(list(specification.problems(exchange)))
    return [f"{each.where} {each.what}" for each in found]


@pytest.mark.parametrize("path", [PATH, "/crm/objects/2026-09/contacts/501"])
def test_record_as_hubspot_writes_it_passes(
    specification: Specification, path: str
) -> None:
    assert [] == problems(specification, reply(CONTACT, path=path))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": 501}, "/id 501 is not of type 'string'"),
        ({"archived": "no"}, "/archived 'no' is not of type 'boolean'"),
        ({"createdAt": "yesterday"}, "/createdAt 'yesterday' is not a 'date-time'"),
        ({"properties": {"n": 1}}, "/properties/n 1 is not of type 'string'"),
    ],
)
def test_wrong_value_is_seen(
    specification: Specification, change: dict[str, Any], told: str
) -> None:
    assert any(told in p for p in problems(specification, reply(CONTACT | change)))


def test_missing_field_is_seen(specification: Specification) -> None:
    short = {name: value for name, value in CONTACT.items() if name != "updatedAt"}
    told = " 'updatedAt' is a required property"
    assert [told] == problems(specification, reply(short))


def test_undocumented_success_is_seen(specification: Specification) -> None:
    told = " status 202 is not documented"
    assert [told] == problems(specification, reply(CONTACT, status=202))


def test_page_in_the_place_of_json_is_seen(specification: Specification) -> None:
    page = reply(None, kind="text/html")
    assert [" the body is text/html, not JSON"] == problems(specification, page)


def test_call_that_no_document_knows_is_seen(specification: Specification) -> None:
    unknown = reply(CONTACT, path="/crm/v3/hats/501")
    told = " the call is in no specification"
    assert [told] == problems(specification, unknown)


def test_error_without_its_words_is_seen(specification: Specification) -> None:
    bare = reply({"category": "X", "correlationId": "no uuid"}, status=400)
    told = problems(specification, bare)
    assert any("'message' is a required property" in each for each in told)
    assert any("'no uuid' is not a 'uuid'" in each for each in told)
