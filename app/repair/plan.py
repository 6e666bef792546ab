"""What a replay would mean, before it is ordered: how much, what it costs, a sample."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from dataclasses import dataclass, field

from app.errors import HubSpotError, StoreDown
from app.events.dead import DeadLetter
from app.events.mark import Mark
from app.hubspot.shapes.account import ApiUsage
from app.repair import forecast
from app.repair.filter import Filter
from app.repair.order import pace
from app.repair.selection import look, portals
from app.services import Services

SAMPLE = 3
# A plan that looked at so many letters says "at least": nobody waits longer for a page.
MOST_LOOKED = 100_000
WINDOW_S = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """What the letters of one portal that a filter means amount to.

    Attributes:
        letters: how many are meant.
        events: how many events they hold.
        contacts: of how many contacts they are.
        complete: all letters were looked at; otherwise there may be more than this.
        errors: letters by class of error, or by reason where there was none.
        sample: some of them.
        rate: letters per second, at most.
        calls: API calls that the replay will take, as calls for the portal's contacts
            went so far; None if none was worked off yet.
        allowance: of the calls that HubSpot allows in the time it takes, the share that
            it needs; None if not known.
        day: of the day's calls that are left, likewise.
        seconds: how long it takes at least: by the rate, and by the allowance.

    """

    portal: str
    filter: Filter
    letters: int
    events: int
    contacts: int
    complete: bool
    errors: dict[str, int]
    sample: tuple[DeadLetter, ...]
    rate: float
    calls: int | None
    allowance: float | None
    day: float | None
    seconds: float


@dataclass(slots=True)
class Tally:
    """What is counted while the letters go by."""

    letters: int = 0
    events: int = 0
    contacts: set[str] = field(default_factory=set)
    errors: Counter[str] = field(default_factory=Counter)
    sample: list[DeadLetter] = field(default_factory=list)
    complete: bool = True

    def add(self, letter: DeadLetter) -> None:
        """Count one letter."""
        self.letters += 1
        self.events += letter.events
        self.contacts.add(letter.contact_id)
        self.errors[letter.error_class or letter.reason] += 1
        if len(self.sample) < SAMPLE:
            self.sample.append(letter)


def make(
    services: Services,
    filter_: Filter,
    rate: float | None = None,
    *,
    most: int = MOST_LOOKED,
) -> list[Plan]:
    """Return a plan for each portal with letters that are meant; changes nothing.

    Args:
        services: where the letters are.
        filter_: which are meant.
        rate: letters per second; REPLAY_RATE if it is left out.
        most: letters of a portal to look at.

    Raises:
        Unclear: the rate is none.

    """
    speed = pace(rate, services.settings.replay_rate)
    plans = (
        _plan(services, p, filter_, speed, most) for p in portals(services, filter_)
    )
    return [plan for plan in plans if plan]


def _plan(
    services: Services, portal: str, filter_: Filter, rate: float, most: int
) -> Plan | None:
    tally = _count(services, portal, filter_, most)
    if not tally.letters:
        return None
    calls = forecast.calls(services, portal, len(tally.contacts))
    per_s = services.settings.rate_calls / WINDOW_S
    by_calls = calls / per_s if calls and per_s else 0.0
    seconds = max(tally.letters / rate, by_calls)
    return Plan(
        portal=portal,
        filter=dataclasses.replace(filter_, portal=portal),
        letters=tally.letters,
        events=tally.events,
        contacts=len(tally.contacts),
        complete=tally.complete,
        errors=dict(tally.errors.most_common()),
        sample=tuple(tally.sample),
        rate=rate,
        calls=calls,
        allowance=by_calls / seconds if by_calls else None,
        day=_share_of_day(services, portal, calls),
        seconds=seconds,
    )


def _count(services: Services, portal: str, filter_: Filter, most: int) -> Tally:
    tally, looked = Tally(), 0
    mark: Mark | None = None
    while looked < most:
        seen = look(services.dead, portal, filter_, mark, most=most - looked)
        for letter in seen.letters:
            tally.add(letter)
        looked, mark = looked + seen.looked, seen.last
        if mark is None:
            return tally
    tally.complete = look(services.dead, portal, filter_, mark, most=1).last is None
    return tally


def _share_of_day(services: Services, portal: str, calls: int | None) -> float | None:
    """Ask HubSpot what is left of the day; a plan does without if it does not say."""
    if calls is None or not services.settings.hubspot_access_token:
        return None
    usages: tuple[ApiUsage, ...] = ()
    with contextlib.suppress(HubSpotError, StoreDown):
        usages = services.clients.of(portal).account.daily_usage()
    left = [u.usage_limit - u.current_usage for u in usages if u.usage_limit]
    return calls / max(1, min(left)) if left else None
