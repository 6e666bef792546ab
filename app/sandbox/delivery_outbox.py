"""What is on its way to the app: events that gather, leave, come again or are lost.

emitted = delivered + given up + dropped (there was no target) + pending, at any time.
Nothing here knows threads or HTTP; the sender holds its lock around every call.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

from app.sandbox.delivery import Payload
from app.sandbox.delivery_options import SenderOptions

# How many requests `report` tells of.
REMEMBERED = 1_000
# How many of them `letters` still knows the contents of.
KEPT_LETTERS = 200
_COUNTS = (
    "events_emitted",
    "events_delivered",
    "events_dropped",
    "given_up",
    "deliveries",
    "retries",
    "duplicates_sent",
)
_JITTER = 0.2


@dataclass(frozen=True, slots=True, order=True)
class Delivery:
    """Events that travel together.

    Attributes:
        due_at: when it may leave, by the sender's clock.
        number: counts the deliveries; attempts and copies of one share it.
        attempt: counts the attempts, from 0.
        is_copy: tells whether it is only there to be received twice.
        events: with whatever attemptNumber.

    """

    due_at: float
    number: int
    attempt: int = field(default=0, compare=False)
    is_copy: bool = field(default=False, compare=False)
    events: Sequence[Payload] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one request; status 0 is no answer, `error` says why."""

    status: int
    error: str
    sent_at: float
    took_s: float


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery for people to look at; `answer` is None while it has yet to leave."""

    delivery: Delivery
    answer: Answer | None


class Outbox:
    """Holds what has been emitted and is neither delivered nor lost."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._waiting: list[Payload] = []
        self._later: list[Delivery] = []
        self._ready: deque[Delivery] = deque()
        self._in_hand = 0
        self._numbers = 0
        self._counts: Counter[str] = Counter()
        self._last: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self._letters: deque[Letter] = deque(maxlen=KEPT_LETTERS)

    @property
    def has_unsorted(self) -> bool:
        """Tell whether `sort` has something to do, now or later."""
        return bool(self._waiting or self._later)

    @property
    def has_ready(self) -> bool:
        """Tell whether `take` has something to give."""
        return bool(self._ready)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is on its way: no event, no copy, no retry."""
        return not (self.has_unsorted or self._ready or self._in_hand)

    def add(self, events: Sequence[Payload], options: SenderOptions) -> None:
        """Take events that have just happened."""
        self._counts["events_emitted"] += len(events)
        if options.target_url:
            self._waiting += events
        else:
            self._counts["events_dropped"] += len(events)

    def sort(self, now: float, options: SenderOptions) -> int:
        """Make ready what may leave; return how many deliveries that are."""
        leaving = self._cut(now, options) + self._due(now)
        if options.shuffle:
            self._random.shuffle(leaving)
        self._ready += leaving
        return len(leaving)

    def take(self) -> Delivery:
        """Give out a delivery that is ready; `settle` has to follow."""
        self._in_hand += 1
        return self._ready.popleft()

    def settle(
        self, sent: Delivery, answer: Answer | None, now: float, options: SenderOptions
    ) -> None:
        """Learn what became of a delivery; None means there was nowhere to send it."""
        self._in_hand -= 1
        if answer is not None:
            self._note(sent, answer)
        if sent.is_copy:
            return
        delays = options.retry_delays_s
        if answer is None:
            self._counts["events_dropped"] += len(sent.events)
        elif 200 <= answer.status < (400 if options.redirect_is_success else 300):
            self._counts["events_delivered"] += len(sent.events)
        elif sent.attempt >= len(delays):
            self._counts["given_up"] += len(sent.events)
        else:
            jitter = 1 + self._random.uniform(-_JITTER, _JITTER)
            due_at = now + delays[sent.attempt] * jitter
            again = replace(sent, due_at=due_at, attempt=sent.attempt + 1)
            heapq.heappush(self._later, again)

    def report(self) -> dict[str, Any]:
        """Return the counts, what is pending, and the last requests, oldest first."""
        counts = {name: self._counts[name] for name in _COUNTS}
        done = ("events_delivered", "given_up", "events_dropped")
        pending = counts["events_emitted"] - sum(counts[name] for name in done)
        return {**counts, "pending": pending, "last": list(self._last)}

    def drop_all(self) -> None:
        """Let go of everything that is not under way at this moment."""
        coming = [*self._later, *self._ready]
        lost = sum(len(each.events) for each in coming if not each.is_copy)
        self._counts["events_dropped"] += lost + len(self._waiting)
        self._waiting.clear()
        self._later.clear()
        self._ready.clear()

    def letters(self) -> list[Letter]:
        """Return the last requests and those to come, newest first."""
        coming = [Letter(each, None) for each in sorted(self._later, reverse=True)]
        return coming + list(reversed(self._letters))

    def _cut(self, now: float, options: SenderOptions) -> list[Delivery]:
        events, self._waiting = self._waiting, []
        if options.shuffle:
            self._random.shuffle(events)
            held_back = min(len(events) // 2, options.reorder_window)
            self._waiting = events[:held_back]
            events = events[held_back:]
        return [
            self._packed(events[start : start + options.max_events], now, options)
            for start in range(0, len(events), options.max_events)
        ]

    def _packed(
        self, events: Sequence[Payload], now: float, options: SenderOptions
    ) -> Delivery:
        self._numbers += 1
        packed = Delivery(now, self._numbers, events=events)
        if self._random.random() < options.duplicate_rate:
            delay_s = self._random.random() * options.duplicate_delay_s
            copy = replace(packed, due_at=now + delay_s, is_copy=True)
            heapq.heappush(self._later, copy)
        return packed

    def _due(self, now: float) -> list[Delivery]:
        due = []
        while self._later and self._later[0].due_at <= now:
            due.append(heapq.heappop(self._later))
        return due

    def _note(self, sent: Delivery, answer: Answer) -> None:
        self._counts["deliveries"] += 1
        self._counts["duplicates_sent"] += sent.is_copy
        self._counts["retries"] += sent.attempt > 0
        told = {
            "number": sent.number,
            "attempt": sent.attempt,
            "is_copy": sent.is_copy,
            "events": len(sent.events),
        }
        self._last.append(told | asdict(answer))
        self._letters.append(Letter(sent, answer))
