"""Seals anew, with the newest key, what older keys have sealed, so that they can go."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import redis

from app.errors import Sealed
from app.events import seal
from app.events.scripts import Scripts, store_errors
from app.events.vault import Vault

# A sealed text, alone or within a line: what `Vault.seal` makes, by Fernet's alphabet.
SEALED = re.compile(rb"~gAAAA[\w-]+=*")

# Whoever changed the field meanwhile has sealed it with the newest key.
SWAP = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""

Change = Callable[[bytes], bytes]


def reseal(scripts: Scripts) -> int:
    """Seal anew what is sealed; return how many texts that were.

    The window of finished contacts is left: it grows old by itself, within KEEP_S.
    What was stored before there was a key stays as it is.

    Raises:
        ConfigError: there is no key to seal with, or not all of them that open.
        StoreDown: the store did not answer.

    """
    seal.admit(scripts)

    def change(stored: bytes) -> bytes:
        return SEALED.sub(lambda found: _anew(scripts.vault, found[0]), stored)

    with store_errors():
        names = list(scripts.store.scan_iter("hk:*", count=1_000))
        texts = sum(_rewrite(scripts.store, name, change) for name in names)
    seal.give_up_older(scripts)
    return texts


def _anew(vault: Vault, sealed: bytes) -> bytes:
    try:
        return vault.seal(vault.open(sealed))
    except Sealed:  # it only looks like one
        return sealed


def _rewrite(store: redis.Redis, name: bytes, change: Change) -> int:
    """Rewrite one key, again where somebody else has just changed it."""
    kind: Any = store.type(name)
    if kind == b"hash":
        return _hash(store, name, change)
    write = WRITERS.get(kind)

    def attempt(pipe: Any) -> Any:
        return write(pipe, name, change) if write else 0

    rewritten: Any = store.transaction(attempt, name, value_from_callable=True)
    return int(rewritten)


def _hash(store: redis.Redis, name: bytes, change: Change) -> int:
    """Rewrite a hash field by field: the archive is large, and never still."""
    rewritten = 0
    for field, old in store.hscan_iter(name, count=100):
        if (new := change(old)) != old:
            swapped: Any = store.eval(SWAP, 1, name, field, old, new)
            rewritten += int(swapped)
    return rewritten


def _string(pipe: Any, name: bytes, change: Change) -> int:
    old = pipe.get(name) or b""
    pipe.multi()
    if (new := change(old)) == old:
        return 0
    pipe.set(name, new, keepttl=True)
    return 1


def _list(pipe: Any, name: bytes, change: Change) -> int:
    lines = pipe.lrange(name, 0, -1)
    pipe.multi()
    rewritten = 0
    for place, old in enumerate(lines):
        if (new := change(old)) != old:
            pipe.lset(name, place, new)
            rewritten += 1
    return rewritten


WRITERS: Mapping[Any, Callable[[Any, bytes, Change], int]] = {
    b"string": _string,
    b"list": _list,
}
