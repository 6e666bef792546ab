"""Replay of the past: events out of the archive are put in again.

It is idempotent by design: a round looks at what a contact is now, so an event that is
put in twice ends where it ended the first time. Each run gives its events keys of its
own: they count as new, and a run that is begun again does not count them twice.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from app.errors import Backlogged
from app.events.model import Event, Lane
from app.repair import forecast
from app.services import Services

SAMPLE = 5
# How long to wait while too much is waiting already.
BACKLOG_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class Past:
    """Which events are meant, by when they came; what is None does not matter.

    Attributes:
        since: epoch seconds on the store's clock.
        until: epoch seconds; what came then is not meant any more.
        kind: "contact.creation", or only the object or what happened to it.

    """

    since: float
    until: float
    portal: str | None = None
    contact: str | None = None
    kind: str | None = None

    def means(self, event: Event) -> bool:
        """Tell whether an event is meant."""
        kinds = (None, event.kind, event.object_name, event.happening)
        return self.contact in (None, event.object_id) and self.kind in kinds


@dataclass(slots=True)
class Plan:
    """What a replay would do.

    Attributes:
        events: how many, each counted once.
        contacts: (portal, contact) of each.
        sample: the first few, in words without values.
        calls: HubSpot calls that it will take, going by those made so far; None if
            that is not known.

    """

    deliveries: int = 0
    events: int = 0
    contacts: set[tuple[str, str]] = field(default_factory=set)
    sample: list[str] = field(default_factory=list)
    calls: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: events put in, and those that it had put in before."""

    put_in: int = 0
    known: int = 0

    @property
    def done(self) -> int:
        """Return how many events are behind us."""
        return self.put_in + self.known


def plan(at: Services, past: Past) -> Plan:
    """Look through the archive; change nothing.

    Raises:
        StoreDown: the store did not answer.

    """
    found, seen = Plan(), set[tuple[str, str]]()
    for share in _shares(at, past):
        found.deliveries += 1
        for event in share:
            if (event.portal_id, event.key) in seen:
                continue
            seen.add((event.portal_id, event.key))
            found.events += 1
            found.contacts.add((event.portal_id, event.object_id))
            if len(found.sample) < SAMPLE:
                found.sample.append(_words(event))
    contacts = Counter(portal for portal, _ in found.contacts)
    foretold = [forecast.calls(at, portal, n) for portal, n in contacts.items()]
    known = [calls for calls in foretold if calls is not None]
    found.calls = sum(known) if len(known) == len(foretold) else None
    return found


def run(
    at: Services,
    past: Past,
    name: str,
    rate: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Progress]:
    """Put the events in, behind what people just did; yield how far it is.

    Args:
        at: the service.
        past: which events; the same for a run that is begun again.
        name: of the run; the same for one that is begun again within twelve hours.
        rate: events per second.
        sleep: takes seconds.
        clock: gives seconds.

    Raises:
        StoreDown: the store did not answer; begin the run again.

    """
    began, so_far = clock(), Progress()
    for share in _shares(at, past):
        again = [replace(event, key=f"{event.key}~{name}") for event in share]
        accepted, known = _put_in(at, again, sleep)
        so_far = Progress(so_far.put_in + accepted, so_far.known + known)
        yield so_far
        sleep(max(0.0, began + so_far.put_in / rate - clock()))


def _shares(at: Services, past: Past) -> Iterator[list[Event]]:
    """Yield the events that are meant, by delivery, oldest first in each portal."""
    for portal in [past.portal] if past.portal else at.inbox.portals():
        wanted = at.archive.of_contact(portal, past.contact) if past.contact else None
        for entry in at.archive.entries(portal, past.since, past.until):
            if wanted is not None and entry.delivery_id not in wanted:
                continue
            items = at.archive.items(portal, entry.delivery_id)
            events = [item for item in items if isinstance(item, Event)]
            if share := [event for event in events if past.means(event)]:
                yield share


def _put_in(
    at: Services, events: list[Event], sleep: Callable[[float], None]
) -> tuple[int, int]:
    """Accept events, when there is room for them; return (accepted, duplicates)."""
    while True:
        try:
            receipt = at.inbox.accept(
                events, at.settings.hubspot_app_id, lane=Lane.BULK
            )
        except Backlogged:
            sleep(BACKLOG_PAUSE_S)
        else:
            return receipt.accepted, receipt.duplicates


def _words(event: Event) -> str:
    about = f" of {event.property_name}" if event.property_name else ""
    return f"{event.portal_id}/{event.object_id}  {event.kind}{about}"
