"""Associations, as HubSpot describes them and as it wants them described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.hubspot.association_type import Association, AssociationType
from app.hubspot.shapes.shape import Id, Lenient, Parts, Shape, Text, Whole


class Reference(Lenient[str]):
    """A record by its id: {"id": "501"}."""

    def meaning(self, value: Any) -> str | None:
        """Return the id."""
        return _ID.meaning(value.get("id")) if isinstance(value, dict) else None

    def _serialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str]:
        return {"id": value}


class AssociationTypeShape(Shape[AssociationType]):
    """A type, as a label or an association has it."""

    makes = AssociationType
    category = Text()
    type_id = Whole()
    label = Text()


class AssociationSpecShape(Shape[AssociationType]):
    """A type, as a write names it."""

    makes = AssociationType
    category = Text(data_key="associationCategory")
    type_id = Whole(data_key="associationTypeId")


class AssociationShape(Shape[Association]):
    """One of the associations of a record."""

    makes = Association
    to_id = Id(data_key="toObjectId", required=True)
    types = Parts(AssociationTypeShape(), data_key="associationTypes")


class NewAssociationShape(Shape[Association]):
    """An association of a record that is about to be created."""

    makes = Association
    to_id = Reference(data_key="to", required=True)
    types = Parts(AssociationSpecShape())


@dataclass(frozen=True, slots=True)
class Associated:
    """Some of the associations of one record; there may be another page of them."""

    from_id: str
    to: tuple[Association, ...] = ()


class AssociatedShape(Shape[Associated]):
    """An entry of a batch read."""

    makes = Associated
    from_id = Reference(data_key="from", required=True)
    to = Parts(AssociationShape())


@dataclass(frozen=True, slots=True)
class Link:
    """Two records, and the types in which they are or shall be associated."""

    from_id: str
    to_id: str
    types: tuple[AssociationType, ...] = ()


class LinkShape(Shape[Link]):
    """A pair in a batch, with the types to write or to take away."""

    makes = Link
    from_id = Reference(data_key="from", required=True)
    to_id = Reference(data_key="to", required=True)
    types = Parts(AssociationSpecShape())


@dataclass(frozen=True, slots=True)
class LabelDraft:
    """A label to be created (by name) or changed (by type id).

    Attributes:
        label: as people see it from the first of the two records.
        name: internal, only when it is created.
        inverse_label: as they see it from the other one, None for the same.
        association_type_id: only when it is changed.

    """

    label: str
    name: str | None = None
    inverse_label: str | None = None
    association_type_id: int | None = None


class LabelDraftShape(Shape[LabelDraft]):
    """A label to be created or changed."""

    makes = LabelDraft
    label = Text(required=True)
    name = Text()
    inverse_label = Text()
    association_type_id = Whole()


_ID = Id()
SPEC = AssociationSpecShape()
ASSOCIATION_TYPE = AssociationTypeShape()
ASSOCIATION = AssociationShape()
ASSOCIATED = AssociatedShape()
LINK = LinkShape()
LABEL_DRAFT = LabelDraftShape()
