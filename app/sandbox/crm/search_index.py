"""What search sees of one kind of record: the past, a moment late.

A write shows up `lag_s` after it happened. Values that searches compare for equality
get an index of their own the first time, so no search by domain or e-mail scans all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from app.sandbox.crm.record import Record

Values = dict[str, str]


class SearchIndex:
    """The searchable state of one kind of record.

    Attributes:
        documents: property values by record, as of `lag_s` ago.

    """

    def __init__(self) -> None:
        self.documents: dict[Record, Values] = {}
        self._equal: dict[str, dict[str, dict[Record, None]]] = {}
        self._coming: deque[tuple[float, Record, Values | None]] = deque()

    def note(self, record: Record, now: float) -> None:
        """Let search see the record as it is now, once the lag is over."""
        values = None if record.archived else record.properties
        self._coming.append((now, record, values))

    def catch_up(self, now: float, lag_s: float) -> None:
        """Show every write that is at least `lag_s` old."""
        while self._coming and self._coming[0][0] <= now - lag_s:
            _, record, values = self._coming.popleft()
            self._show(record, values)

    def _show(self, record: Record, values: Values | None) -> None:
        before = self.documents.get(record, {})
        for name, index in self._equal.items():
            old = before.get(name, "").lower()
            new = values.get(name, "").lower() if values else ""
            if old == new:
                continue
            if old:
                index[old].pop(record, None)
            if new:
                index.setdefault(new, {})[record] = None
        if values is None:
            self.documents.pop(record, None)
        else:
            self.documents[record] = values

    def having(self, name: str, lowered: Iterable[str]) -> dict[Record, None]:
        """Return the records whose `name`, in lower case, is one of `lowered`."""
        index = self._equal.get(name)
        if index is None:
            index = self._equal[name] = {}
            for record, values in self.documents.items():
                if value := values.get(name):
                    index.setdefault(value.lower(), {})[record] = None
        found: dict[Record, None] = {}
        for value in lowered:
            found.update(index.get(value, {}))
        return found
