"""Whom we were told to forget, as long as HubSpot may send again what it sent before.

Only ids are remembered. The door leaves the items of these contacts out of the archive,
and an item that could not be read, or that fails, makes no dead letter of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.events import keys
from app.events.scripts import Scripts, store_errors

# HubSpot tries a delivery up to ten times, over about a day: this is twice that.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
KEPT_S = 48 * 3600


class Forgotten:
    """Remembers ids; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def remember(self, portal: str, contacts: Sequence[str]) -> None:
        """Let nothing more be kept of these contacts; call it before they are erased.

        What names no portal may be theirs as well.
        """
        for place in (portal, keys.NOWHERE):
            self._scripts.run("remember", place, KEPT_S * 1000, *contacts)

    def any_of(self, portal: str, contacts: Sequence[str]) -> bool:
        """Tell whether one of these contacts is remembered."""
        if not contacts:
            return False
        with store_errors():
            found: Any = self._scripts.store.zmscore(
                keys.of(portal, "forgotten"), list(contacts)
            )
        return any(until is not None for until in found)

    def take_back(self, portal: str, contacts: Sequence[str]) -> None:
        """Let dead letters be made of contacts again: HubSpot still has them."""
        if contacts:
            with store_errors():
                self._scripts.store.zrem(keys.of(portal, "forgotten"), *contacts)
