"""Associations as version 3 has them, where a type is a name."""

from __future__ import annotations

from dataclasses import dataclass

from app.hubspot.record import AssociatedRecord
from app.hubspot.shapes.association import Reference
from app.hubspot.shapes.record import AssociatedRecordShape
from app.hubspot.shapes.shape import Id, Parts, Shape, Text


@dataclass(frozen=True, slots=True)
class NamedType:
    """An association type: id "279", name "contact_to_company_unlabeled"."""

    id: str
    name: str = ""


class NamedTypeShape(Shape[NamedType]):
    """An association type."""

    makes = NamedType
    id = Id(required=True)
    name = Text()


@dataclass(frozen=True, slots=True)
class NamedLink:
    """Two records and the name of the type in which they are associated."""

    from_id: str
    to_id: str
    type: str


class NamedLinkShape(Shape[NamedLink]):
    """A pair in a batch."""

    makes = NamedLink
    from_id = Reference(data_key="from", required=True)
    to_id = Reference(data_key="to", required=True)
    type = Text(required=True)


@dataclass(frozen=True, slots=True)
class NamedAssociations:
    """The associations of one record."""

    from_id: str
    to: tuple[AssociatedRecord, ...] = ()


class NamedAssociationsShape(Shape[NamedAssociations]):
    """An entry of a batch read."""

    makes = NamedAssociations
    from_id = Reference(data_key="from", required=True)
    to = Parts(AssociatedRecordShape())


NAMED_TYPE = NamedTypeShape()
NAMED_LINK = NamedLinkShape()
NAMED_ASSOCIATIONS = NamedAssociationsShape()
