"""Ends what takes too long, in the worker's own process, and says where it was."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

# Whoever catches the first signal in a loop gets another one.
AGAIN_S = 1.0


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block when it takes longer than this.

    The traceback names the line that was reached. Only Python code can be ended this
    way, and only in the main thread, which is where a worker process does its rounds;
    elsewhere the block is not limited.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_long(_signal: int, frame: FrameType | None) -> None:
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
        raise TimeoutError(f"it took longer than {seconds:g} s, and was at {where}")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
