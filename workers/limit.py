"""Ends what takes too long, in the worker's own process, and says where it was."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import FrameType, TracebackType

# One timer ticks for all blocks, because setting one up for each costs more than most
# of them take. A block may so take longer than allowed by one tick.
TICKS = 20
LONGEST_TICK_S = 0.25

Limited = Callable[[], AbstractContextManager[None]]


class Turn:
    """Counts the ticks that pass while a block runs; one block at a time."""

    __slots__ = ("running", "ticks")

    def __init__(self) -> None:
        self.running = False
        self.ticks = 0

    def __enter__(self) -> None:
        self.ticks = 0
        self.running = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.running = False


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[Limited]:
    """Give what limits a block: TimeoutError is raised in one that takes longer.

    >>> with time_limit(5.0) as limited:
    ...     with limited():
    ...         pass

    The traceback names the line that was reached. Whoever catches the error in a loop
    gets another one at the next tick. Only Python code can be ended this way, and only
    in the main thread, which is where a worker process does its rounds; elsewhere the
    blocks are not limited.
    """
    if threading.current_thread() is not threading.main_thread():
        yield contextlib.nullcontext
        return
    turn = Turn()
    tick_s = min(seconds / TICKS, LONGEST_TICK_S)

    def tick(_signal: int, frame: FrameType | None) -> None:
        turn.ticks += turn.running
        if turn.running and turn.ticks * tick_s > seconds:
            where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "?"
            raise TimeoutError(f"it took longer than {seconds:g} s, and was at {where}")

    before = signal.signal(signal.SIGALRM, tick)
    signal.setitimer(signal.ITIMER_REAL, tick_s, tick_s)
    try:
        yield lambda: turn
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
