"""A message on its way through one channel: when it is tried, and when it is given up.

How a try ended is noted after it. A process that dies in between leaves a message of
which nobody knows whether it arrived: it is sent once more, and not a third time.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.watch.message import Message

# Longer than any channel may take to send one message.
FLIGHT_S = 60.0
FIRST_DELAY_S = 10.0
LONGEST_DELAY_S = 600.0
# An alert that is older than this when it fails again is given up.
STALE_S = 3_600.0
MOST_FLIGHTS = 2


@dataclass(frozen=True, slots=True)
class Post:
    """One message for one channel.

    Attributes:
        message: what to send.
        channel: the channel's name.
        at: since when it waits, epoch seconds.
        due: not to be tried before this.
        failures: tries that are known to have failed.
        flights: tries of which it is not known how they ended.

    """

    message: Message
    channel: str
    at: float
    due: float = 0.0
    failures: int = 0
    flights: int = 0

    def fly(self, now: float) -> Post:
        """Return the post while somebody tries to send it."""
        return dataclasses.replace(self, flights=self.flights + 1, due=now + FLIGHT_S)

    def fail(self, now: float) -> Post | None:
        """Return the post after a try that failed; None when it is given up."""
        if now - self.at >= STALE_S:
            return None
        delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2**self.failures)
        return dataclasses.replace(
            self, failures=self.failures + 1, flights=0, due=now + delay_s
        )

    @property
    def is_spent(self) -> bool:
        """Tell whether it was taken in hand once more than it may be sent."""
        return self.flights > MOST_FLIGHTS


def next_of(posts: Mapping[str, Post], channels: Iterable[str], now: float) -> str:
    """Return the id of a post to send now, or "": none is due.

    The messages of a channel go out in their order: while one is on its way, or waits
    for another try, those behind it wait too.
    """
    for channel in channels:
        mine = [
            (post.at, id_) for id_, post in posts.items() if post.channel == channel
        ]
        if mine and posts[first := min(mine)[1]].due <= now:
            return first
    return ""
