"""Counts what was asked of a source this month, so that no bill surprises anybody."""

from __future__ import annotations

import time
from collections.abc import Callable

import redis

from app.events.scripts import store_errors

KEPT_S = 40 * 86_400


class Budget:
    """A number of questions per calendar month (UTC), shared by all workers."""

    def __init__(
        self,
        store: redis.Redis,
        provider: str,
        most: int,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._provider = provider
        self._most = most
        self._now = now

    def spend(self, count: int) -> int:
        """Take up to `count` questions from the month; return how many there were.

        Raises:
            StoreDown: nothing was taken, or it was and is lost.

        """
        if not self._most:
            return count
        with store_errors():
            spent = int(self._store.incrby(self._key(), count))
            self._store.expire(self._key(), KEPT_S)
            surplus = min(count, max(0, spent - self._most))
            if surplus:
                self._store.decrby(self._key(), surplus)
        return count - surplus

    def _key(self) -> str:
        month = time.strftime("%Y-%m", time.gmtime(self._now()))
        return f"hk:provider:{self._provider}:spent:{month}"
