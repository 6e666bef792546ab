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

Change = Callable[[bytes], bytes]


def reseal(scripts: Scripts) -> int:
    """Seal everything anew; return how many keys of the store were rewritten.

    The window of finished contacts is left: it grows old by itself, within KEEP_S.

    Raises:
        ConfigError: there is no key to seal with, or not all of them that open.
        StoreDown: the store did not answer.

    """
    seal.admit(scripts)

    def change(stored: bytes) -> bytes:
        return SEALED.sub(lambda found: _anew(scripts.vault, found[0]), stored)

    with store_errors():
        names = list(scripts.store.scan_iter("hk:*", count=1_000))
        return sum(_rewrite(scripts.store, name, change) for name in names)


def _anew(vault: Vault, sealed: bytes) -> bytes:
    try:
        return vault.seal(vault.open(sealed))
    except Sealed:  # it only looks like one
        return sealed


def _rewrite(store: redis.Redis, name: bytes, change: Change) -> bool:
    """Rewrite one key, again if somebody else has just changed it."""

    def attempt(pipe: Any) -> Any:
        write = WRITERS.get(pipe.type(name))
        return write is not None and write(pipe, name, change)

    return bool(store.transaction(attempt, name, value_from_callable=True))


def _string(pipe: Any, name: bytes, change: Change) -> bool:
    old = pipe.get(name) or b""
    pipe.multi()
    if (new := change(old)) == old:
        return False
    pipe.set(name, new, keepttl=True)
    return True


def _hash(pipe: Any, name: bytes, change: Change) -> bool:
    fields = pipe.hgetall(name)
    new = {field: change(old) for field, old in fields.items()}
    changed = {field: text for field, text in new.items() if text != fields[field]}
    pipe.multi()
    if changed:
        pipe.hset(name, mapping=changed)
    return bool(changed)


def _list(pipe: Any, name: bytes, change: Change) -> bool:
    lines = pipe.lrange(name, 0, -1)
    changed = {
        place: new for place, old in enumerate(lines) if (new := change(old)) != old
    }
    pipe.multi()
    for place, new in changed.items():
        pipe.lset(name, place, new)
    return bool(changed)


WRITERS: Mapping[Any, Callable[[Any, bytes, Change], bool]] = {
    b"string": _string,
    b"hash": _hash,
    b"list": _list,
}
