"""What is asked about records, as HubSpot wants it asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.hubspot.shapes.record import NewRecordShape, Properties
from app.hubspot.shapes.shape import Parts, Shape, Text, Words

# https://developers.hubspot.com/docs/api-reference/error-handling
TRACE = "objectWriteTraceId"


class NewInputShape(NewRecordShape):
    """A record to be created, as one of a batch."""

    key = Text(data_key=TRACE)


@dataclass(frozen=True, slots=True)
class RecordInput:
    """A record of a batch: which one, and what shall become of it.

    Attributes:
        id: record id, or value of `id_property`.
        properties: name to value; None where nothing is written.
        id_property: None for the record id.
        trace_id: HubSpot repeats it beside the result or the error.

    """

    id: str
    properties: Mapping[str, str] | None = None
    id_property: str | None = None
    trace_id: str | None = None


class RecordInputShape(Shape[RecordInput]):
    """A record of a batch."""

    makes = RecordInput
    id = Text(required=True)
    properties = Properties()
    id_property = Text()
    trace_id = Text(data_key=TRACE)


@dataclass(frozen=True, slots=True)
class BatchRead:
    """Which records to read, and what of them."""

    inputs: Sequence[RecordInput]
    properties: Sequence[str]
    properties_with_history: Sequence[str] | None = None
    id_property: str | None = None


class BatchReadShape(Shape[BatchRead]):
    """Which records to read, and what of them."""

    makes = BatchRead
    inputs = Parts(RecordInputShape())
    properties = Words()
    properties_with_history = Words()
    id_property = Text()


@dataclass(frozen=True, slots=True)
class Merge:
    """Which two records become one."""

    primary_object_id: str
    object_id_to_merge: str


class MergeShape(Shape[Merge]):
    """Which two records become one."""

    makes = Merge
    primary_object_id = Text(required=True)
    object_id_to_merge = Text(required=True)


@dataclass(frozen=True, slots=True)
class GdprDelete:
    """Which contact is deleted for good."""

    object_id: str
    id_property: str | None = None


class GdprDeleteShape(Shape[GdprDelete]):
    """Which contact is deleted for good."""

    makes = GdprDelete
    object_id = Text(required=True)
    id_property = Text()


NEW_INPUT = NewInputShape()
RECORD_INPUT = RecordInputShape()
BATCH_READ = BatchReadShape()
MERGE = MergeShape()
GDPR_DELETE = GdprDeleteShape()
