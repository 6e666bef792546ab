"""HubSpot's JSON becomes events: every form it has, and every form it should not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Unreadable
from app.events import wire
from app.events.model import Event, Lane

PAYLOADS = Path(__file__).parents[1] / "data" / "payloads"
CASES = [
    pytest.param(case["event"], case["expected"], id=f"{file.stem}-{number}")
    for file in sorted(PAYLOADS.glob("*.json"))
    for number, case in enumerate(json.loads(file.read_text())["cases"])
]
CHANGE = {
    "eventId": 2210993411,
    "subscriptionId": 3329278,
    "portalId": 20000001,
    "appId": 9393361,
    "occurredAt": 1795166400123,
    "subscriptionType": "contact.propertyChange",
    "attemptNumber": 0,
    "objectId": 106651134132,
    "propertyName": "email",
    "propertyValue": "ada@example.com",
    "changeSource": "CRM_UI",
    "sourceId": "userId:777",
}
TEXT_FIELDS = (
    "property_name",
    "property_value",
    "change_source",
    "source_id",
    "app_id",
)

json_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
json_values = st.recursive(
    json_scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
likely_fields = st.sampled_from([*CHANGE, "eventType", "objectTypeId", "newObjectId"])
likely_values = json_values | st.sampled_from(
    ["contact.merge", "object.creation", "object.associationChange", "0-1", "2-7", "12"]
)
likely_events = st.dictionaries(likely_fields, likely_values).map(
    lambda fields: CHANGE | fields
)
deliveries = st.lists(json_values | likely_events)


def delivery(*items: Any) -> bytes:
    return orjson.dumps(items)


def event(**fields: Any) -> Event:
    """Return the event of a property change with these fields in place of its own."""
    (found,) = wire.parse(delivery(CHANGE | fields))
    assert isinstance(found, Event), found
    return found


def oddity(item: Any) -> wire.Oddity:
    (found,) = wire.parse(delivery(item))
    assert isinstance(found, wire.Oddity), found
    return found


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in CHANGE.items() if field != name}


@pytest.mark.parametrize(("sent", "expected"), CASES)
def test_reads_every_form_of_event(
    sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    (found,) = wire.parse(delivery(sent))
    assert isinstance(found, Event), found
    seen = {name: getattr(found, name) for name in Event.__slots__}
    for told_by_the_store in ("key", "accepted_at", "delivery"):
        del seen[told_by_the_store]
    assert dict.fromkeys(TEXT_FIELDS, "") | expected | {"raw": sent} == seen


def test_the_data_files_hold_every_kind_of_case() -> None:
    assert {"captured", "published", "shapes"} == {f.stem for f in PAYLOADS.iterdir()}
    assert len(CASES) >= 30


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "not JSON"),
        (b"[", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'["\xff"', "not JSON"),
        (b'[{"eventId": NaN}]', "not JSON"),
        (b'["\xff", NaN]', "not JSON"),
        (b'["\\ud83d", -Infinity]', "not JSON"),
        (b'["\xff", 1e999]', "not JSON"),
        (b'["\xff", ' + b"1" * 5_000 + b"]", "not JSON"),
        (b'["\xff",' + b"[" * 100_000 + b"]" * 100_001, "not JSON"),
        (b'["\\ud83d",' + b"[" * 900 + b"]" * 901, "not JSON|too deep"),
        (b'{"\xff": 1}', "not an array"),
        (b"{}", "not an array"),
        (orjson.dumps(CHANGE), "not an array"),
        (b"null", "not an array"),
        (b'"[]"', "not an array"),
        (b"[" * 100_000, "not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "not JSON"),
        (b"[" * 900 + b"]" * 900, "too deep"),
        (b'[{"a":' * 200 + b"1" + b"}]" * 200, "too deep"),
        (orjson.dumps([CHANGE] * 1_001), "1001 items"),
    ],
)
def test_refuses_a_body_that_is_no_array_of_events(body: bytes, complaint: str) -> None:
    with pytest.raises(Unreadable, match=complaint):
        wire.parse(body)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (rb"Ada \ud83d", "Ada \ufffd"),
        (rb"\udc4b Ada", "\ufffd Ada"),
        (rb"\ud83d\udc4b \ud83d", "\U0001f44b \ufffd"),
        (rb"\\ud83d \ud83d", "\\ud83d \ufffd"),
        (b"Zo\xc3", "Zo\ufffd"),
        (b"Ada \xf0\x9f\x91", "Ada \ufffd"),
    ],
)
def test_a_value_cut_inside_a_character_spoils_no_delivery(
    sent: bytes, expected: str
) -> None:
    """HubSpot would resend its good neighbours with it, and drop them in the end."""
    body = json.dumps([CHANGE, CHANGE | {"propertyValue": "CUT"}]).encode()
    good, cut = wire.parse(body.replace(b"CUT", sent))
    assert good == event()
    assert isinstance(cut, Event)
    assert expected == cut.property_value == cut.raw["propertyValue"]
    assert cut == wire.load(wire.dump(cut))


def test_a_cut_name_deep_inside_an_item_is_mended_too() -> None:
    (odd,) = wire.parse(rb'[{"a": [{"b\ud83d": ["\udc4b"]}]}]')
    assert isinstance(odd, wire.Oddity)
    assert {"a": [{"b\ufffd": ["\ufffd"]}]} == odd.raw


def test_numbers_read_the_same_beside_a_cut_value() -> None:
    numbers = b"[1, -5, 0.1, 1795166400123, 18446744073709551615, 18446744073709551616]"
    whole = wire.parse(b'["x", ' + numbers + b"]")
    cut = wire.parse(b'["\xff", ' + numbers + b"]")
    assert whole[1] == cut[1]


def test_takes_an_empty_delivery_and_a_very_large_one() -> None:
    assert wire.parse(b"[]") == []
    assert len(wire.parse(orjson.dumps([CHANGE] * 1_000))) == 1_000


@pytest.mark.parametrize(
    ("item", "portal_id", "complaint"),
    [
        (None, "0", "missing"),
        (17, "0", "a number"),
        ("contact.creation", "0", "a text"),
        ([CHANGE], "0", "an array"),
        ({}, "0", "subscriptionType"),
        (without("portalId"), "0", "portalId is missing"),
        (CHANGE | {"portalId": True}, "0", "portalId is a boolean"),
        (CHANGE | {"portalId": 0}, "0", "portalId"),
        (without("subscriptionType"), "20000001", "subscriptionType"),
        (CHANGE | {"subscriptionType": 7}, "20000001", "subscriptionType"),
        (CHANGE | {"subscriptionType": "contact"}, "20000001", "subscriptionType"),
        (CHANGE | {"subscriptionType": "a b.c"}, "20000001", "subscriptionType"),
        (CHANGE | {"subscriptionType": "a.b\n"}, "20000001", "subscriptionType"),
        (CHANGE | {"subscriptionType": "object.merge"}, "20000001", "objectTypeId"),
        (
            CHANGE | {"subscriptionType": "object.merge", "objectTypeId": "contact"},
            "20000001",
            "objectTypeId",
        ),
        (without("objectId"), "20000001", "objectId is missing"),
        (CHANGE | {"objectId": True}, "20000001", "objectId is a boolean"),
        (CHANGE | {"objectId": 1e3}, "20000001", "objectId is a fraction"),
        (CHANGE | {"objectId": 2**64}, "20000001", "objectId is a fraction or too l"),
        (CHANGE | {"objectId": -5}, "20000001", "objectId is a number"),
        (CHANGE | {"objectId": ""}, "20000001", "objectId is a text"),
        (CHANGE | {"objectId": "-5"}, "20000001", "objectId is a text"),
        (CHANGE | {"objectId": "٣"}, "20000001", "objectId is a text"),
        (CHANGE | {"objectId": "5 "}, "20000001", "objectId is a text"),
        (CHANGE | {"objectId": {}}, "20000001", "objectId is an object"),
        (
            without("objectId") | {"subscriptionType": "contact.merge"},
            "20000001",
            "newObjectId is missing and primaryObjectId is missing",
        ),
        (
            without("objectId") | {"subscriptionType": "contact.associationChange"},
            "20000001",
            "fromObjectId is missing",
        ),
    ],
)
def test_one_odd_item_is_kept_among_its_good_neighbours(
    item: Any, portal_id: str, complaint: str
) -> None:
    body = json.dumps([CHANGE, item, CHANGE | {"objectId": 2}]).encode()
    before, odd, after = wire.parse(body)
    assert isinstance(before, Event)
    assert isinstance(after, Event)
    assert isinstance(odd, wire.Oddity)
    assert (portal_id, item) == (odd.portal_id, odd.raw)
    assert complaint in odd.reason


def test_the_reason_of_an_oddity_shows_no_value() -> None:
    odd = oddity(CHANGE | {"objectId": "ada@example.com", "portalId": 62515})
    assert "ada" not in odd.reason
    assert odd.portal_id == "62515"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [(501, "501"), ("501", "501"), (2**64 - 1, str(2**64 - 1)), ("9" * 40, "9" * 40)],
)
def test_ids_are_digits_of_any_length(sent: Any, expected: str) -> None:
    found = event(objectId=sent, portalId=sent)
    assert (expected, expected) == (found.object_id, found.portal_id)


def test_one_record_has_one_id_however_it_is_written() -> None:
    assert event(objectId=501).object_id == event(objectId="00501").object_id


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("", ""),
        ("Zoë 🎉", "Zoë 🎉"),
        (None, ""),
        (7, "7"),
        (1.5, "1.5"),
        (True, "true"),
        (False, "false"),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_a_property_value_is_text(sent: Any, expected: str) -> None:
    assert expected == event(propertyValue=sent).property_value


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (1795166400123, 1795166400.123),
        ("1795166400123", 1795166400.123),
        (1795166400123.0, 1795166400.123),
        (None, 0.0),
        (-1, 0.0),
        (True, 0.0),
        ("yesterday", 0.0),
        ("nan", 0.0),
        ("inf", 0.0),
        (2**63, 0.0),
        ([], 0.0),
    ],
)
def test_an_event_without_a_readable_time_is_kept(sent: Any, expected: float) -> None:
    assert expected == event(occurredAt=sent).occurred_at


def test_the_classic_name_of_the_type_wins_over_the_documented_one() -> None:
    assert event(eventType="deal.creation").kind == "contact.propertyChange"


def test_copies_of_one_event_share_a_key() -> None:
    first = event()
    retry = event(attemptNumber=7)
    backwards = dict(reversed((CHANGE | {"somethingNew": 1}).items()))
    (reordered,) = wire.parse(delivery(backwards))
    assert {first.key} == {first.key, retry.key, reordered.key}
    assert len(first.key) == 24
    assert int(first.key, 16) >= 0


@pytest.mark.parametrize(
    "difference",
    [
        {"portalId": 20000002},
        {"subscriptionId": 3329279},
        {"eventId": 1},
        {"objectId": 106651134133},
        {"subscriptionType": "contact.creation"},
        {"propertyName": "phone"},
        {"propertyValue": "bob@example.com"},
        {"occurredAt": 1795166400124},
        {"mergedObjectIds": [3]},
        {"associationRemoved": True},
        {"toObjectId": 5},
    ],
)
def test_an_event_that_differs_has_a_key_of_its_own(difference: dict[str, Any]) -> None:
    assert event().key != event(**difference).key


def test_the_generic_copy_of_a_change_is_an_event_of_its_own() -> None:
    """The two belong to two subscriptions; the contact is looked at once anyway."""
    generic = event(
        subscriptionType="object.propertyChange", objectTypeId="0-1", subscriptionId=9
    )
    assert event().kind == generic.kind
    assert event().key != generic.key


def test_copies_of_one_oddity_share_a_key() -> None:
    odd = without("objectId")
    backwards = dict(reversed(odd.items()))
    assert oddity(odd).key == oddity(odd | {"attemptNumber": 3}).key
    assert oddity(odd).key == oddity(backwards).key
    assert oddity(odd).key != oddity(odd | {"eventId": 3}).key
    assert oddity(None).key != oddity(1).key


@pytest.mark.parametrize(
    ("fields", "app_id", "expected"),
    [
        ({"changeSource": "INTEGRATION", "sourceId": "9393361"}, "9393361", True),
        ({"changeSource": "INTEGRATION", "sourceId": 9393361}, "9393361", True),
        ({"changeSource": "INTEGRATION", "sourceId": "9393361"}, "", True),
        ({"changeSource": "INTEGRATION", "sourceId": "9393361"}, "17", False),
        ({"changeSource": "INTEGRATION", "sourceId": "17"}, "", False),
        ({"changeSource": "CRM_UI", "sourceId": "9393361"}, "9393361", False),
        ({"changeSource": "INTEGRATION", "sourceId": "", "appId": None}, "", False),
        ({"changeSource": "INTEGRATION", "sourceId": None, "appId": None}, "", False),
    ],
)
def test_an_echo_is_a_write_of_our_own_app(
    fields: dict[str, Any], app_id: str, *, expected: bool
) -> None:
    assert expected is wire.is_echo(event(**fields), app_id)


@pytest.mark.parametrize(
    "happening", ["creation", "deletion", "merge", "privacyDeletion", "restore"]
)
def test_what_we_never_do_ourselves_is_no_echo(happening: str) -> None:
    """hubkeeper makes no contacts: another program with our token did."""
    made = event(
        subscriptionType=f"contact.{happening}",
        changeSource="INTEGRATION",
        sourceId="9393361",
    )
    assert not wire.is_echo(made, "9393361")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("CRM_UI", Lane.LIVE),
        ("FORM", Lane.LIVE),
        ("INTEGRATION", Lane.LIVE),
        ("", Lane.LIVE),
        ("SOMETHING_NEW", Lane.LIVE),
        ("IMPORT", Lane.BULK),
        ("CRM_UI_BULK_ACTION", Lane.BULK),
        ("BATCH_UPDATE", Lane.BULK),
        ("BULK_DELETE", Lane.BULK),
        ("DATA_ENRICHMENT", Lane.BULK),
        ("MIGRATION", Lane.BULK),
    ],
)
def test_what_touches_many_records_waits_in_the_bulk_lane(
    source: str, expected: Lane
) -> None:
    assert expected is wire.lane(event(changeSource=source))


@given(st.binary())
def test_any_bytes_are_a_list_or_unreadable(body: bytes) -> None:
    try:
        found = wire.parse(body)
    except Unreadable:
        return
    assert isinstance(found, list)


@given(deliveries)
def test_any_array_gives_one_result_per_item_that_can_be_stored(
    items: list[Any],
) -> None:
    body = orjson.dumps(items)
    found = wire.parse(body)
    assert orjson.loads(body) == [each.raw for each in found]
    for each in found:
        if isinstance(each, wire.Oddity):
            stored = wire.dump_oddity(each)
        else:
            stored = wire.dump(each)
            assert each == wire.load(stored)
            assert each.object_id.isdigit()
        assert each.raw == wire.raw_of(stored)
        assert each == wire.revive(stored)
        assert each.portal_id.isdigit()
        assert each.key


@given(
    st.builds(
        Event,
        kind=st.text(),
        portal_id=st.text(),
        object_id=st.text(),
        occurred_at=st.floats(allow_nan=False, allow_infinity=False),
        key=st.text(),
        property_name=st.text(),
        property_value=st.text(),
        change_source=st.text(),
        source_id=st.text(),
        app_id=st.text(),
        raw=st.dictionaries(st.text() | likely_fields, json_values),
    )
)
def test_every_event_comes_back_from_the_store_as_it_was(kept: Event) -> None:
    assert kept == wire.load(wire.dump(kept))


def test_a_long_value_is_stored_once() -> None:
    long = event(propertyValue="x" * 65_536)
    assert len(wire.dump(long)) < 66_500
    assert long == wire.load(wire.dump(long))


@pytest.mark.parametrize(
    "stored",
    [b"", b"{}", b"[]", b"[1,2,3]", b"null", b"\xff", b"[1,2,3,4,5,6,null,8,9,10,11]"],
)
def test_bytes_that_are_no_stored_event_are_said_to_be_so(stored: bytes) -> None:
    with pytest.raises(ValueError, match="not a stored event"):
        wire.load(stored)


def test_the_deepest_body_that_is_taken_can_be_stored() -> None:
    """Nesting is either refused with its delivery or kept: nothing in between fails."""
    depths = range(100, 300)
    taken = 0
    for depth in depths:
        body = b'[{"a":' + b"[" * depth + b"]" * depth + b"}]"
        try:
            (odd,) = wire.parse(body)
        except Unreadable:
            continue
        assert isinstance(odd, wire.Oddity)
        assert odd.raw == wire.raw_of(wire.dump_oddity(odd))
        taken += 1
    assert 0 < taken < len(depths)
