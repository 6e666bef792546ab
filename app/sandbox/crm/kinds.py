"""The kinds of records one portal has: HubSpot's own, and custom objects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.sandbox.crm import object_types
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.errors import UnknownObjectType, UnknownTypeId

_TYPE_ID = re.compile(r"\d+-\d+")


class Kinds:
    """The kinds of records, found by any of their names."""

    def __init__(self) -> None:
        self._all: dict[str, ObjectType] = {}
        self._by_name: dict[str, ObjectType] = {}
        for kind in object_types.ALL:
            self.add(kind)

    def __iter__(self) -> Iterator[ObjectType]:
        return iter(self._all.values())

    def add(self, kind: ObjectType) -> None:
        """Add a kind; names that are taken already keep their meaning."""
        self._all[kind.type_id] = kind
        for key in kind.keys:
            self._by_name.setdefault(key, kind)

    def remove(self, kind: ObjectType) -> None:
        """Take a custom kind away."""
        del self._all[kind.type_id]
        self._by_name = {k: v for k, v in self._by_name.items() if v is not kind}

    def knows(self, name: str) -> bool:
        """Tell whether a kind has this name already."""
        return name.lower() in self._by_name

    def infer(self, name: str) -> ObjectType:
        """Return the kind called `name`: singular, plural or type id, in any case.

        Raises:
            UnknownObjectType: no kind has that name.
            UnknownTypeId: no kind has that id.

        """
        kind = self._by_name.get(name.lower())
        if kind is not None:
            return kind
        wrong = UnknownTypeId if _TYPE_ID.fullmatch(name) else UnknownObjectType
        raise wrong(name)
