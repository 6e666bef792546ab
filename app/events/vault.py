"""Seals what may hold personal data before it is stored, where a key is set.

A sealed text begins with "~"; a plain one that happens to begin so is escaped, so that
what was stored before a key was set can still be read afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.errors import Sealed

MARK, ESCAPED = b"~", b"~~"


class Vault:
    """Seals with the first key, opens with any; without keys everything stays plain.

    Args:
        keys: Fernet keys, the newest first.

    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None
        # Tells keys apart, and gives none away.
        self.name = hashlib.sha256(keys[0].encode()).hexdigest()[:16] if keys else ""

    def seal(self, text: bytes) -> bytes:
        """Return the form of a text that is stored."""
        if self._fernet:
            return MARK + self._fernet.encrypt(text)
        return ESCAPED + text if text.startswith(MARK) else text

    def open(self, stored: bytes) -> bytes:
        """Return the text that `seal` was given.

        Raises:
            Sealed: no key of ours fits.

        """
        if not stored.startswith(MARK):
            return stored
        if stored.startswith(ESCAPED):
            return stored[len(ESCAPED) :]
        if self._fernet is None:
            raise Sealed("this was sealed, and STORE_KEYS is not set")
        try:
            return self._fernet.decrypt(stored[len(MARK) :])
        except InvalidToken:
            raise Sealed("this was sealed with a key that STORE_KEYS lacks") from None

    def seal_text(self, text: str) -> str:
        """Seal a text."""
        return self.seal(text.encode("utf-8", "replace")).decode()

    def open_text(self, stored: bytes) -> str:
        """Open a text.

        Raises:
            Sealed: no key of ours fits.

        """
        return self.open(stored).decode()
