"""Whom an item of a delivery is about, as far as one can tell.

An erasure goes by this: in the archive, and among what could not be read.
"""

from __future__ import annotations

from typing import Any

from app.events.model import Event
from app.events.wire import Oddity

# Where an item names the contact it is about, and others.
NAMES = frozenset({"objectId", "primaryObjectId", "newObjectId", "mergedObjectIds"})


def subjects(item: Event | Oddity) -> set[str]:
    """Return the contacts that an item is about."""
    if isinstance(item, Oddity):
        return ids_in(item.raw)
    if item.object_name != "contact":
        return set()
    return {item.object_id} | ids_in(item.raw)


def ids_in(raw: Any) -> set[str]:
    """Return the ids that a JSON value names, as digits, however deep it holds them."""
    found: set[str] = set()
    left = [raw]
    while left:
        each = left.pop()
        if isinstance(each, list):
            left += each
        elif isinstance(each, dict):
            left += [part for part in each.values() if isinstance(part, list | dict)]
            for name in NAMES & each.keys():
                found |= _ids(each[name])
    return found


def _ids(value: Any) -> set[str]:
    listed = value if isinstance(value, list) else [value]
    texts = {_text(each) for each in listed}
    return {text.lstrip("0") for text in texts if text.isdecimal()} - {""}


def _text(value: Any) -> str:
    """Return what may be an id, also where it was written in a way that no id is."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip() if isinstance(value, int | str) else ""
    return text if text.isascii() else ""
