"""An order: what is to be done to all dead letters of a portal that a filter means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.events.mark import Mark
from app.repair import filter as filters
from app.repair.filter import Filter, Unclear

REPLAY, DISCARD = "replay", "discard"
# Letters are being moved; all are moved, and not all are worked off; and the two ends.
RUNNING, SETTLING, DONE, STOPPED = "running", "settling", "done", "stopped"
ACTIVE = (RUNNING, SETTLING)


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered, and how far it is.

    Attributes:
        id: names the order within its portal.
        verb: REPLAY or DISCARD.
        filter: which letters; those buried after the order was placed are not meant.
        rate: letters per second, at most.
        who: placed it.
        reason: why, if that was said.
        state: RUNNING, SETTLING, DONE or STOPPED.
        placed_at: epoch seconds on the store's clock; so are the other times.
        ended_at: 0.0 until it is done or stopped.
        planned: how many letters were meant when it was placed.
        letters: how many were moved.
        events: how many events were in them.
        settled: how many of the replayed letters came to a good end.
        died: how many of them are dead letters again.
        failed: how many could not be moved, and stay what they are.
        problem: why the last of those could not.
        remark: why it does not go on at the moment, "" while it does.
        calls_before: API calls of the portal when it was placed.
        calls_after: likewise when it ended.
        mark: the last letter that was looked at.
        next_at: no letter is moved before.

    """

    portal: str
    id: str
    verb: str
    filter: Filter
    rate: float
    who: str
    reason: str = ""
    state: str = RUNNING
    placed_at: float = 0.0
    ended_at: float = 0.0
    planned: int = 0
    letters: int = 0
    events: int = 0
    settled: int = 0
    died: int = 0
    failed: int = 0
    problem: str = ""
    remark: str = ""
    calls_before: int = 0
    calls_after: int = 0
    mark: Mark | None = None
    next_at: float = 0.0

    @property
    def is_active(self) -> bool:
        """Tell whether anything is left to be done or waited for."""
        return self.state in ACTIVE

    @property
    def open(self) -> int:
        """How many of the replayed letters still wait or are in hand."""
        return max(0, self.letters - self.settled - self.died)

    @property
    def seconds(self) -> float:
        """How long it took, once it has ended."""
        return max(0.0, self.ended_at - self.placed_at)

    @property
    def calls(self) -> int:
        """API calls made for the portal while it ran, whatever they were for."""
        return max(0, self.calls_after - self.calls_before)


def pace(rate: float | None, usual: float) -> float:
    """Return letters per second: what was asked for, or what is usual.

    Raises:
        Unclear: what was asked for is no rate.

    """
    if rate is None:
        return usual
    if not 0 < rate < float("inf"):
        raise Unclear("the rate is a number of letters per second, above 0")
    return rate


FLOATS = ("rate", "placed_at", "ended_at", "next_at")
COUNTS = (
    "planned",
    "letters",
    "events",
    "settled",
    "died",
    "failed",
    "calls_before",
    "calls_after",
)
TEXTS = ("verb", "who", "reason", "state", "problem", "remark")


def dump(order: Order) -> dict[str, str | int | float]:
    """Return the fields that the store keeps of an order."""
    plain = {name: getattr(order, name) for name in (*FLOATS, *COUNTS, *TEXTS)}
    mark = str(order.mark) if order.mark else ""
    return {**plain, "filter": dump_filter(order.filter), "mark": mark}


def dump_filter(filter_: Filter) -> str:
    """Return the stored form of a filter."""
    return orjson.dumps(filter_.to_mapping()).decode()


def load(portal: str, id_: str, text: Mapping[str, str]) -> Order:
    """Return the order that these fields of the store are about."""
    known: dict[str, Any] = {name: float(text[name]) for name in FLOATS}
    known |= {name: int(text[name]) for name in COUNTS}
    known |= {name: text[name] for name in TEXTS}
    return Order(
        portal=portal,
        id=id_,
        filter=filters.parse(orjson.loads(text["filter"])),
        mark=Mark.parse(text["mark"]) if text["mark"] else None,
        **known,
    )
