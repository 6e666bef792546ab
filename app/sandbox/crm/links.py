"""Which record is associated with which: the bare graph, kept in both directions."""

from __future__ import annotations

from collections.abc import Iterator

from app.sandbox.crm.association_types import LinkType, LinkTypes
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.record import Record

# Neighbours of one record, of one kind: neighbour's id to association type ids.
Neighbours = dict[str, set[int]]


class Links:
    """The association graph."""

    def __init__(self, types: LinkTypes) -> None:
        self._types = types
        self._out: dict[tuple[str, str], dict[str, Neighbours]] = {}

    def of(self, record: Record, end: ObjectType) -> Neighbours:
        """Return the neighbours of `record` of kind `end`, oldest association first."""
        kinds = self._out.get((record.kind.type_id, record.id))
        return kinds.get(end.type_id, {}) if kinds else {}

    def by_kind(self, record: Record) -> dict[str, Neighbours]:
        """Return all neighbours of `record` by type id."""
        return self._out.get((record.kind.type_id, record.id), {})

    def types(self, one: Record, other: Record) -> set[int]:
        """Return the association types from `one` to `other`."""
        return self.of(one, other.kind).get(other.id, set())

    def add(self, one: Record, other: Record, link: LinkType) -> bool:
        """Add the association and its reverse; return whether it is new."""
        if link.id in self.types(one, other):
            return False
        self._put(one, other, link.id)
        self._put(other, one, link.reverse)
        return True

    def remove(self, one: Record, other: Record, link: LinkType) -> bool:
        """Take the association and its reverse away; return whether it was there."""
        if link.id not in self.types(one, other):
            return False
        self._take(one, other, link.id)
        self._take(other, one, link.reverse)
        return True

    def between(self, one: Record, other: Record) -> Iterator[LinkType]:
        """Go through a copy of the types from `one` to `other`, unlabeled first."""
        return iter(
            sorted(
                (self._types[i] for i in self.types(one, other)),
                key=lambda link: (link.label is not None, link.id),
            )
        )

    def _put(self, one: Record, other: Record, type_id: int) -> None:
        kinds = self._out.setdefault((one.kind.type_id, one.id), {})
        neighbours = kinds.setdefault(other.kind.type_id, {})
        neighbours.setdefault(other.id, set()).add(type_id)

    def _take(self, one: Record, other: Record, type_id: int) -> None:
        neighbours = self.of(one, other.kind)
        neighbours[other.id].discard(type_id)
        if not neighbours[other.id]:
            del neighbours[other.id]
