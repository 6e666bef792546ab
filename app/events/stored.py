"""An event as the store keeps it: when it came, in which delivery, and the rest sealed.

    "<accepted at, ms> <delivery> <body>"

The first two are put in front by the script that accepts it, on the store's clock. The
body is what `app.events.wire` dumps, sealed where a key is set. Before version 2 of the
state the body stood alone; it begins with a bracket, never with a digit.
"""

from __future__ import annotations

from typing import Any

from app.events import wire
from app.events.model import Event
from app.events.vault import Vault
from app.events.wire import Oddity


class StoredForm:
    """Turns events into bytes and back; opening may raise Sealed."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def dump(self, item: Event | Oddity) -> bytes:
        """Return the body of an event or an oddity."""
        plain = wire.dump(item) if isinstance(item, Event) else wire.dump_oddity(item)
        return self._vault.seal(plain)

    def load(self, stored: bytes) -> Event:
        """Return the event.

        Raises:
            ValueError: these bytes are not a stored event.

        """
        at, delivery, body = _split(stored)
        return wire.load(self._vault.open(body), int(at or 0) / 1000, delivery.decode())

    def raw_of(self, stored: bytes) -> Any:
        """Return what HubSpot sent, of an event or an oddity."""
        return wire.raw_of(self._plain(stored))

    def revive(self, stored: bytes) -> Event | Oddity:
        """Read again what HubSpot sent, as this version of hubkeeper understands it."""
        return wire.revive(self._plain(stored))

    def renewed(self, stored: bytes, item: Event | Oddity) -> bytes:
        """Return the stored form of an item that takes the place of `stored`."""
        at, delivery, _ = _split(stored)
        return b" ".join((at or b"0", delivery or b"-", self.dump(item)))

    def _plain(self, stored: bytes) -> bytes:
        return self._vault.open(_split(stored)[2])


def _split(stored: bytes) -> tuple[bytes, bytes, bytes]:
    if not stored[:1].isdigit():
        return b"", b"", stored
    at, delivery, body = stored.split(b" ", 2)
    return at, delivery, body
