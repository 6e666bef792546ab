"""Is the store sealed, and have we the key? Asked before anything is read from it."""

from __future__ import annotations

from typing import Any

from app.errors import ConfigError, Sealed
from app.events import keys
from app.events.scripts import Scripts, store_errors

PROOF = b"hubkeeper"


def admit(scripts: Scripts) -> None:
    """Make sure that what is stored can be read, and say so to those who come later.

    Raises:
        ConfigError: it was sealed with a key that is not in STORE_KEYS.
        StoreDown: the store did not answer.

    """
    with store_errors():
        proof: Any = scripts.store.get(keys.SEAL)
    try:
        if proof is not None:
            scripts.vault.open(proof)
    except Sealed as error:
        raise ConfigError(
            f"the store cannot be read: {error}; add that key to STORE_KEYS, at the end"
        ) from error
    if scripts.vault.locked:
        with store_errors():
            scripts.store.set(keys.SEAL, scripts.vault.seal(PROOF))
