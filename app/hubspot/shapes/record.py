"""Records, as HubSpot describes them and as it wants them described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.hubspot import failure, protocol
from app.hubspot.record import (
    AssociatedRecord,
    AssociatedRecords,
    NewRecord,
    PropertyVersion,
    Record,
    WriteWarning,
)
from app.hubspot.shapes.association import NewAssociationShape
from app.hubspot.shapes.shape import (
    Flag,
    Id,
    Lenient,
    Moment,
    Parts,
    Shape,
    Text,
)


class PropertyValue(Lenient[str]):
    """A value of a property: text, although HubSpot sends numbers now and then."""

    def meaning(self, value: Any) -> str | None:
        """Return the text."""
        if value is None or isinstance(value, str):
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)


class Properties(Lenient[Mapping[str, str | None]]):
    """The values of a record, by the name of the property."""

    def meaning(self, value: Any) -> Mapping[str, str | None] | None:
        """Return the values as text."""
        if not isinstance(value, dict):
            return None
        return {name: _VALUE.meaning(each) for name, each in value.items()}

    def _serialize(self, value: Any, *_: Any, **__: Any) -> dict[str, str] | None:
        return None if value is None else dict(value)


class VersionShape(Shape[PropertyVersion]):
    """An earlier value of a property."""

    makes = PropertyVersion
    value = PropertyValue()
    set_at = Moment(data_key="timestamp")
    source_type = Text()
    source_id = Id()


class History(Lenient[Mapping[str, tuple[PropertyVersion, ...]]]):
    """Earlier values, by the name of the property."""

    def meaning(self, value: Any) -> Mapping[str, tuple[PropertyVersion, ...]] | None:
        """Return the versions, in HubSpot's order."""
        if not isinstance(value, dict):
            return None
        versions = ((name, _VERSIONS.meaning(each)) for name, each in value.items())
        return {name: each for name, each in versions if each is not None}


class AssociatedRecordShape(Shape[AssociatedRecord]):
    """A record that came along with another."""

    makes = AssociatedRecord
    id = Id(required=True)
    type = Text()


class Associated(Lenient[Mapping[str, AssociatedRecords]]):
    """The records that came along with another, by their type."""

    def meaning(self, value: Any) -> Mapping[str, AssociatedRecords] | None:
        """Return the first page of each type."""
        if not isinstance(value, dict):
            return None
        return {
            name: AssociatedRecords(
                _ASSOCIATED.meaning(page.get("results")) or (),
                protocol.after(page) is not None,
            )
            for name, page in value.items()
            if isinstance(page, dict)
        }


class Context(Lenient[Mapping[str, tuple[str, ...]]]):
    """What an error or a warning is about, as lists of text."""

    def meaning(self, value: Any) -> Mapping[str, tuple[str, ...]] | None:
        """Return the lists."""
        return failure.texts(value)


class WarningShape(Shape[WriteWarning]):
    """What HubSpot put right by itself in a write."""

    makes = WriteWarning
    category = Text()
    message = Text()
    context = Context()


class RecordShape(Shape[Record]):
    """A record."""

    makes = Record
    id = Id(required=True)
    properties = Properties()
    created_at = Moment()
    updated_at = Moment()
    archived = Flag()
    new = Flag()
    history = History(data_key="propertiesWithHistory")
    associations = Associated()
    archived_at = Moment()
    url = Text()
    warnings = Parts(WarningShape())


class NewRecordShape(Shape[NewRecord]):
    """A record to be created."""

    makes = NewRecord
    properties = Properties()
    associations = Parts(NewAssociationShape())


_VALUE = PropertyValue()
_VERSIONS = Parts(VersionShape())
_ASSOCIATED = Parts(AssociatedRecordShape())
RECORD = RecordShape()
NEW_RECORD = NewRecordShape()
