"""What people should get to see, newest first: remarks, and plans of dry runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from app.errors import Sealed
from app.events import keys
from app.events.scripts import Scripts, store_errors


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a journal.

    Attributes:
        contact_id: whom it is about.
        kind: for remarks what it is about in one word ("dropped", "frozen", "left"),
            for plans the name of the rule.
        text: in words.
        written_at: epoch seconds.

    """

    contact_id: str
    kind: str
    text: str
    written_at: float

    def line(self, portal: str) -> str:
        """Return the entry as people read it."""
        when = datetime.fromtimestamp(self.written_at, UTC)
        stamp = when.isoformat(timespec="seconds")
        return f"{stamp}  {portal}/{self.contact_id}  {self.kind}: {self.text}"


class Journal:
    """A list of entries per portal, of which the newest are kept.

    Args:
        scripts: the store.
        name: "remarks" or "plans"; part of the key.
        most: how many entries are kept for a portal.

    Every method may raise StoreDown.
    """

    def __init__(self, scripts: Scripts, name: str, most: int) -> None:
        self._store = scripts.store
        self._vault = scripts.vault
        self._name = name
        self._most = most

    def write(self, portal: str, entries: Sequence[Entry]) -> None:
        """Add entries, oldest first, and count them by kind in the books."""
        if not entries:
            return
        key, counts = keys.of(portal, self._name), keys.of(portal, "counts")
        lines = [self._vault.seal(orjson.dumps(_row(each))) for each in entries]
        pipe = self._store.pipeline(transaction=False)
        pipe.lpush(key, *lines)
        pipe.ltrim(key, 0, self._most - 1)
        pipe.hincrby(counts, self._name, len(entries))
        for kind, count in Counter(each.kind for each in entries).items():
            pipe.hincrby(counts, f"{self._name}:{kind}", count)
        with store_errors():
            pipe.execute()

    def latest(self, portal: str, most: int = 100) -> list[Entry]:
        """Return the newest entries, newest first."""
        return [self._entry(line) for line in self._lines(portal)[:most]]

    def forget(self, portal: str, contacts: Collection[str]) -> None:
        """Strike out every entry about these contacts, and what nobody can read."""
        pipe = self._store.pipeline(transaction=False)
        for line in self._lines(portal):
            if self._is_about(line, contacts):
                pipe.lrem(keys.of(portal, self._name), 0, line.decode())
        with store_errors():
            pipe.execute()

    def _is_about(self, line: bytes, contacts: Collection[str]) -> bool:
        try:
            return self._entry(line).contact_id in contacts
        except Sealed:
            return True

    def _entry(self, line: bytes) -> Entry:
        return Entry(*orjson.loads(self._vault.open(line)))

    def _lines(self, portal: str) -> list[bytes]:
        with store_errors():
            found: Any = self._store.lrange(keys.of(portal, self._name), 0, -1)
        return list(found)


def _row(entry: Entry) -> tuple[str, str, str, float]:
    return entry.contact_id, entry.kind, entry.text, entry.written_at
