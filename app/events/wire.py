"""HubSpot's JSON turned into events, and events into what the store keeps.

One bad item never spoils a delivery: it becomes an Oddity among the events, because
a refused delivery comes back ten times with all its good items.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.errors import Unreadable
from app.events import vocabulary
from app.events.model import Event, Lane

# HubSpot sends at most 100 events per request; ten times that is nobody's delivery.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
MAX_ITEMS = 1_000

_SORTS = {
    type(None): "missing",
    bool: "a boolean",
    int: "a number",
    float: "a fraction or too large a number",
    str: "a text",
    list: "an array",
    dict: "an object",
}
_KIND = re.compile(r"[A-Za-z0-9_-]{1,64}\.[A-Za-z]{1,64}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TYPE_ID = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
_LATEST_OCCURRED_AT_S = 253_402_300_800.0  # the year 10,000
_PROPERTY_VALUE = 6  # its place in the stored form


@dataclass(frozen=True, slots=True)
class Oddity:
    """One item of a delivery that is not an event, kept for a person to see.

    Attributes:
        portal_id: digits; "0" when the item does not say.
        key: the same for every copy of this item, whatever its attemptNumber.
        reason: what is wrong with it, in words, without any value of it.
        raw: the item as HubSpot sent it: any JSON value.

    """

    portal_id: str
    key: str
    reason: str
    raw: Any


class _OddItemError(Exception):
    """Why an item is an oddity."""


def parse(body: bytes) -> list[Event | Oddity]:
    """Read a delivery; give one Event or Oddity per item, in the order of the body.

    Raises:
        Unreadable: the body as a whole is not a JSON array of a sane size and depth.

    """
    return [_read(item) for item in _items(body)]


def _items(body: bytes) -> list[Any]:
    try:
        items = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        items = _mended(body, error)
    if not isinstance(items, list):
        raise Unreadable("the body is JSON, but not an array of events")
    if len(items) > MAX_ITEMS:
        raise Unreadable(f"{len(items)} items in one delivery; HubSpot sends 100")
    try:
        # orjson reads deeper nesting than it writes, and the stored forms nest an item
        # as deep as the delivery does: what could not be stored is found out here.
        orjson.dumps(items)
    except orjson.JSONEncodeError:
        raise Unreadable("the body is nested too deeply to be events") from None
    return items


def _mended(body: bytes, complaint: orjson.JSONDecodeError) -> Any:
    """Read a body with U+FFFD for each broken character, as in a value cut in two."""
    try:
        lenient = json.loads(body.decode("utf-8", "replace"))
        text = json.dumps(lenient, ensure_ascii=False, allow_nan=False)
        # Read by orjson again: one reader decides on numbers and on nesting.
        return orjson.loads(_LONE_SURROGATE.sub("\ufffd", text))
    except (ValueError, RecursionError):
        raise Unreadable(f"the body is not JSON: {complaint}") from None


def _read(item: Any) -> Event | Oddity:
    try:
        return _event(item)
    except _OddItemError as problem:
        portal_id, content = "0", item
        if isinstance(item, dict):
            portal_id = _id(item.get("portalId")) or "0"
            content = {k: v for k, v in item.items() if k != "attemptNumber"}
        key = _digest(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
        return Oddity(portal_id, key, str(problem), item)


def _event(item: Any) -> Event:
    if not isinstance(item, dict):
        raise _OddItemError(f"an event is a JSON object, and this is {_sort(item)}")
    field = item.get
    kind = _kind(item)
    return Event(
        kind=kind,
        portal_id=_first_id(item, "portalId"),
        object_id=_object_id(kind, item),
        occurred_at=_seconds(field("occurredAt")),
        key=_digest(orjson.dumps([kind, *map(field, vocabulary.IDENTITY)])),
        property_name=_text(field("propertyName")),
        property_value=_text(field("propertyValue")),
        change_source=_text(field("changeSource")),
        source_id=_text(field("sourceId")),
        app_id=_text(field("appId")),
        raw=item,
    )


def _kind(item: Mapping[str, Any]) -> str:
    kind = item.get("subscriptionType")
    if kind is None:
        kind = item.get("eventType")  # the name that the documentation's tables use
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise _OddItemError(
            f"subscriptionType is not a HubSpot event type: {_sort(kind)}"
        )
    name, _, happening = kind.partition(".")
    return f"{_generic_name(item)}.{happening}" if name == "object" else kind


def _generic_name(item: Mapping[str, Any]) -> str:
    type_id = item.get("objectTypeId")
    if type_id is None:
        type_id = item.get("fromObjectTypeId")  # association events may name only it
    if not isinstance(type_id, str) or not _TYPE_ID.fullmatch(type_id):
        raise _OddItemError(f"objectTypeId is not an object type id: {_sort(type_id)}")
    return vocabulary.OBJECT_NAMES.get(type_id, type_id)


def _object_id(kind: str, item: Mapping[str, Any]) -> str:
    name, _, happening = kind.partition(".")
    if happening == "merge":
        return _first_id(item, "newObjectId", "primaryObjectId", "objectId")
    if happening == "associationChange":
        near = "toObjectId" if _stands_at_far_end(name, item) else "fromObjectId"
        return _first_id(item, near, "objectId")
    return _first_id(item, "objectId")


def _stands_at_far_end(name: str, item: Mapping[str, Any]) -> bool:
    """Tell whether the object of the event's kind is the `to` side."""
    start, _, end = _text(item.get("associationType")).lower().partition("_to_")
    type_ids = _text(item.get("fromObjectTypeId")), _text(item.get("toObjectTypeId"))
    start = vocabulary.OBJECT_NAMES.get(type_ids[0], type_ids[0]) or start
    end = vocabulary.OBJECT_NAMES.get(type_ids[1], type_ids[1]) or end
    return end == name != start


