"""Changes what is kept of the past, for a contact that must be forgotten."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from app.events import keys
from app.events.scripts import Scripts, store_errors


def rewrite(
    scripts: Scripts,
    portal: str,
    place: tuple[str, str],
    change: Callable[[bytes], bytes | None],
    counter: str = "",
) -> None:
    """Change one field of a hash, whoever else changes it at the same time.

    Args:
        scripts: the store.
        portal: whose key it is.
        place: name of the hash, and field.
        change: what is there -> what should be; None leaves it alone.
        counter: the key that counts the bytes of the hash, if one does.

    Raises:
        StoreDown: the store did not answer.

    """
    hash_name, field = place
    while True:
        with store_errors():
            found: Any = scripts.store.hget(keys.of(portal, hash_name), field)
        becomes = change(found) if found is not None else None
        if becomes is None:
            return
        read = hashlib.sha1(found, usedforsecurity=False).hexdigest()
        if scripts.run("rewrite", portal, hash_name, field, read, becomes, counter):
            return
