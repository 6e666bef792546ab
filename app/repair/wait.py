"""What a sweep waits for, and for how long: full inbox, used-up day, trouble."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import (
    Backlogged,
    Denied,
    HubkeeperError,
    HubSpotError,
    Refused,
    StoreDown,
    Throttled,
)
from app.hubspot.client import HubSpot
from app.services import Services

# So many events may wait in the inbox before a sweep lets the workers catch up.
MOST_AHEAD = 5_000
# The day's calls are looked up once in so many pages; the look is a call, too.
PAGES_PER_LOOK = 25
LONGEST_S = 60.0
FULL_S = 0.2
TROUBLES = (HubSpotError, StoreDown, Backlogged)


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on after some seconds, and say meanwhile why not now."""

    seconds: float
    why: str


def after(trouble: HubkeeperError, in_a_row: int) -> Wait:
    """Return how long to wait after one of TROUBLES, the nth in a row."""
    growing_s = min(LONGEST_S, 2.0 ** min(in_a_row, 10) / 2)
    match trouble:
        case Throttled():
            asked_s = trouble.retry_after or growing_s
            return Wait(min(asked_s, LONGEST_S), str(trouble))
        case Denied():
            return Wait(LONGEST_S, f"{trouble}; mend it in HubSpot")
        case Backlogged():
            return Wait(5.0, str(trouble))
        case StoreDown():
            return Wait(min(growing_s, 5.0), f"the store is away: {trouble}")
    return Wait(growing_s, str(trouble))


def for_room(services: Services, portal: str) -> Wait | None:
    """Return None if the inbox has room for a page, and HubSpot's own events too."""
    most = min(MOST_AHEAD, services.settings.max_waiting_events // 2)
    if services.books.counts(portal).get("waiting", 0) < most:
        return None
    return Wait(FULL_S, "the workers catch up; what was found is waiting for them")


class Quota:
    """Leaves the rest of the day's calls to what comes by webhook.

    Args:
        hubspot: the portal's client.
        share: of the day's calls, by whomever they were made.
        now: epoch seconds.

    """

    def __init__(
        self, hubspot: HubSpot, share: float, now: Callable[[], float] = time.time
    ) -> None:
        self._hubspot = hubspot
        self._share = share
        self._now = now
        self._pages = 0
        self._is_told = True

    def objection(self) -> Wait | None:
        """Return None if another page may be read.

        Raises:
            HubSpotError: HubSpot did not say how many calls were made.

        """
        if not self._is_told or self._pages % PAGES_PER_LOOK:
            self._pages += 1
            return None
        try:
            usages = self._hubspot.account.daily_usage()
        except (Denied, Refused) as refusal:
            if refusal.status == 401:
                raise
            self._is_told = False  # as for OAuth, which has no limit of the day
            return None
        for usage in usages:
            used = usage.current_usage / usage.usage_limit if usage.usage_limit else 0.0
            if used >= self._share:
                left_s = (usage.resets_at or self._now() + LONGEST_S) - self._now()
                return Wait(
                    min(max(left_s, 1.0), LONGEST_S),
                    f"{used:.0%} of the day's {usage.usage_limit} calls are used, and"
                    f" DAILY_SHARE is {self._share:.0%}; they begin anew in"
                    f" {max(left_s, 0) / 3600:.1f} h",
                )
        self._pages += 1
        return None
