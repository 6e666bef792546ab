"""The rate limiter that all workers of a portal share.

A rolling window on the store's clock, one script call per grant. The windows are a
little longer than HubSpot's, so that a call which travels faster than the one before
it never makes HubSpot see one too many.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import redis

from app.errors import StoreDown
from app.hubspot.grant import Grant
from app.hubspot.headers import allowance

# How much faster one call may travel than another before HubSpot counts one too many:
# 190 calls in 10.25 s are still 97.5 % of 190 in 10 s.
CALLS_SLACK_S = 0.25
# Searches are few, and the plan asks for less than HubSpot gives anyway.
SEARCH_SLACK_S = 0.05
# What bulk work leaves free, so that what a person just did need not queue behind it.
LIVE_RESERVE = 0.05
# Spreads those who wait for the same moment.
JITTER_S = 0.02
# Somewhat more than one window: mere saturation never fails a call.
MAX_WAIT_S = 12.0

# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
SMALLEST_ALLOWANCE = 100
LANES = ("live", "bulk")

SOURCES = resources.files("app.hubspot") / "lua"


@dataclass(frozen=True, slots=True)
class RatePlan:
    """How many calls a portal grants us; 0 means no limit.

    Attributes:
        calls: per `per_s`; HubSpot may tell a lower number, which then counts.
        per_s: length of HubSpot's rolling window.
        search_per_s: HubSpot grants 5 to all apps of the account together and sends no
            headers, so this asks for less.
        associations: per `per_s`, within `calls`: 100 for Free and Starter accounts,
            150 for Professional and Enterprise.
        daily: between two midnights UTC.
        grows: take a higher number too, when HubSpot tells one.
        search_counts_as_call: search has a limit of its own and its answers carry no
            trace of the other one, so by default it uses up no call.

    """

    calls: int = 190
    per_s: float = 10.0
    search_per_s: int = 4
    associations: int = 150
    daily: int = 0
    grows: bool = False
    search_counts_as_call: bool = False

    @classmethod
    def auto(cls) -> RatePlan:
        """Start with the smallest allowance there is and take what HubSpot tells."""
        return cls(calls=SMALLEST_ALLOWANCE, grows=True)

    @classmethod
    def unlimited(cls) -> RatePlan:
        """No limit at all, for benchmarks; a pause still holds."""
        return cls(calls=0, search_per_s=0, associations=0)

    def windows(self, family: str) -> Sequence[Window]:
        """Return the windows in which a call of this family needs a place."""
        calls = Window("calls", self.calls, self.per_s + CALLS_SLACK_S)
        search = Window("search", self.search_per_s, 1.0 + SEARCH_SLACK_S)
        associations = Window("associations", self.associations, calls.length_s)
        if family == "search":
            needed = [search, calls] if self.search_counts_as_call else [search]
        elif family == "associations":
            needed = [calls, associations]
        else:
            needed = [calls]
        return [window for window in needed if window.limit]


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` calls in any `length_s` seconds."""

    name: str
    limit: int
    length_s: float


