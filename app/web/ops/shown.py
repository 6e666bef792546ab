"""How pages write what came from outside: cut, masked, and without anybody's values."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from app.watch import words

HIDDEN = "•••"
# Fields of an event that say what happened and to which record, never a value of it.
# https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
OPEN = frozenset(
    {
        "appId",
        "associationCategory",
        "associationRemoved",
        "associationType",
        "attemptNumber",
        "changeFlag",
        "changeSource",
        "eventId",
        "fromObjectId",
        "fromObjectTypeId",
        "isPrimaryAssociation",
        "isSensitive",
        "mergedObjectIds",
        "messageId",
        "newObjectId",
        "numberOfPropertiesMoved",
        "objectId",
        "objectTypeId",
        "occurredAt",
        "portalId",
        "primaryObjectId",
        "propertyName",
        "sourceId",
        "subscriptionId",
        "subscriptionType",
        "toObjectId",
        "toObjectTypeId",
    }
)
PLAIN = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def masked(raw: Any) -> Any:
    """Return an event with everything hidden that could be somebody's data."""
    if not isinstance(raw, dict):
        return HIDDEN
    return {
        name if PLAIN.fullmatch(name) else HIDDEN: value
        if name in OPEN and _is_plain(value)
        else HIDDEN
        for name, value in raw.items()
    }


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, int) for each in value)
    if isinstance(value, str):
        return bool(PLAIN.fullmatch(value))
    return value is None or isinstance(value, int)


def pretty(raw: Any) -> str:
    """Return JSON as people read it."""
    return orjson.dumps(raw, option=orjson.OPT_INDENT_2).decode()


def moment(at: float) -> str:
    """Return a point in time, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


FILTERS: dict[str, Callable[..., Any]] = {
    "harmless": words.harmless,
    "masked": masked,
    "moment": moment,
    "pretty": pretty,
    "span": words.span,
    "share": words.share,
}
