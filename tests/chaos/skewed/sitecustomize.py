"""Lets a process whose clock is shifted by libfaketime sleep.

libfaketime 0.9.10 hands absolute times of the real monotonic clock through to
clock_nanosleep as if they were faked, which refuses them; select knows only spans.
"""

import select
import time


def sleep(seconds: float) -> None:
    """Sleep by a call that libfaketime leaves alone."""
    select.select((), (), (), max(0.0, seconds))


time.sleep = sleep
