"""A record of HubSpot's CRM: a contact, a company, a note..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.hubspot.association_type import Association


@dataclass(frozen=True, slots=True)
class PropertyVersion:
    """A value that a property had from `set_at` (epoch seconds) on."""

    value: str
    set_at: float | None
    source_type: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as HubSpot holds it.

    Attributes:
        id: digits.
        properties: those that were asked for, and some that always come; None stands
            for no value.
        created_at: epoch seconds, None when HubSpot did not say.
        updated_at: likewise.
        archived: it is in the recycle bin.
        new: after an upsert, whether it was created by it.
        history: earlier values, newest first, of properties read with history.

    """

    id: str
    properties: Mapping[str, str | None]
    created_at: float | None = None
    updated_at: float | None = None
    archived: bool = False
    new: bool | None = None
    history: Mapping[str, Sequence[PropertyVersion]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to be created.

    Attributes:
        properties: name to value.
        associations: with which records it is associated from the start.
        key: names it among the records of one batch; HubSpot gets to see it.

    """

    properties: Mapping[str, str]
    associations: Sequence[Association] = ()
    key: str = ""


def read(entry: Mapping[str, Any]) -> Record:
    """Return the record that HubSpot described in JSON."""
    new = entry.get("new")
    properties = entry.get("properties")
    return Record(
        id=str(entry.get("id", "")),
        properties={name: _text(v) for name, v in properties.items()}
        if isinstance(properties, dict)
        else {},
        created_at=_epoch(entry.get("createdAt")),
        updated_at=_epoch(entry.get("updatedAt")),
        archived=entry.get("archived") is True,
        new=new if isinstance(new, bool) else None,
        history=_history(entry.get("propertiesWithHistory")),
    )


def write(record: NewRecord) -> dict[str, Any]:
    """Return the JSON that creates a record."""
    body: dict[str, Any] = {"properties": dict(record.properties)}
    if record.associations:
        body["associations"] = [
            {"to": {"id": each.to_id}, "types": [kind.spec() for kind in each.types]}
            for each in record.associations
        ]
    return body


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _epoch(value: Any) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError):
        return None


def _history(value: Any) -> dict[str, tuple[PropertyVersion, ...]]:
    if not isinstance(value, dict):
        return {}
    return {
        name: tuple(_version(each) for each in versions if isinstance(each, dict))
        for name, versions in value.items()
        if isinstance(versions, list)
    }


def _version(entry: Mapping[str, Any]) -> PropertyVersion:
    return PropertyVersion(
        value=_text(entry.get("value")) or "",
        set_at=_epoch(entry.get("timestamp")),
        source_type=_text(entry.get("sourceType")) or "",
        source_id=_text(entry.get("sourceId")) or "",
    )
