"""What is noted about contacts for a while: one small hash for each of them.

A round notes down something of hundreds of contacts, and asks for it again: all of it
goes in one call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.events.scripts import Scripts


class Notes:
    """The notes of one kind; every method may raise StoreDown.

    Args:
        scripts: the store.
        kind: part of the key; see app/events/keys.py.
        ttl_ms: how long the notes of a contact live after the last one.

    """

    def __init__(self, scripts: Scripts, kind: str, ttl_ms: int) -> None:
        self._scripts = scripts
        self._kind = kind
        self._ttl_ms = ttl_ms

    def add(self, portal: str, notes: Mapping[str, Mapping[str, bytes]]) -> None:
        """Note down, by contact and name, in place of what had the same name."""
        flat: list[str | bytes | int] = []
        for contact_id, by_name in notes.items():
            flat += [contact_id, len(by_name)]
            for name, note in by_name.items():
                flat += [name, note]
        if flat:
            self._scripts.run("note", portal, self._kind, self._ttl_ms, *flat)

    def of(self, portal: str, contacts: Sequence[str]) -> dict[str, dict[str, bytes]]:
        """Return what is noted, by contact and name; who has no notes is left out."""
        if not contacts:
            return {}
        rows = self._scripts.run("noted", portal, self._kind, *contacts)
        return {
            contact_id: {
                name.decode(): note
                for name, note in zip(row[::2], row[1::2], strict=True)
            }
            for contact_id, row in zip(contacts, rows, strict=True)
            if row
        }
