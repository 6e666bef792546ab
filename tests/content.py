"""All that a store holds, as text to search; a dump would hide it by compression."""

from __future__ import annotations

import redis


def content(store: redis.Redis, key: bytes) -> bytes:
    """Return all that a key holds."""
    match store.type(key):
        case b"hash":
            parts = [part for pair in store.hgetall(key).items() for part in pair]
        case b"list":
            parts = store.lrange(key, 0, -1)
        case b"set":
            parts = list(store.smembers(key))
        case b"zset":
            parts = store.zrange(key, 0, -1)
        case b"stream":
            parts = [
                part
                for _, fields in store.xrange(key)
                for pair in fields.items()
                for part in pair
            ]
        case _:
            parts = [store.get(key) or b""]
    return b" ".join(parts)


def everything(store: redis.Redis) -> bytes:
    """Return the names and the contents of all keys."""
    return b"\n".join(key + b" " + content(store, key) for key in store.scan_iter())
