"""The event that a sweep puts in for a contact: look at it, whatever happened.

It has the form of HubSpot's own events, so that everything that becomes of an event
can become of it: it is counted, postponed, buried, shown and replayed like any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from app.events import vocabulary, wire
from app.events.model import Event
from app.events.sweeps import Sweep
from app.events.wire import Oddity


@dataclass(frozen=True, slots=True)
class Found:
    """A contact that a sweep came by.

    Attributes:
        contact_id: digits.
        changed_at: when it was changed last, epoch milliseconds; 0 if nobody asked.
        is_new: it was created within the sweep's span.

    """

    contact_id: str
    changed_at: int = 0
    is_new: bool = False


def events(sweep: Sweep, found: Iterable[Found]) -> list[Event | Oddity]:
    """Return one event per contact.

    In a sweep a contact has one key for all its changes up to the beginning: a page
    that is put in again after a crash is taken in once. Later changes, met on the way
    to the present, are mostly the workers' own writes and no news to it either; to one
    that is taken up again they are. To the sweep by schedule, which has no end, every
    change is news.
    """
    return wire.parse(orjson.dumps([_raw(sweep, each) for each in found]))


def _raw(sweep: Sweep, found: Found) -> dict[str, Any]:
    by_all = sweep.name == "backfill"
    source = vocabulary.FOUND_BY_BACKFILL if by_all else vocabulary.FOUND_BY_RECONCILE
    raw = {
        "subscriptionType": vocabulary.RECONCILE,
        "eventId": sweep.id,
        "portalId": int(sweep.portal),
        "objectId": int(found.contact_id),
        "occurredAt": _occurred_at(sweep, found.changed_at),
        "changeSource": source,
    }
    return raw | ({"changeFlag": vocabulary.CREATED} if found.is_new else {})


def _occurred_at(sweep: Sweep, changed_at: int) -> int:
    """Return the time that tells two events of a contact apart, epoch milliseconds."""
    if sweep.name == "schedule":
        return changed_at
    begun_at = int(sweep.begun_at * 1000)
    return begun_at if changed_at <= begun_at else int(sweep.taken_at * 1000)
