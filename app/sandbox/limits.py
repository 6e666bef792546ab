"""HubSpot's rate limits: rolling windows per token, and the headers that tell of them.

Search has its own limit and sends no headers; association calls have a second window.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.sandbox.errors import RateLimited

Family = Literal["normal", "search", "associations"]

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Plan:
    """How many calls an account may make; None means without limit.

    Attributes:
        per_10_s: calls in any 10 seconds.
        search_per_s: searches in any second.
        daily: calls per day of the account's time zone (UTC here).
        associations_per_10_s: association calls in any 10 seconds.

    """

    per_10_s: int | None
    search_per_s: int | None = 5
    daily: int | None = None
    associations_per_10_s: int | None = None


# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
PLANS: Mapping[str, Plan] = {
    "free": Plan(100, daily=250_000, associations_per_10_s=100),
    "professional": Plan(190, daily=625_000, associations_per_10_s=150),
    "enterprise": Plan(190, daily=1_000_000, associations_per_10_s=150),
    "increased": Plan(250, daily=2_000_000, associations_per_10_s=200),
    "oauth": Plan(110),
    "unlimited": Plan(None, search_per_s=None),
}


def plan_from(wanted: Mapping[str, Any], current: Plan) -> Plan:
    """Return the plan a control call asks for: by name, by numbers, or both.

    Raises:
        ValueError: no such plan, no such limit, or not a count of calls.

    """
    numbers = dict(wanted)
    name = numbers.pop("plan", None)
    if name is not None and name not in PLANS:
        raise ValueError(f"there is no plan {name!r}; there are {', '.join(PLANS)}")
    for limit, value in numbers.items():
        if value is not None and (not isinstance(value, int) or value < 0):
            raise ValueError(f"{limit} must be a number of calls or null")
    try:
        return replace(PLANS[name] if name else current, **numbers)
    except TypeError as error:
        raise ValueError(f"no such limit: {', '.join(numbers)}") from error


class _Window:
    """Calls of the last `span_s` seconds."""

    def __init__(self, span_s: float, allowance: int | None) -> None:
        self.span_s = span_s
        self.allowance = allowance
        self._calls: deque[float] = deque()

    def left(self, now: float) -> float:
        if self.allowance is None:
            return math.inf
        while self._calls and self._calls[0] <= now - self.span_s:
            self._calls.popleft()
        return self.allowance - len(self._calls)

    def add(self, now: float) -> None:
        if self.allowance is not None:
            self._calls.append(now)


class Limiter:
    """Counts the calls of one token against a plan."""

    def __init__(self, plan: Plan, group: str, clock: Callable[[], float]) -> None:
        self._group = group
        self._clock = clock
        self._lock = threading.Lock()
        self.switch_to(plan)

    def switch_to(self, plan: Plan) -> None:
        """Start anew with `plan`: all windows empty."""
        with self._lock:
            self.plan = plan
            self._burst = _Window(10, plan.per_10_s)
            self._second = _Window(1, plan.per_10_s and max(1, plan.per_10_s // 10))
            self._search = _Window(1, plan.search_per_s)
            self._links = _Window(10, plan.associations_per_10_s)
            self._day = self._today()
            self._used_today = 0

    def used_today(self) -> int:
        """Return how many calls were made since midnight."""
        with self._lock:
            return self._used_today if self._day == self._today() else 0

    def take(self, family: Family) -> dict[str, str]:
        """Count one call; return the headers its answer carries.

        Raises:
            RateLimited: the call is over one of the limits; it does not count.

        """
        with self._lock:
            return self._take(family, self._clock())

    def _take(self, family: Family, now: float) -> dict[str, str]:
        self._check(family, now)
        self._used_today += 1
        if family == "search":
            self._search.add(now)
            return {}
        self._burst.add(now)
        self._second.add(now)
        if family == "associations":
            self._links.add(now)
        return self._headers(now)

    def _check(self, family: Family, now: float) -> None:
        if self._day != self._today():
            self._day, self._used_today = self._today(), 0
        if self.plan.daily is not None and self._used_today >= self.plan.daily:
            raise RateLimited("DAILY", self._group)
        if family == "search":
            if self._search.left(now) < 1:
                raise RateLimited("SECONDLY", self._group)
            return
        full = self._burst.left(now) < 1
        if full or (family == "associations" and self._links.left(now) < 1):
            raise RateLimited("TEN_SECONDLY_ROLLING", self._group)

    def _headers(self, now: float) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self.plan.daily is not None:
            left = self.plan.daily - self._used_today
            headers["X-HubSpot-RateLimit-Daily"] = str(self.plan.daily)
            headers["X-HubSpot-RateLimit-Daily-Remaining"] = str(left)
        if self.plan.per_10_s is not None:
            second = self._second.allowance or 1
            left_now = max(0, int(self._second.left(now)))
            headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000"
            headers["X-HubSpot-RateLimit-Max"] = str(self.plan.per_10_s)
            headers["X-HubSpot-RateLimit-Remaining"] = str(int(self._burst.left(now)))
            headers["X-HubSpot-RateLimit-Secondly"] = str(second)
            headers["X-HubSpot-RateLimit-Secondly-Remaining"] = str(left_now)
        return headers

    def _today(self) -> int:
        return int(self._clock() // DAY_S)
