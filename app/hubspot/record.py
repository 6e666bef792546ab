"""A record of HubSpot's CRM: a contact, a company, a note..."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.hubspot.association_type import Association


@dataclass(frozen=True, slots=True)
class PropertyVersion:
    """A value that a property had from `set_at` (epoch seconds) on."""

    value: str = ""
    set_at: float | None = None
    source_type: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class AssociatedRecord:
    """A record that came along with another, e.g. type "contact_to_company"."""

    id: str
    type: str


@dataclass(frozen=True, slots=True)
class AssociatedRecords:
    """The records of one type that came along with another.

    Attributes:
        results: a record is there once for each type of the association.
        cut_off: there are more than came along; `HubSpot.associations` reads all.

    """

    results: Sequence[AssociatedRecord] = ()
    cut_off: bool = False


@dataclass(frozen=True, slots=True)
class WriteWarning:
    """What HubSpot put right by itself in a write.

    Attributes:
        category: "PROPERTY_VALUE_NORMALIZED".
        message: "date_of_birth was normalized".
        context: what was sent and what was stored, as lists of text.

    """

    category: str = ""
    message: str = ""
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)


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
        associations: by type of the others ("companies"), when they were asked for.
        archived_at: epoch seconds, None unless it is in the recycle bin.
        url: where a person sees it, "" when HubSpot did not say.
        warnings: what HubSpot put right by itself in this write.

    """

    id: str
    properties: Mapping[str, str | None] = field(default_factory=dict)
    created_at: float | None = None
    updated_at: float | None = None
    archived: bool = False
    new: bool | None = None
    history: Mapping[str, Sequence[PropertyVersion]] = field(default_factory=dict)
    associations: Mapping[str, AssociatedRecords] = field(default_factory=dict)
    archived_at: float | None = None
    url: str = ""
    warnings: Sequence[WriteWarning] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Some of many records.

    Attributes:
        records: in HubSpot's order; may be none although there is a next page.
        after: where the next page begins, None on the last one.
        total: how many there are altogether, None when HubSpot did not say.

    """

    records: Sequence[Record]
    after: str | None = None
    total: int | None = None


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
