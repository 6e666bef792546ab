"""One kind of records that an account made for itself."""

from __future__ import annotations

from dataclasses import dataclass

from app.sandbox.crm.object_types import ObjectType


@dataclass(frozen=True, slots=True)
class CustomObject:
    """A custom kind, and how people call it.

    Attributes:
        kind: the kind.
        qualified_name: the name that no other account has.
        labels: what people read: singular and plural.
        display_property: the property that names a record.
        created_at_ms: when it was made.

    """

    kind: ObjectType
    qualified_name: str
    labels: tuple[str, str]
    display_property: str = ""
    created_at_ms: int = 0
