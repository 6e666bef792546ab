"""Is the store set up so that an accepted event survives?

A store that certainly loses what it accepted is no place to answer 2xx from: web and
worker processes refuse to start on it, unless ALLOW_LOSSY_STORE says otherwise. What
leaves a gap of seconds, or cannot be changed because the store is hosted, is a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import redis

from app.events.scripts import store_errors


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a setting of the store must be.

    Attributes:
        good: the values that will do.
        harm: what goes wrong otherwise.
        lossy: that harm comes by itself, without anybody's bad luck.

    """

    good: tuple[str, ...]
    harm: str
    lossy: bool


WANTED: Mapping[str, Wanted] = {
    "appendonly": Wanted(
        ("yes",), "accepted events are lost when the store restarts", lossy=True
    ),
    "maxmemory-policy": Wanted(
        ("noeviction",),
        "a full store throws accepted events away, or forgets what was made already",
        lossy=True,
    ),
    "appendfsync": Wanted(
        ("always", "everysec"),
        "the operating system decides when accepted events reach the disk",
        lossy=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong setting in words, and whether nothing should be accepted with it."""

    words: str
    lossy: bool

    def __str__(self) -> str:
        return self.words


def problems(store: redis.Redis) -> list[str]:
    """Return what is wrong with the store's settings, in words; empty is good.

    Raises:
        StoreDown: the store did not answer.

    """
    return [str(problem) for problem in examine(store)]


def examine(store: redis.Redis) -> list[Problem]:
    """Return what is wrong with the store's settings; empty is good.

    Raises:
        StoreDown: the store did not answer.

    """
    found = []
    for name, wanted in WANTED.items():
        value, changeable = _value(store, name)
        if value is not None and value not in wanted.good:
            found.append(
                Problem(
                    f"{name} is {value}, should be {' or '.join(wanted.good)}:"
                    f" {wanted.harm}",
                    wanted.lossy and changeable,
                )
            )
    return found


def promise(store: redis.Redis) -> str:
    """Return in words what survives.

    Raises:
        StoreDown: the store did not answer.

    """
    if _value(store, "appendfsync")[0] == "everysec":
        return "durable, but for the last second when the machine goes down (everysec)"
    return "durable"


def _value(store: redis.Redis, name: str) -> tuple[str | None, bool]:
    """Return a setting of the store, and whether its owner can change it.

    A hosted store does not say how it is set up, but what follows from it; how its
    host makes it durable is not told either way.
    """
    with store_errors():
        try:
            answer: Any = store.config_get(name)
            return answer.get(name), True
        except redis.ResponseError:
            told: Any = store.info()
    if name == "appendonly" and "aof_enabled" in told:
        return ("yes" if told["aof_enabled"] else "no"), False
    return (told.get("maxmemory_policy") if name == "maxmemory-policy" else None), False
