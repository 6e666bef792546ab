"""Tells the processes of a worker that it has to stop, and by when.

The flag lies in memory that a worker shares with the processes it forks. A round looks
at it before every call to HubSpot and while it waits for the throttle; it goes on as
long as there is time, and then hands its contacts back. Where processes are not forked
but spawned (macOS), they do not see it, and finish their rounds.
"""

from __future__ import annotations

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.sharedctypes import RawValue
from typing import Any

import requests

from app.errors import Stopped

# Ends a call to HubSpot in the process that gets it, when there is no time left.
NUDGE = signal.SIGUSR2
NUDGE_EVERY_S = 0.5
# How long a wait may go on unaware of the flag.
NAP_S = 0.1


class Stop:
    """When everything has to be finished; make it before the fork."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now  # the same for all processes of a machine
        self._by = RawValue("d", math.inf)
        self._interruptible = False

    @property
    def ordered(self) -> bool:
        """Tell whether this worker has to stop: it takes nothing new in hand."""
        return bool(self._by.value < math.inf)

    @property
    def over(self) -> bool:
        """Tell whether there is no time left."""
        return bool(self._by.value <= self._now())

    def order(self, seconds: float) -> None:
        """Say that everything has to be finished in so many seconds."""
        if not self.ordered:
            self._by.value = self._now() + seconds

    def look(self) -> None:
        """Go on if there is time.

        Raises:
            Stopped: there is none left.

        """
        if self.over:
            raise Stopped("the worker was told to stop")

    def nap(self, seconds: float) -> None:
        """Wait, unless the time runs out meanwhile.

        Raises:
            Stopped: it did.

        """
        until = self._now() + seconds
        self.look()
        while (left := until - self._now()) > 0:
            time.sleep(min(left, NAP_S))
            self.look()

    def listen(self) -> None:
        """Let nudges end this process's calls to HubSpot; for its main thread."""
        signal.signal(NUDGE, self._nudged)

    def nudge(self, pids: Callable[[], Iterable[int]]) -> threading.Thread:
        """Nudge these processes, from the end of the time on, until this one ends."""

        def run() -> None:
            while True:
                time.sleep(NUDGE_EVERY_S)
                for pid in pids() if self.over else ():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, NUDGE)

        thread = threading.Thread(target=run, name="nudge", daemon=True)
        thread.start()
        return thread

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a nudge end the block.

        Raises:
            Stopped: it did.

        """
        self._interruptible = True
        try:
            yield
        finally:
            self._interruptible = False

    def session(self) -> type[requests.Session]:
        """Return a kind of session whose requests can be ended by a nudge."""
        stop = self

        class Session(requests.Session):
            def request(self, *args: Any, **options: Any) -> requests.Response:
                with stop.interruptible():
                    return super().request(*args, **options)

        return Session

    def _nudged(self, _signal: int, _frame: object) -> None:
        if self._interruptible:
            self.look()


# For rounds outside a worker, which nobody stops.
NEVER = Stop()