class Throttle:
    """Grants calls to HubSpot, and makes everybody stand still when it must be."""

    def __init__(
        self,
        store: redis.Redis,
        plan: RatePlan,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._plan = plan
        self._sleep = sleep
        self._jitter = jitter
        self._acquire = store.register_script(_source("acquire"))
        self._observe = store.register_script(_source("observe"))
        self._pause = store.register_script(_source("pause"))
        self._last: dict[str, Grant] = {}

    def acquire(
        self,
        portal: str,
        family: str = "objects",
        *,
        lane: str = "live",
        max_wait_s: float = MAX_WAIT_S,
    ) -> None:
        """Return when the portal may be called; sleeps for as long as it takes.

        Args:
            portal: the customer account, digits.
            family: "objects", "search", "associations", "account".
            lane: "live", or "bulk", which leaves 5 % of the limit free.
            max_wait_s: give up rather than wait longer than this altogether.

        Raises:
            Throttled: the wait would be too long; `retry_after` says how long.
            StoreDown: the store did not answer.

        """
        waited_s = 0.0
        grant = self._ask(portal, family, lane)
        while not grant.granted:
            if waited_s + grant.wait_s > max_wait_s:
                raise grant.too_long(portal)
            nap_s = grant.wait_s + JITTER_S * self._jitter()
            self._sleep(nap_s)
            waited_s += nap_s
            grant = self._ask(portal, family, lane)

    def pause(
        self, portal: str, seconds: float, reason: str, *, family: str | None = None
    ) -> None:
        """Let no call go out for `seconds`, in any worker; the longest pause counts.

        Args:
            portal: the customer account, digits.
            seconds: from now; nothing happens unless it is positive.
            reason: for the people who look at a service that stands still.
            family: only these calls, e.g. "search"; None for all.

        Raises:
            StoreDown: the store did not answer.

        """
        milliseconds = int(seconds * 1000)
        if milliseconds <= 0:
            return
        key = _key(portal, "pause" if family is None else f"pause:{family}")
        with _store_errors():
            self._pause(keys=[key], args=[milliseconds, reason])

    def paused(self, portal: str) -> tuple[float, str] | None:
        """Return (seconds left, why) while the whole portal stands still, else None.

        Raises:
            StoreDown: the store did not answer.

        """
        return self.paused_among([portal]).get(portal)

    def paused_among(self, portals: Sequence[str]) -> dict[str, tuple[float, str]]:
        """Return (seconds left, why) of each portal that stands still as a whole.

        Raises:
            StoreDown: the store did not answer.

        """
        pipeline = self._store.pipeline(transaction=False)
        for portal in portals:
            pipeline.pttl(_key(portal, "pause"))
            pipeline.get(_key(portal, "pause"))
        with _store_errors():
            replies = pipeline.execute() if portals else []
        pauses = zip(portals, replies[::2], replies[1::2], strict=True)
        return {
            portal: (left_ms / 1000, _text(reason))
            for portal, left_ms, reason in pauses
            if left_ms > 0 and reason is not None
        }

    def resume(self, portal: str) -> None:
        """End the pause of the whole portal, if there is one.

        Raises:
            StoreDown: the store did not answer.

        """
        with _store_errors():
            self._store.delete(_key(portal, "pause"))

    def observe(
        self, portal: str, headers: Mapping[str, str], family: str = "objects"
    ) -> None:
        """Learn from an answer how much HubSpot allows and how much others use.

        Args:
            portal: the customer account, digits.
            headers: of the answer, names in lower case.
            family: of the call; only those that count against nothing but the common
                limit are looked at, because HubSpot does not say which one it reports.

        Raises:
            StoreDown: the store did not answer.

        """
        windows = self._plan.windows(family)
        told = allowance(headers)
        if told is None or [window.name for window in windows] != ["calls"]:
            return
        if told.interval_s not in (None, self._plan.per_s):
            return
        noise = max(2, told.most // 50)
        if self._is_known(portal, told.most, told.used - noise):
            return
        keys = [_key(portal, name) for name in ("allowance", "foreign", "calls")]
        with _store_errors():
            self._observe(keys, [told.most, told.used, windows[0].length_s, noise])

    def _is_known(self, portal: str, most: int, used_at_least: int) -> bool:
        """Tell whether an answer repeats what the last grant said already."""
        last = self._last.get(portal)
        if last is None or last.told != most or last.foreign:
            return False
        return used_at_least <= last.ours

    def _ask(self, portal: str, family: str, lane: str) -> Grant:
        windows = self._plan.windows(family)
        names = ["pause", f"pause:{family}", "allowance", "foreign", "daily"]
        names += [window.name for window in windows]
        args: list[Any] = [
            LIVE_RESERVE if lane == "bulk" else 0,
            self._plan.daily,
            int(self._plan.grows),
        ]
        for window in windows:
            args += [window.name, window.limit, window.length_s]
        with _store_errors():
            answer = self._acquire([_key(portal, name) for name in names], args)
        granted, wait_ms, why, told, ours, foreign = answer
        grant = Grant(bool(granted), wait_ms / 1000, _text(why), told, ours, foreign)
        if grant.granted and "calls" in names:
            self._last[portal] = grant
        return grant


def _source(name: str) -> str:
    return (SOURCES / f"{name}.lua").read_text()


def _key(portal: str, name: str) -> str:
    return f"hk:{{{portal}}}:rate:{name}"


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


@contextlib.contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except (redis.RedisError, OSError) as error:  # the latter while it connects
        raise StoreDown(f"Redis: {error}") from error
