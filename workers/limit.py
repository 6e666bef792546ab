"""Ends what takes too long, in the worker's own process, and says where it was."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import FrameType

# Whoever catches the first signal in a loop gets another one.
AGAIN_S = 1.0


Limited = Callable[[], AbstractContextManager[None]]


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[Limited]:
    """Give what limits a block: TimeoutError is raised in one that takes longer.

    >>> with time_limit(5.0) as limited:
    ...     with limited():
    ...         pass

    Setting it up costs more than using it, so one serves many blocks. The traceback
    names the line that was reached. Only Python code can be ended this way, and only in
    the main thread, which is where a worker process does its rounds; elsewhere the
    blocks are not limited.
    """
    if threading.current_thread() is not threading.main_thread():
        yield contextlib.nullcontext
        return

    def too_long(_signal: int, frame: FrameType | None) -> None:
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
        raise TimeoutError(f"it took longer than {seconds:g} s, and was at {where}")

    @contextlib.contextmanager
    def limited() -> Iterator[None]:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    before = signal.signal(signal.SIGALRM, too_long)
    try:
        yield limited
    finally:
        signal.signal(signal.SIGALRM, before)
