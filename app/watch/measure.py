"""Looks at the store: how every portal stands, and how the whole does.

Thousands of portals cost a few round trips and no key is read that grows with the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import redis

from app.events import keys
from app.events.scripts import store_errors
from app.services import Services

# Portals looked at in one go; the store serves others in between.
GROUP = 500

LANES = ("just edited", "of bulk work", "whose worker died", "in a worker's hands")


@dataclass(frozen=True, slots=True)
class Gauge:
    """How a portal stands.

    Attributes:
        overdue_s: for how long the first due contact has been due; negative: none is.
        lane: which contact that is, in words.
        letters: dead letters there are.
        waiting: events that wait.
        failed: attempts that failed and letters that were buried, since ever.
        ended: contacts whose round ended well, since ever.
        rounds: rounds that began, since ever.
        pause: (seconds left, why) while it stands still.
        denied: which calls HubSpot denies while it answers others, in words, or "".

    """

    overdue_s: float
    lane: str
    letters: int
    waiting: int
    failed: int
    ended: int
    rounds: int
    pause: tuple[float, str] | None = None
    denied: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """How much memory the store uses, in bytes; limit 0: none, or it keeps quiet."""

    used: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """What one look saw.

    Attributes:
        at: epoch seconds on the store's clock.
        portals: each portal's gauge.
        ticking: somebody looks for due work.
        memory: of the store.

    """

    at: float
    portals: Mapping[str, Gauge]
    ticking: bool
    memory: Memory

    @property
    def rounds(self) -> int:
        """Return how many rounds began anywhere, since ever."""
        return sum(gauge.rounds for gauge in self.portals.values())

    @property
    def somebody_waits(self) -> bool:
        """Tell whether there is work that could be done now."""
        gauges = self.portals.values()
        return any(gauge.overdue_s >= 0 and not gauge.pause for gauge in gauges)


def take(services: Services) -> Measure:
    """Look at everything.

    Raises:
        StoreDown: the store did not answer.

    """
    portals = services.inbox.portals()
    gauges: dict[str, Gauge] = {}
    for start in range(0, len(portals), GROUP):
        group = portals[start : start + GROUP]
        pauses = standing_still(services, group)
        denials = denied(services, group)
        rows = services.scripts.run_each("gauge", group)
        for portal, row in zip(group, rows, strict=True):
            gauge = _gauge(row, pauses.get(portal))
            gauges[portal] = replace(gauge, denied=denials.get(portal, ""))
    pipe = services.store.pipeline(transaction=False)
    pipe.time()
    pipe.exists(keys.TICKER)
    with store_errors():
        (seconds, micros), ticking = pipe.execute()
    at = seconds + micros / 1e6
    return Measure(at, gauges, bool(ticking), memory_of(services.store))


def standing_still(
    services: Services, portals: Sequence[str]
) -> Mapping[str, tuple[float, str]]:
    """Return (seconds left, why) of each portal that nobody works on.

    Raises:
        StoreDown: the store did not answer.

    """
    pauses = dict(services.throttle.paused_among(portals))
    # Between two pauses somebody asks whether an ill portal is well again.
    for portal in services.illnesses.among(portals) - set(pauses):
        if illness := services.illnesses.illness_of(portal):
            pauses[portal] = 0.0, str(illness)
    return pauses


def denied(services: Services, portals: Sequence[str]) -> Mapping[str, str]:
    """Return in words which calls of a portal are denied while others are answered."""
    found = services.illnesses.complaining(portals)
    return {
        portal: str(complaint)
        for portal in found
        if (complaint := services.illnesses.complaint_of(portal))
    }


def memory_of(store: redis.Redis) -> Memory:
    """Return how full the store is; a hosted one may not say.

    Raises:
        StoreDown: the store did not answer.

    """
    with store_errors():
        try:
            told: Any = store.info("memory")
        except redis.ResponseError:
            return Memory()
    return Memory(int(told.get("used_memory", 0)), int(told.get("maxmemory", 0)))


def _gauge(row: Sequence[int], pause: tuple[float, str] | None) -> Gauge:
    *due_ms, letters, waiting, buried, failed, ended, rounds = row
    longest_ms = max(due_ms)
    return Gauge(
        overdue_s=longest_ms / 1000,
        lane=LANES[due_ms.index(longest_ms)],
        letters=letters,
        waiting=waiting,
        failed=failed + buried,
        ended=ended,
        rounds=rounds,
        pause=pause,
    )
