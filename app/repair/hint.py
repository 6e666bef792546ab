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

    Throughout a sweep a contact has one key, so that it is taken in once: neither a
    page that is put in again after a crash nor the workers' own writes, which the
    sweep meets on its way to the present, count anew. The sweep by schedule has no
    end; to it every change is news.
    """
    return wire.parse(orjson.dumps([_raw(sweep, each) for each in found]))


def _raw(sweep: Sweep, found: Found) -> dict[str, Any]:
    by_all, endless = sweep.name == "backfill", sweep.name == "schedule"
    source = vocabulary.FOUND_BY_BACKFILL if by_all else vocabulary.FOUND_BY_RECONCILE
    raw = {
        "subscriptionType": vocabulary.RECONCILE,
        "eventId": sweep.id,
        "portalId": int(sweep.portal),
        "objectId": int(found.contact_id),
        "occurredAt": found.changed_at if endless else int(sweep.begun_at * 1000),
        "changeSource": source,
    }
    return raw | ({"changeFlag": vocabulary.CREATED} if found.is_new else {})
