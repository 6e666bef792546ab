"""The sandbox's own time: it may pass faster than the world's, and jump ahead.

Rate limits, expiry, the lag of search, recycle bins and the sender's retries go by it.
What happens between two machines does not: connections, timeouts, the delays of faults,
and the timestamps that webhooks are signed with, which a receiver compares with its
own clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

FASTEST = 1_000_000.0


class _Pace(NamedTuple):
    """What the clock showed at some moment of the world, and its speed since then."""

    shown: float
    since: float
    speed: float


class Clock:
    """Tells the time, epoch seconds."""

    def __init__(
        self, speed: float = 1.0, world: Callable[[], float] = time.time
    ) -> None:
        self._world = world
        self._lock = threading.Lock()
        began = world()
        self._pace = _Pace(began, began, _sensible("speed", speed))

    @property
    def speed(self) -> float:
        """Seconds that pass here while one passes in the world."""
        return self._pace.speed

    def now(self) -> float:
        """Return the time."""
        # Every write asks for it, so it takes no lock: a pace is replaced as a whole.
        shown, since, speed = self._pace
        return shown + (self._world() - since) * speed

    def change(
        self, speed: float | None = None, advance_s: float = 0.0, **unknown: object
    ) -> None:
        """Pass at another speed from now on, after a jump of `advance_s` seconds.

        Raises:
            ValueError: time cannot go backwards, nor that fast.

        """
        if unknown:
            raise ValueError(f"a clock has no {', '.join(unknown)}")
        speed = self.speed if speed is None else _sensible("speed", speed)
        jump_s = _sensible("advance_s", advance_s)
        with self._lock:
            shown = self.now() + jump_s
            self._pace = _Pace(shown, self._world(), speed)

    def show(self, at: float) -> None:
        """Be as late as `at` (epoch seconds), at least; no clock goes backwards."""
        self.change(advance_s=max(0.0, at - self.now()))


def _sensible(name: str, value: object) -> float:
    numbers = (int, float)
    if type(value) not in numbers or not 0 <= float(str(value)) < 1e10:
        raise ValueError(f"{name} must be a number from 0")
    if name == "speed" and float(str(value)) > FASTEST:
        raise ValueError(f"speed must be at most {FASTEST:,.0f}")
    return float(str(value))
