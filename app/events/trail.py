"""The way of a contact's events through the states: when, how often tried, and why.

While a contact waits, is in hand or is dead, everything is kept. Of those that are
finished the newest are, within bounds of number and age; the books count them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from app.events import keys
from app.events.model import Event
from app.events.scripts import Scripts, store_errors, store_time
from app.events.steps import Step, steps_from

# Of a contact with very many events the first ones stand for all of them.
MOST_TOLD = 20
# The window of finished contacts is looked through in pages of this many.
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Glimpse:
    """An event in short, without any value of the contact.

    Attributes:
        key: the same for every copy of the event.
        kind: e.g. "contact.propertyChange".
        property_name: for a propertyChange, else "".
        occurred_at: epoch seconds by HubSpot's clock; accepted_at by the store's.
        delivery: the request it came with.

    """

    key: str
    kind: str
    property_name: str
    occurred_at: float
    accepted_at: float
    delivery: str

    @classmethod
    def of(cls, event: Event) -> Glimpse:
        """Leave out all that could be somebody's data."""
        return cls(
            event.key,
            event.kind,
            event.property_name,
            event.occurred_at,
            event.accepted_at,
            event.delivery,
        )


@dataclass(frozen=True, slots=True)
class Finished:
    """A contact's events that were settled together.

    Attributes:
        outcome: how its round ended, e.g. "written".
        claimed_at: when it was taken in hand; finished_at when it was settled.
        count: how many events; `events` tells of the first ones.
        steps: what had gone wrong before.

    """

    contact_id: str
    outcome: str
    attempts: int
    claimed_at: float
    finished_at: float
    count: int
    events: tuple[Glimpse, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a contact stands now.

    Attributes:
        place: "live", "bulk", "suspect" (it waits), "leased" (in hand) or "" (nothing
            waits).
        until: when it is due or its lease ends, epoch seconds.
        holder: which round has it in hand.
        attempts: failed attempts so far.
        events: what waits or is in hand.
        steps: what went wrong so far.
        letters: ids of its dead letters.

    """

    place: str
    until: float
    holder: str
    attempts: int
    events: tuple[Glimpse, ...]
    steps: tuple[Step, ...]
    letters: tuple[str, ...]


def brief(events: Sequence[Event]) -> bytes:
    """Return events in short, as they are kept of a finished contact."""
    return orjson.dumps([_row(Glimpse.of(event)) for event in events[:MOST_TOLD]])


class Trail:
    """Tells where a contact stands and what became of it; may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._store = scripts.store
        self._form = scripts.form
        self._vault = scripts.vault

    def standing(self, portal: str, contact_id: str) -> Standing:
        """Return where the contact stands now."""
        places = ("live", "bulk", "suspect", "leased")
        pipe = self._store.pipeline()
        for place in places:
            pipe.zscore(keys.of(portal, place), contact_id)
        pipe.hmget(keys.of(portal, f"state:{contact_id}"), "token", "attempts")
        pipe.lrange(keys.of(portal, f"events:{contact_id}"), 0, -1)
        pipe.lrange(keys.of(portal, f"steps:{contact_id}"), 0, -1)
        pipe.smembers(keys.of(portal, f"dead_of:{contact_id}"))
        with store_errors():
            *scores, (token, attempts), events, steps, letters = pipe.execute()
        stands = [
            (place, score)
            for place, score in zip(places, scores, strict=True)
            if score is not None
        ]
        place, score = stands[0] if stands else ("", 0.0)
        return Standing(
            place=place,
            until=score / 1000,
            holder=(token or b"").decode(),
            attempts=int(attempts or 0),
            events=tuple(Glimpse.of(self._form.load(each)) for each in events),
            steps=steps_from(steps, self._vault),
            letters=tuple(sorted((i.decode() for i in letters), key=_age)),
        )

    def finished(
        self, portal: str, contact_id: str = "", most: int = 100
    ) -> list[Finished]:
        """Return what was finished lately, of one contact or of all, newest first."""
        found = (
            self._finished(entry_id, fields)
            for entry_id, fields in self._entries(portal)
            if not contact_id or fields[b"contact"].decode() == contact_id
        )
        return list(islice(found, most))

    def forget(self, portal: str, contacts: Collection[str]) -> None:
        """Strike out what was finished of these contacts."""
        ids = [
            entry_id
            for entry_id, fields in self._entries(portal)
            if fields[b"contact"].decode() in contacts
        ]
        if ids:
            with store_errors():
                self._store.xdel(keys.of(portal, "finished"), *ids)

    def trim(self, portals: Sequence[str], keep_s: float) -> None:
        """Strike out what was finished longer ago than that."""
        with store_errors():
            now = store_time(self._store)
            pipe = self._store.pipeline(transaction=False)
            for portal in portals:
                oldest = f"{int((now - keep_s) * 1000)}-0"
                key = keys.of(portal, "finished")
                pipe.xtrim(key, minid=oldest, approximate=False)
            pipe.execute()

    def _entries(self, portal: str) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
        newest = "+"
        while True:
            with store_errors():
                page: Any = self._store.xrevrange(
                    keys.of(portal, "finished"), newest, "-", count=PAGE
                )
            yield from page
            if len(page) < PAGE:
                return
            newest = "(" + page[-1][0].decode()

    def _finished(self, entry_id: bytes, fields: dict[bytes, bytes]) -> Finished:
        lines = [line for line in fields[b"steps"].split(b"\n") if line]
        return Finished(
            contact_id=fields[b"contact"].decode(),
            outcome=fields[b"outcome"].decode(),
            attempts=int(fields[b"attempts"]),
            claimed_at=int(fields[b"claimed_at"]) / 1000,
            finished_at=int(entry_id.partition(b"-")[0]) / 1000,
            count=int(fields[b"count"]),
            events=tuple(Glimpse(*row) for row in orjson.loads(fields[b"events"])),
            steps=steps_from(lines, self._vault),
        )


def _age(letter_id: str) -> tuple[int, str]:
    """Return what sorts letters by their age; those that were imported come last."""
    return len(letter_id), letter_id


def _row(seen: Glimpse) -> tuple[str, str, str, float, float, str]:
    return (
        seen.key,
        seen.kind,
        seen.property_name,
        seen.occurred_at,
        seen.accepted_at,
        seen.delivery,
    )
