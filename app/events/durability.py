"""Is the store set up so that an accepted event survives?"""

from __future__ import annotations

from typing import Any

import redis

from app.events.scripts import store_errors

# What the store must be set to, and what goes wrong otherwise.
WANTED = {
    "appendonly": (("yes",), "accepted events are lost when the store restarts"),
    "maxmemory-policy": (("noeviction",), "a full store throws accepted events away"),
    "appendfsync": (
        ("always", "everysec"),
        "the operating system decides when accepted events reach the disk",
    ),
}


def problems(store: redis.Redis) -> list[str]:
    """Return what is wrong with the store's settings, in words; empty is good.

    Raises:
        StoreDown: the store did not answer.

    """
    found = []
    for name, (good, harm) in WANTED.items():
        value = _configured(store, name)
        if value is not None and value not in good:
            found.append(f"{name} is {value}, should be {' or '.join(good)}: {harm}")
    return found


def promise(store: redis.Redis) -> str:
    """Return in words what survives.

    Raises:
        StoreDown: the store did not answer.

    """
    if _configured(store, "appendfsync") == "everysec":
        return "durable, but for the last second when the machine goes down (everysec)"
    return "durable"


def _configured(store: redis.Redis, name: str) -> str | None:
    """Return a setting of the store, or None where a hosted store keeps it secret."""
    with store_errors():
        try:
            answer: Any = store.config_get(name)
        except redis.ResponseError:
            return None
    value: str | None = answer.get(name)
    return value
