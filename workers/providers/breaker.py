"""Leaves a source alone that is out of order, and tries it again now and then."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

# How many of the latest calls are looked at, and how many of them may fail.
WINDOW = 20
MOST_FAILED = 10
MOST_IN_A_ROW = 5
FIRST_REST_S = 15.0
LONGEST_REST_S = 900.0
# What a call is thought to take before one was made.
GUESSED_S = 0.2


class Breaker:
    """Opens after failures in a row, or when half of the latest calls failed.

    While it is open no call is made. When its rest is over, one call at a time tries;
    the first that succeeds closes it, one that fails doubles the rest.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._latest: deque[bool] = deque(maxlen=WINDOW)
        self._rest_s = 0.0
        self._open_until = 0.0
        self._lock = threading.Lock()
        self.typical_s = GUESSED_S

    @property
    def wait_s(self) -> float:
        """Seconds until the source may be called again; 0: now."""
        return max(0.0, self._open_until - self._now())

    @property
    def most_calls(self) -> int | None:
        """How many calls may be under way at once; None: as many as one likes."""
        if self.wait_s:
            return 0
        return 1 if self._rest_s else None

    def succeeded(self, took_s: float) -> None:
        """Note down a call that was answered."""
        with self._lock:
            if self._rest_s:
                self._latest.clear()
            self._rest_s = 0.0
            self._latest.append(True)
            self.typical_s += (took_s - self.typical_s) / 4

    def failed(self) -> None:
        """Note down a call that was not; open if it was one too many."""
        with self._lock:
            self._latest.append(False)
            row = list(self._latest)[-MOST_IN_A_ROW:]
            in_a_row = len(row) == MOST_IN_A_ROW and not any(row)
            half = self._latest.count(False) >= MOST_FAILED
            # Calls that were under way together fail together: that is one failure.
            if not self.wait_s and (self._rest_s or in_a_row or half):
                longer = max(FIRST_REST_S, 2 * self._rest_s)
                self._rest_s = min(LONGEST_REST_S, longer)
                self._open_until = self._now() + self._rest_s

    def rest(self, wait_s: float) -> None:
        """Open for a time that the source itself has named."""
        with self._lock:
            self._rest_s = min(LONGEST_REST_S, max(self._rest_s, wait_s))
            until = self._now() + min(LONGEST_REST_S, wait_s)
            self._open_until = max(self._open_until, until)
