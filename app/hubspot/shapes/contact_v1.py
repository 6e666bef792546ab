"""Contacts as version 1 has them: with a vid, and properties that are objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.hubspot.shapes.record import PropertyValue
from app.hubspot.shapes.shape import Flag, Id, Lenient, Shape, Whole, Words


class PropertyObjects(Lenient[Mapping[str, str]]):
    """Values as {"email": {"value": "ada@example.com", "versions": [...]}}."""

    def meaning(self, value: Any) -> Mapping[str, str] | None:
        """Return the values of today."""
        if not isinstance(value, dict):
            return None
        found = (
            (name, _VALUE.meaning(each.get("value")))
            for name, each in value.items()
            if isinstance(each, dict)
        )
        return {name: text for name, text in found if text is not None}


class PropertyPairs(Lenient[Mapping[str, str]]):
    """Values as [{"property": "email", "value": "ada@example.com"}]."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> list[dict[str, str]]:
        return [{"property": name, "value": text} for name, text in value.items()]


@dataclass(frozen=True, slots=True)
class ContactV1:
    """A contact; `vid` is the record id of all other versions."""

    vid: str
    properties: Mapping[str, str] = field(default_factory=dict)


class ContactV1Shape(Shape[ContactV1]):
    """A contact, as it is read."""

    makes = ContactV1
    vid = Id(required=True)
    properties = PropertyObjects()


@dataclass(frozen=True, slots=True)
class ContactChange:
    """New values for a contact, named by vid or e-mail address where that is needed."""

    properties: Mapping[str, str]
    vid: int | None = None
    email: str | None = None


class ContactChangeShape(Shape[ContactChange]):
    """New values for a contact."""

    makes = ContactChange
    properties = PropertyPairs()
    vid = Whole()
    email = PropertyValue()


@dataclass(frozen=True, slots=True)
class CreatedOrUpdated:
    """What became of a contact that was created or updated by e-mail address."""

    vid: str
    is_new: bool = False


class CreatedOrUpdatedShape(Shape[CreatedOrUpdated]):
    """What became of a contact."""

    makes = CreatedOrUpdated
    vid = Id(required=True)
    is_new = Flag()


@dataclass(frozen=True, slots=True)
class SecondaryEmails:
    """The further addresses of a contact."""

    vid: str
    emails: tuple[str, ...] = ()


class SecondaryEmailsShape(Shape[SecondaryEmails]):
    """The further addresses of a contact."""

    makes = SecondaryEmails
    vid = Id(required=True)
    emails = Words(data_key="secondaryEmails")


@dataclass(frozen=True, slots=True)
class ListPage:
    """Where a list of contacts goes on."""

    has_more: bool = False
    vid_offset: str = ""
    time_offset: str = ""


class ListPageShape(Shape[ListPage]):
    """The end of a page."""

    makes = ListPage
    has_more = Flag(data_key="has-more")
    vid_offset = Id(data_key="vid-offset")
    time_offset = Id(data_key="time-offset")


_VALUE = PropertyValue()
CONTACT = ContactV1Shape()
CONTACT_CHANGE = ContactChangeShape()
CREATED_OR_UPDATED = CreatedOrUpdatedShape()
SECONDARY_EMAILS = SecondaryEmailsShape()
LIST_PAGE = ListPageShape()
