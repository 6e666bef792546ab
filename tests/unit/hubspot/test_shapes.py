"""What is read out of HubSpot's JSON, and what is written into it."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import ServerBroken
from app.hubspot.association_type import DEFAULT_TYPES, Association
from app.hubspot.protocol import Reply
from app.hubspot.record import NewRecord
from app.hubspot.shapes import (
    account,
    association,
    association_v3,
    contact_v1,
    record,
    token,
    webhook,
)
from app.hubspot.shapes import property as properties
from app.hubspot.shapes.account import AccountDetails
from app.hubspot.shapes.property import NewProperty, PropertyChange, PropertyOption
from app.hubspot.shapes.shape import Shape, camel_case

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
# Those that are read; the others only ever are written.
SHAPES: dict[str, Shape[Any]] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": shape
    for module in (
        account,
        association,
        association_v3,
        contact_v1,
        properties,
        record,
        token,
        webhook,
    )
    for name, shape in vars(module).items()
    if isinstance(shape, Shape) and not re.search("NEW_|DRAFT|CHANGE", name)
}


@pytest.mark.parametrize("name", sorted(SHAPES))
@settings(max_examples=25)
@given(data=st.data())
def test_fields_that_hold_anything_are_read_or_refused_but_never_crash(
    name: str, data: st.DataObject
) -> None:
    shape = SHAPES[name]
    keys = [str(field.data_key) for field in shape.fields.values()]
    entry = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(keys, ANYTHING)))
    try:
        shape.read(entry)
    except ServerBroken as error:
        assert "lacks" in str(error)  # noqa: PT017 - both ends are allowed
    except TypeError:
        # What only ever is written has no defaults.
        assert "NEW" in name or "DRAFT" in name or "CHANGE" in name


def test_record_is_read_whatever_hubspot_adds_to_it() -> None:
    found = record.RECORD.read(
        {
            "id": 106651134132,
            "properties": {"email": "a@x.de", "age": 7, "vip": True, "city": None},
            "createdAt": "2026-11-20T09:00:00.123Z",
            "updatedAt": "2026-11-20T09:00:01Z",
            "archived": False,
            "brandNew": {"a": 1},
            "propertiesWithHistory": {"city": [{"value": "Ulm", "sourceId": 7}, 5]},
            "associations": {
                "companies": {
                    "results": [{"id": "9", "type": "contact_to_company"}],
                    "paging": {"next": {"after": "10"}},
                }
            },
        }
    )
    assert "106651134132" == found.id
    assert {"email": "a@x.de", "age": "7", "vip": "true", "city": None} == (
        found.properties
    )
    assert 0.877 == pytest.approx((found.updated_at or 0) - (found.created_at or 0))
    assert [("Ulm", "7")] == [(v.value, v.source_id) for v in found.history["city"]]
    assert found.associations["companies"].cut_off


def test_reply_without_what_matters_is_not_taken_for_an_answer() -> None:
    with pytest.raises(ServerBroken, match="lacks id"):
        record.RECORD.one(Reply(200, {"properties": {}}, {}))
    with pytest.raises(ServerBroken, match="lacks access_token"):
        token.GRANT.one(Reply(200, {"expires_in": 1800}, {}))


def test_new_record_is_written_as_hubspot_wants_it() -> None:
    new = NewRecord(
        {"hs_note_body": "Hello"},
        [Association("501", (DEFAULT_TYPES["notes", "contacts"],))],
        key="k1",
    )
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}
    assert {
        "properties": {"hs_note_body": "Hello"},
        "associations": [{"to": {"id": "501"}, "types": [spec]}],
    } == record.NEW_RECORD.write(new)
    assert {"properties": {}} == record.NEW_RECORD.write(NewRecord({}))


def test_change_of_a_property_says_only_what_changes() -> None:
    assert {"hidden": False} == properties.PROPERTY_CHANGE.write(
        PropertyChange(hidden=False)
    )


def test_new_property_is_written_with_its_options() -> None:
    new = NewProperty(
        "size", "Size", "shoes", "enumeration", "select", options=(PropertyOption("s"),)
    )
    assert {
        "name": "size",
        "label": "Size",
        "groupName": "shoes",
        "type": "enumeration",
        "fieldType": "select",
        "options": [{"value": "s", "label": "", "hidden": False, "displayOrder": -1}],
    } == properties.NEW_PROPERTY.write(new)


def test_property_knows_whether_it_can_be_written() -> None:
    read_only = {"modificationMetadata": {"readOnlyValue": True}}
    for entry, writable in [
        ({}, True),
        ({"calculated": True}, False),
        (read_only, False),
    ]:
        assert writable is properties.PROPERTY.read({"name": "x"} | entry).writable


@pytest.mark.parametrize(
    ("zone", "offset_h", "now", "left_h"),
    [
        ("Europe/Berlin", 1, "2026-11-25T22:00:00+01:00", 2),
        ("US/Eastern", -5, "2026-11-25T22:00:00+01:00", 8),
        ("Europe/Berlin", 2, "2026-10-25T00:00:00+02:00", 25),
        ("Mars/Olympus", 3, "2026-11-25T20:00:00+03:00", 4),
        ("", 0, "2026-11-25T00:00:00+00:00", 24),
    ],
)
def test_the_day_ends_at_midnight_in_the_account(
    zone: str, offset_h: int, now: str, left_h: float
) -> None:
    """Also on the day that has an hour more, and where a zone is not known."""
    offset_ms = offset_h * 3_600_000
    account = AccountDetails("7", time_zone=zone, utc_offset_ms=offset_ms)
    moment = datetime.datetime.fromisoformat(now).timestamp()

    assert left_h * 3600 == account.until_midnight(moment)


def test_tokens_do_not_show() -> None:
    grant = token.GRANT.read({"access_token": "CKfg-1", "expires_in": "1800"})
    assert ("CKfg-1", 1800) == (grant.access_token, grant.expires_in_s)
    assert "CKfg" not in repr(grant)


def test_names_on_the_wire_are_camel_case() -> None:
    assert "userIdIncludingInactive" == camel_case("user_id_including_inactive")
