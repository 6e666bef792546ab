"""What HubSpot says about properties that are to be written, kept for an hour.

A token that may not read definitions costs nothing but the knowledge: values then go
out as they are, and HubSpot says what is wrong with them. That is remembered as well.
"""

from __future__ import annotations

from collections.abc import Collection

import orjson

from app import logs
from app.errors import Denied, HubSpotError
from app.hubspot.shapes.property import Property
from workers.round import Round
from workers.values import Definition

REMEMBERED_S = 3600.0
# Remembered of a name that HubSpot does not know; asked again sooner.
UNKNOWN = "unknown"
UNKNOWN_S = 60.0
# Remembered of a name that the token may not ask about.
UNREADABLE = "unreadable"

log = logs.get()


def of(round_: Round, names: Collection[str]) -> dict[str, Definition | None]:
    """Return the definitions by name; None for a property that does not exist.

    A name that is missing from the result is one about which nothing is known.
    """
    memory, portal = round_.services.memory, round_.portal
    found = memory.recall(portal, "unknown_properties", names)
    found |= memory.recall(portal, "definitions", names)
    missing = [name for name in names if name not in found]
    if missing:
        found |= _ask(round_, missing)
    return {n: _read(text) for n, text in found.items() if text != UNREADABLE}


def _ask(round_: Round, names: Collection[str]) -> dict[str, str]:
    answer = round_.hubspot.properties("contacts").batch_read(names)
    known = {name: _dump(found) for name, found in answer.records.items()}
    denied = [name for name, e in answer.errors.items() if isinstance(e, Denied)]
    known |= dict.fromkeys(denied, UNREADABLE)
    unknown = [name for name, error in answer.errors.items() if _is_missing(error)]
    memory, portal = round_.services.memory, round_.portal
    memory.remember(portal, "definitions", known, ttl_s=REMEMBERED_S)
    said = dict.fromkeys(unknown, UNKNOWN)
    memory.remember(portal, "unknown_properties", said, ttl_s=UNKNOWN_S)
    for name, error in answer.errors.items():
        if name not in said:
            log.warning("definition_unread", property=name, error=str(error))
    return known | said


def _is_missing(error: HubSpotError) -> bool:
    return error.status == 404


def _dump(found: Property) -> str:
    # HubSpot keeps the options of owners, teams and the like elsewhere.
    kept = found.type == "enumeration" and not found.external_options
    options = {each.value: each.label for each in found.options} if kept else {}
    multiple = found.field_type == "checkbox"
    row = (found.type, found.writable, multiple, options)
    return orjson.dumps(row).decode()


def _read(text: str) -> Definition | None:
    return None if text == UNKNOWN else Definition(*orjson.loads(text))
