"""Is the store sealed, and have we the keys? Asked before anything is read from it.

Of every key that has sealed something a proof is kept, until all is sealed anew.
"""

from __future__ import annotations

from typing import Any

from app.errors import ConfigError, Sealed
from app.events import keys
from app.events.scripts import Scripts, store_errors

PROOF = b"hubkeeper"


def admit(scripts: Scripts) -> None:
    """Make sure that what is stored can be read, and say so to those who come later.

    Raises:
        ConfigError: something was sealed with a key that is not in STORE_KEYS.
        StoreDown: the store did not answer.

    """
    with store_errors():
        proofs: Any = scripts.store.hvals(keys.SEAL)
    try:
        for proof in proofs:
            scripts.vault.open(proof)
    except Sealed as error:
        raise ConfigError(
            f"the store cannot be read: {error}; add that key to STORE_KEYS, at the"
            " end, until `hubkeeper keys reseal` has run"
        ) from error
    if scripts.vault.name:
        proof = scripts.vault.seal(PROOF)
        with store_errors():
            scripts.store.hset(keys.SEAL, scripts.vault.name, proof.decode())


def give_up_older(scripts: Scripts) -> None:
    """Ask no more for keys but the newest: nothing is sealed with them any longer."""
    with store_errors():
        names: Any = scripts.store.hkeys(keys.SEAL)
        older = [name for name in names if name.decode() != scripts.vault.name]
        if older:
            scripts.store.hdel(keys.SEAL, *older)
