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

FASTEST = 1_000_000.0


class Clock:
    """Tells the time, epoch seconds.

    Attributes:
        speed: seconds that pass here while one passes in the world.

    """

    def __init__(
        self, speed: float = 1.0, world: Callable[[], float] = time.time
    ) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._since = world()
        self._shown = self._since
        self.speed = _sensible("speed", speed)

    def now(self) -> float:
        """Return the time."""
        with self._lock:
            return self._now()

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
            self._shown = self._now() + jump_s
            self._since = self._world()
            self.speed = speed

    def show(self, at: float) -> None:
        """Be as late as `at` (epoch seconds), at least; no clock goes backwards."""
        self.change(advance_s=max(0.0, at - self.now()))

    def _now(self) -> float:
        return self._shown + (self._world() - self._since) * self.speed


def _sensible(name: str, value: object) -> float:
    numbers = (int, float)
    if type(value) not in numbers or not 0 <= float(str(value)) < 1e10:
        raise ValueError(f"{name} must be a number from 0")
    if name == "speed" and float(str(value)) > FASTEST:
        raise ValueError(f"speed must be at most {FASTEST:,.0f}")
    return float(str(value))
