"""The two ways over a portal's contacts: all of them, or those that changed.

Each can go on from a cursor, a short text, in another process and on another day.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.errors import ServerBroken
from app.hubspot.client import HubSpot
from app.hubspot.record import Page, Record
from app.hubspot.search import Filter
from app.repair.hint import Found
from app.repair.wait import Wait

CHANGED, ID = "lastmodifieddate", "hs_object_id"


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a walk.

    Attributes:
        found: the contacts on it.
        cursor: where the next page begins.
        is_last: the walk is at its end.
        left: how many contacts are still ahead, None if HubSpot did not say.
        wait: there is nothing to be seen before.

    """

    found: Sequence[Found]
    cursor: str
    is_last: bool = False
    left: int | None = None
    wait: Wait | None = None


class Walk(Protocol):
    """A way over contacts."""

    def step(self, cursor: str) -> Step:
        """Return the page that begins at a cursor, "" for the first; reads only.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """


class Everybody:
    """All contacts by the hundred, in the order of their ids."""

    def __init__(self, hubspot: HubSpot) -> None:
        self._hubspot = hubspot

    def step(self, cursor: str) -> Step:
        """Return the next hundred."""
        page = self._hubspot.objects("contacts").page((ID,), after=cursor)
        found = [Found(record.id) for record in page.records]
        return Step(found, page.after or "", is_last=page.after is None)

    def total(self) -> int:
        """Return how many contacts there are.

        Raises:
            HubSpotError: HubSpot did not say.

        """
        return self._hubspot.search("contacts").count()


class Changed:
    """Those that were changed in a span of time, in the order of their changes.

    Every page is a new search from where the last one ended, never a further page of
    the old one. So nothing is left out when contacts change meanwhile and others move
    up into their places, and the 10,000 records that HubSpot gives away of one search
    are never reached. Contacts that were changed in the same millisecond come in no
    order: those at the end of a page wait for the next one, which begins with them,
    and where they fill a whole page they are gone through by their ids. The cursor is
    "<milliseconds>", or "<milliseconds>/<id>" among such.

    A change is looked for once it is `lag_s` old: until then search may not show it.
    https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm

    Args:
        hubspot: the portal's client.
        since: epoch seconds.
        goal: the walk is not over before it has seen all changes up to then.
        until: no change after that is looked for; 0 for the present, whenever that is,
            so that a contact that changes once more on the way is not missed.
        lag_s: how far search may be behind.
        new_since: who was created from then on is new; `since` unless given.
        now: epoch seconds.

    """

    def __init__(
        self,
        hubspot: HubSpot,
        since: float,
        goal: float,
        *,
        until: float = 0.0,
        lag_s: float = 60.0,
        new_since: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._hubspot = hubspot
        self._since = int(since * 1000)
        self._goal = int(goal * 1000)
        self._until = int(until * 1000)
        self._new_since = int((since if new_since is None else new_since) * 1000)
        self._lag = int(lag_s * 1000)
        self._now = now
        self._has_caught_up = False

    def step(self, cursor: str) -> Step:
        """Return the next two hundred, or fewer."""
        low, slash, after_id = cursor.partition("/")
        if slash:
            return self._same(int(low), after_id)
        return self._span(int(low or self._since))

    def _span(self, low: int) -> Step:
        high = self._horizon()
        if self._has_caught_up and high < self._goal:
            seconds = (self._goal - high) / 1000
            why = "HubSpot's search is some seconds behind; the last changes come then"
            return Step((), str(low), wait=Wait(seconds, why))
        if low > high:
            self._has_caught_up = True
            return Step((), str(low), high >= self._goal)
        page = self._search(low, high, sort=CHANGED)
        if not _has_more(page):
            self._has_caught_up = True
            found = self._found(page.records)
            return Step(found, str(high + 1), high >= self._goal, left=0)
        last = _changed_at(page.records[-1])
        if last == low:
            return Step((), f"{low}/0", left=page.total)
        complete = [each for each in page.records if _changed_at(each) < last]
        left = page.total - len(complete) if page.total else None
        return Step(self._found(complete), str(last), left=left)

    def _same(self, at: int, after_id: str) -> Step:
        """Return contacts that were all changed in one millisecond."""
        page = self._search(at, at, Filter(ID, "GT", after_id), sort=ID)
        if not _has_more(page):
            return Step(self._found(page.records), str(at + 1))
        return Step(self._found(page.records), f"{at}/{page.records[-1].id}")

    def _horizon(self) -> int:
        """Return up to when all changes can be seen, epoch milliseconds."""
        seen = int(self._now() * 1000) - self._lag
        return min(seen, self._until) if self._until else seen

    def _search(self, low: int, high: int, *more: Filter, sort: str) -> Page:
        span = (Filter(CHANGED, "GTE", str(low)), Filter(CHANGED, "LTE", str(high)))
        search = self._hubspot.search("contacts")
        return search.page([[*span, *more]], properties=(CHANGED,), sort=sort)

    def _found(self, records: Sequence[Record]) -> list[Found]:
        return [
            Found(r.id, _changed_at(r), (r.created_at or 0) * 1000 >= self._new_since)
            for r in records
        ]


def _has_more(page: Page) -> bool:
    more = page.after is not None or (page.total or 0) > len(page.records)
    if more and not page.records:
        raise ServerBroken("HubSpot's search shows nothing, and says there is more")
    return more


def _changed_at(record: Record) -> int:
    """Return when a contact was changed last, epoch milliseconds."""
    text = record.properties.get(CHANGED) or ""
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError as error:
        raise ServerBroken(
            f"HubSpot's search found contact {record.id} with the {CHANGED} {text!r}"
        ) from error
