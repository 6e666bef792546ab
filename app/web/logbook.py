"""Writes down what came to the door, behind its back: HubSpot never waits for it.

A thread of its own takes the pages of all threads to the store a few times a second. A
log that cannot be written costs no delivery its 2xx; a flood of refused requests costs
the store a few lines a second, the last of which says how many more there were.
"""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from app import logs
from app.errors import (
    Backlogged,
    HubkeeperError,
    RequestRejected,
    StoreDown,
    TooSlow,
)
from app.events.deliveries import Deliveries
from app.events.delivery import TIME_DIGITS, Delivery, Row, row
from app.events.model import Event
from app.events.receipt import Receipt
from app.events.wire import Oddity

WRITE_EVERY_S = 0.2
# Deliveries that were not accepted and are written down one by one, in a second.
TOLD_PER_S = 5
# While the store is away so many pages wait for it; the others are only counted.
MOST_PAGES = 1_000
# So many are written in one round trip.
AT_ONCE = 250

log = logs.get()


class Page:
    """One delivery, from its arrival until it is answered: use it as a context.

    Attributes:
        id: names the delivery from now on; no other has it.
        size: bytes of the body, as far as they came.
        signature: the version that fits, once it is known.
        items: what the delivery holds, once it is read.
        receipt: what became of the items, once they are stored.
        reason: why it is refused, where there is more to say than the error does.

    """

    __slots__ = (
        "_began",
        "_logbook",
        "_told",
        "id",
        "items",
        "reason",
        "receipt",
        "signature",
        "size",
    )

    def __init__(self, logbook: Logbook, delivery_id: str, began: float) -> None:
        self._logbook = logbook
        self._began = began
        self._told: bool | None = None
        self.id = delivery_id
        self.size = 0
        self.signature = ""
        self.items: Sequence[Event | Oddity] = ()
        self.receipt = Receipt()
        self.reason = ""

    @property
    def is_told(self) -> bool:
        """Tell whether a refusal of this delivery will have a line of its own."""
        if self._told is None:
            self._told = self._logbook.takes_another_refusal()
        return self._told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        outcome, status = _ending(error)
        if error is not None and not self.is_told:
            return self._logbook.count(outcome, status)
        portals = tuple(dict.fromkeys(item.portal_id for item in self.items))
        line = Delivery(
            self.id,
            self._began,
            outcome,
            status,
            self.size,
            self.signature,
            self.receipt,
            portals,
            self.reason or _words(error),
        )
        rows = [] if error else [row(item) for item in self.items]
        return self._logbook.add(line, rows)


class Logbook:
    """Takes pages from any thread, and lines of the store's request log from them."""

    def __init__(
        self, deliveries: Deliveries, clock: Callable[[], float] = time.time
    ) -> None:
        self._deliveries = deliveries
        self._clock = clock
        self._ahead_s = 0.0  # the store's clock before ours
        self._pages: deque[tuple[Delivery, Sequence[Row]]] = deque()
        self._uncounted: Counter[tuple[str, int]] = Counter()
        self._second = 0
        self._told = 0
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._closed = threading.Event()
        self._writer: threading.Thread | None = None

    def open(self) -> Page:
        """Begin the page of a delivery that has just come."""
        if self._writer is None:
            self._start()
        now = self._clock() + self._ahead_s
        return Page(self, new_id(now), now)

    def too_slow(self, size: int) -> None:
        """Note a request that did not arrive whole, and never had a page."""
        try:
            with self.open() as page:
                page.size = size
                raise TooSlow(f"only {size} bytes of the request arrived in time")
        except TooSlow:
            return

    def takes_another_refusal(self) -> bool:
        """Tell whether there is room for a line about a refusal in this second."""
        with self._lock:
            second = int(self._clock())
            if second != self._second:
                self._second, self._told = second, 0
            self._told += 1
            return self._told <= TOLD_PER_S

    def add(self, line: Delivery, rows: Sequence[Row]) -> None:
        """Take a finished page."""
        if len(self._pages) < MOST_PAGES:
            self._pages.append((line, rows))
        else:
            self.count(line.outcome, line.status)

    def count(self, outcome: str, status: int) -> None:
        """Take note of a delivery that gets no line of its own."""
        with self._lock:
            self._uncounted[outcome, status] += 1

    def flush(self) -> None:
        """Write down all there is; what the store does not take waits for it."""
        with self._writing:
            try:
                self._ahead_s = self._deliveries.now() - self._clock()
                self._sum_up()
                self._write()
            except StoreDown as error:
                log.warning("deliveries_not_logged", error=str(error))

    def close(self) -> None:
        """Write down what is left, and take no more."""
        self._closed.set()
        if self._writer:
            self._writer.join()

    def _start(self) -> None:
        with self._lock:
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_on, name="logbook", daemon=True
                )
                self._writer.start()

    def _write_on(self) -> None:
        while not self._closed.wait(WRITE_EVERY_S):
            if self._pages or self._uncounted:
                self.flush()
        self.flush()

    def _write(self) -> None:
        while self._pages:
            some = list(itertools.islice(self._pages.copy(), AT_ONCE))
            try:
                self._deliveries.write(some)
            except StoreDown:
                raise
            except Exception as error:
                # A bug may cost these pages, and no others.
                log.error("deliveries_not_logged", exc_info=error)
            for _ in some:
                self._pages.popleft()

    def _sum_up(self) -> None:
        """Turn what was only counted into lines, one of a kind."""
        with self._lock:
            counted, self._uncounted = self._uncounted, Counter()
        now = self._clock() + self._ahead_s
        for (outcome, status), count in counted.items():
            words = f"and {count:,} more like it"
            line = Delivery(new_id(now), now, outcome, status, reason=words, more=count)
            self._pages.append((line, ()))


def new_id(at: float) -> str:
    """Return an id for a delivery that came at this time, epoch seconds."""
    return f"{int(at * 1000):0{TIME_DIGITS}x}{secrets.token_hex(4)}"


def _words(error: BaseException | None) -> str:
    """Return why a delivery was not accepted; a bug may quote what it came upon."""
    if isinstance(error, HubkeeperError):
        return str(error)
    return f"a bug ({type(error).__name__}); the log has it" if error else ""


def _ending(error: BaseException | None) -> tuple[str, int]:
    """Return the outcome of a delivery, and the status it is answered with."""
    if error is None:
        return "accepted", 204
    if isinstance(error, RequestRejected):
        return "rejected", error.status
    if isinstance(error, Backlogged):
        return "backlogged", 503
    return ("store_down", 503) if isinstance(error, StoreDown) else ("failed", 500)
