"""All records of one kind, in order of their ids, with the values no two may share."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from app.sandbox.crm.definitions import Schema
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.record import Record
from app.sandbox.crm.search_index import SearchIndex


class Shelf:
    """The records of one kind, archived ones included.

    Attributes:
        kind: what they are.
        schema: their properties.
        index: what search sees of them.
        blocked: e-mail addresses that no record may have any more.

    """

    def __init__(self, kind: ObjectType, schema: Schema) -> None:
        self.kind = kind
        self.schema = schema
        self.index = SearchIndex()
        self._records: dict[str, Record] = {}
        self._ids: list[int] = []
        self._owners: dict[tuple[str, str], str] = {}
        self._survivors: dict[str, str] = {}
        self.blocked: set[str] = set()

    def put(self, record: Record) -> None:
        """Add a new record."""
        self._records[record.id] = record
        number = int(record.id)
        if not self._ids or number > self._ids[-1]:
            self._ids.append(number)
        else:
            insort(self._ids, number)

    def drop(self, record: Record) -> None:
        """Forget a record that is neither live nor in the recycle bin any more."""
        del self._records[record.id]
        del self._ids[bisect_left(self._ids, int(record.id))]

    def supersede(self, record: Record, survivor: Record) -> None:
        """Forget a record that was merged into `survivor`, but not its id."""
        self.drop(record)
        self._survivors[record.id] = survivor.id

    def survivor(self, record_id: str) -> Record | None:
        """Return the record that a merged-away one became a part of."""
        while record_id in self._survivors:
            record_id = self._survivors[record_id]
        return self._records.get(record_id)

    def any(self, record_id: str) -> Record | None:
        """Return the record, archived or not."""
        return self._records.get(record_id)

    def live(self, record_id: str) -> Record | None:
        """Return the record unless it is archived."""
        record = self._records.get(record_id)
        return None if record is None or record.archived else record

    def from_id(self, record_id: str, *, archived: bool) -> Iterator[Record]:
        """Go through the records by id, from `record_id` ("" for the first)."""
        start = bisect_left(self._ids, int(record_id)) if record_id else 0
        for place in range(start, len(self._ids)):
            record = self._records[str(self._ids[place])]
            if record.archived is archived:
                yield record

    def newest_first(self, *, archived: bool = False) -> Iterator[Record]:
        """Go through the records by id, the highest first."""
        for number in reversed(self._ids):
            record = self._records[str(number)]
            if record.archived is archived:
                yield record

    def owner(self, name: str, value: str) -> Record | None:
        """Return the live record that has `value` for the unique property `name`."""
        owner = self._owners.get((name, value.lower()))
        return self._records[owner] if owner else None

    def find(self, id_property: str, value: str) -> Record | None:
        """Return the live record that `value` identifies; "" means by record id."""
        if id_property in ("", "hs_object_id"):
            return self.live(value)
        return self.owner(id_property, value)

    def claim(self, record: Record, name: str, values: Iterable[str]) -> None:
        """Make `record` the owner of `values` of the unique property `name`."""
        for value in values:
            self._owners[name, value.lower()] = record.id

    def release(self, record: Record, name: str, values: Iterable[str]) -> None:
        """Let others have `values` again."""
        for value in values:
            if self._owners.get((name, value.lower())) == record.id:
                del self._owners[name, value.lower()]