def _first_id(item: Mapping[str, Any], *names: str) -> str:
    for name in names:
        if found := _id(item.get(name)):
            return found
    values = " and ".join(f"{name} is {_sort(item.get(name))}" for name in names)
    raise _OddItemError(f"no HubSpot id: {values}")


def _id(value: Any) -> str:
    """Return a HubSpot id as digits, "" when the value is none; 0 is none."""
    if type(value) is int:  # True is an int too, and no id
        return str(value) if value > 0 else ""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return value.lstrip("0")
    return ""


def _seconds(ms: Any) -> float:
    """Return epoch seconds; 0.0 where HubSpot's milliseconds are missing or garbled.

    The time is no reason to lose an event: whoever sorts by it sees the event first.
    """
    try:
        at = float(ms) / 1000 if type(ms) in (int, float, str) else 0.0
    except ValueError:
        return 0.0
    return at if 0.0 < at < _LATEST_OCCURRED_AT_S else 0.0


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def _sort(value: Any) -> str:
    """Name what a value is without showing it: it may be somebody's data."""
    return _SORTS[type(value)]


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def is_echo(event: Event, app_id: str) -> bool:
    """Tell whether the event reports a write of our own.

    Args:
        event: what HubSpot says happened.
        app_id: our app; "" takes the app that the event's subscription belongs to.

    """
    own = app_id or event.app_id
    return (
        own != ""
        and event.change_source == "INTEGRATION"
        and event.source_id == own
        and event.happening not in vocabulary.NEVER_AN_ECHO
    )


def lane(event: Event) -> Lane:
    """Return the queue for this event: BULK for what touches many records at once."""
    source = event.change_source
    bulk = source in vocabulary.BULK_SOURCES or source.startswith("BULK")
    return Lane.BULK if bulk else Lane.LIVE


def dump(event: Event) -> bytes:
    """Return the stored form of an event: a compact JSON array, `raw` at its end."""
    value: str | None = event.property_value
    if value == event.raw.get("propertyValue"):
        value = None  # up to 65,536 characters, not to be stored twice
    return orjson.dumps(
        (
            event.kind,
            event.portal_id,
            event.object_id,
            event.occurred_at,
            event.key,
            event.property_name,
            value,
            event.change_source,
            event.source_id,
            event.app_id,
            event.raw,
        )
    )


def load(stored: bytes, accepted_at: float = 0.0, delivery: str = "") -> Event:
    """Return the event that `dump` stored, with what is known of its coming.

    Raises:
        ValueError: these bytes are not a stored event.

    """
    try:
        fields = orjson.loads(stored)
        if fields[_PROPERTY_VALUE] is None:
            fields[_PROPERTY_VALUE] = fields[-1]["propertyValue"]
        return Event(*[*fields, accepted_at, delivery])
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError("these bytes are not a stored event") from error


def dump_oddity(oddity: Oddity) -> bytes:
    """Return the stored form of an oddity: a compact JSON array, `raw` at its end."""
    return orjson.dumps((oddity.portal_id, oddity.key, oddity.reason, oddity.raw))


def raw_of(stored: bytes) -> Any:
    """Return what HubSpot sent, from the stored form of an event or an oddity."""
    return orjson.loads(stored)[-1]


def revive(stored: bytes) -> Event | Oddity:
    """Read again what HubSpot sent, with what this version of hubkeeper can read."""
    return _read(raw_of(stored))
