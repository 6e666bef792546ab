"""Many records at once: what fails as a whole, and what fails alone.

Inputs that all carry a trace id of their own are judged one by one (207). Without trace
ids a single bad value refuses the whole batch before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from app.sandbox.crm import draft as drafts
from app.sandbox.crm import lookup, writing
from app.sandbox.crm.draft import Draft, Rights, Wish
from app.sandbox.crm.journal import Origin
from app.sandbox.crm.object_types import CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.errors import (
    AlreadyExists,
    ApiError,
    BatchTooLarge,
    DuplicateIds,
    HistoryBatchTooLarge,
    InvalidProperties,
    NonUniqueIdProperty,
    RequiredMissing,
    SomeMissing,
)

# https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
MAX_INPUTS = 100
MAX_INPUTS_WITH_HISTORY = 50


class Input(NamedTuple):
    """One input of a batch.

    Attributes:
        id: record id, or the value of `id_property`.
        properties: JSON values by property.
        id_property: a unique property, "" for the record id.
        trace_id: `objectWriteTraceId`, "" when absent.
        wishes: associations to make along with a new record.

    """

    id: str = ""
    properties: Mapping[str, object] = MappingProxyType({})
    id_property: str = ""
    trace_id: str = ""
    wishes: Sequence[Wish] = ()


class Done(NamedTuple):
    """One input that went well.

    Attributes:
        record: the record as it is now.
        given: names of the properties that were written.
        normalized: dates that were close enough: name to (raw, stored).
        trace_id: trace id of the input.
        new: whether an upsert created the record, None for other writes.

    """

    record: Record
    given: tuple[str, ...] = ()
    normalized: Mapping[str, tuple[str, str]] = MappingProxyType({})
    trace_id: str = ""
    new: bool | None = None


@dataclass(slots=True)
class Outcome:
    """What became of a batch."""

    done: list[Done] = field(default_factory=list)
    errors: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """Whose batch it is, and of what."""

    portal: Portal
    kind: ObjectType
    origin: Origin
    rights: Rights = field(default_factory=Rights)


def demand_size(count: int, *, histories: bool = False) -> None:
    """Refuse a batch of too many inputs.

    Raises:
        BatchTooLarge: over 100.
        HistoryBatchTooLarge: over 50, with property histories.

    """
    if histories and count > MAX_INPUTS_WITH_HISTORY:
        raise HistoryBatchTooLarge(MAX_INPUTS_WITH_HISTORY)
    if count > MAX_INPUTS:
        raise BatchTooLarge(MAX_INPUTS)


def read(
    portal: Portal,
    kind: ObjectType,
    ids: Iterable[str],
    id_property: str = "",
    *,
    archived: bool = False,
) -> tuple[list[Record], list[dict[str, object]]]:
    """Return the records found, each once, and one error that lists all others."""
    if id_property not in lookup.BY_RECORD_ID:
        lookup.demand_unique(portal, kind, id_property)
    shelf = portal.shelf(kind)
    found: dict[Record, None] = {}
    missing: dict[str, None] = {}
    for record_id in ids:
        record = shelf.find(id_property, record_id)
        if archived and record is None:
            record = shelf.any(record_id)
        if record is None or record.archived is not archived:
            missing[record_id] = None
        else:
            found[record] = None
    return list(found), _missing(kind, missing)


def create(job: Job, inputs: Sequence[Input]) -> Outcome:
    """Create a record for every input."""
    demand_size(len(inputs))
    return _write_all(job, inputs, _draft_new)


def update(job: Job, inputs: Sequence[Input]) -> Outcome:
    """Update the record of every input; those that are missing become one error."""
    demand_size(len(inputs))
    for item in inputs:
        if item.id_property:
            _demand_update_key(job, item.id_property)
    _demand_distinct(inputs)
    shelf = job.portal.shelf(job.kind)
    missing = {
        item.id: None
        for item in inputs
        if shelf.find(item.id_property, item.id) is None
    }
    present = [item for item in inputs if item.id not in missing]
    outcome = _write_all(job, present, _draft_change)
    outcome.errors += _missing(job.kind, missing)
    return outcome


def upsert(job: Job, inputs: Sequence[Input]) -> Outcome:
    """Update the record that each input's unique value names, or create it."""
    demand_size(len(inputs))
    for item in inputs:
        lookup.demand_unique(job.portal, job.kind, item.id_property)
    _demand_distinct(inputs)
    return _write_all(job, inputs, _draft_upsert)


def archive(job: Job, ids: Iterable[str]) -> None:
    """Archive the records; those that are missing do not matter."""
    for record_id in ids:
        record = job.portal.shelf(job.kind).live(record_id)
        if record is not None:
            writing.archive(job.portal, record, job.origin)


def _missing(kind: ObjectType, ids: Iterable[str]) -> list[dict[str, object]]:
    listed = list(ids)
    return [SomeMissing(kind.label, listed).entry()] if listed else []


def _demand_update_key(job: Job, id_property: str) -> None:
    """Contacts are updated by record id only, even though e-mails are unique."""
    if job.kind is CONTACT and id_property == "email":
        raise NonUniqueIdProperty(job.kind.type_id, id_property)
    lookup.demand_unique(job.portal, job.kind, id_property)


def _demand_distinct(inputs: Sequence[Input]) -> None:
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for item in inputs:
        folded = item.id.lower()
        if folded in seen:
            twice[folded] = None
        seen.add(folded)
    if twice:
        raise DuplicateIds(list(twice))


def _draft_new(job: Job, item: Input) -> Draft:
    return drafts.to_create(
        job.portal, job.kind, item.properties, item.wishes, job.rights
    )


def _draft_change(job: Job, item: Input) -> Draft:
    record = job.portal.shelf(job.kind).find(item.id_property, item.id)
    if record is None:
        raise SomeMissing(job.kind.label, [item.id])
    return drafts.to_update(job.portal, record, item.properties, job.rights)


def _draft_upsert(job: Job, item: Input) -> Draft:
    record = job.portal.shelf(job.kind).find(item.id_property, item.id)
    if record is not None:
        if item.id_property == "email" and record.properties.get("email") != (
            item.id.lower()
        ):
            raise AlreadyExists(job.kind.label, record.id)
        return drafts.to_update(job.portal, record, item.properties, job.rights)
    named = item.properties.get(item.id_property)
    if named is None and job.portal.switches.upsert_needs_email_property:
        raise RequiredMissing([item.id_property])
    properties = {item.id_property: item.id, **item.properties}
    return drafts.to_create(job.portal, job.kind, properties, rights=job.rights)


Drafter = Callable[[Job, Input], Draft]


def _write_all(job: Job, inputs: Sequence[Input], drafter: Drafter) -> Outcome:
    trace_ids = {item.trace_id for item in inputs if item.trace_id}
    if inputs and len(trace_ids) == len(inputs):
        return _one_by_one(job, inputs, drafter)
    return _all_or_nothing(job, inputs, drafter)


def _one_by_one(job: Job, inputs: Sequence[Input], drafter: Drafter) -> Outcome:
    outcome = Outcome()
    for item in inputs:
        try:
            draft = drafter(job, item)
            drafts.admit(job.portal, draft)
        except ApiError as error:
            entry = error.entry({"objectWriteTraceId": [item.trace_id]})
            outcome.errors.append(entry)
        else:
            outcome.done.append(_carry_out(job, item, draft, drafter))
    return outcome


def _all_or_nothing(job: Job, inputs: Sequence[Input], drafter: Drafter) -> Outcome:
    pending = [drafter(job, item) for item in inputs]
    problems = [p for draft in pending for p in draft.checked.problems]
    if problems:
        raise InvalidProperties(problems, job.portal.portal_id)
    for draft in pending:
        try:
            drafts.admit(job.portal, draft)
        except AlreadyExists as error:
            named = job.portal.switches.batch_conflict_names_id
            existing = error.existing_id if named else ""
            raise AlreadyExists(job.kind.label, existing) from error
    _demand_distinct_values(job, pending)
    pairs = zip(inputs, pending, strict=True)
    return Outcome([_carry_out(job, item, draft, drafter) for item, draft in pairs])


def _demand_distinct_values(job: Job, pending: Sequence[Draft]) -> None:
    """Refuse two inputs of one batch that want the same unique value."""
    taken: set[tuple[str, str]] = set()
    for draft in pending:
        for name in job.portal.shelf(job.kind).schema.unique & draft.values.keys():
            key = (name, draft.values[name].lower())
            if key in taken:
                raise AlreadyExists(job.kind.label)
            if draft.values[name]:
                taken.add(key)


def _carry_out(job: Job, item: Input, draft: Draft, drafter: Drafter) -> Done:
    given, normalized = tuple(draft.values), draft.checked.normalized
    new = draft.record is None
    if new:
        record = writing.create(job.portal, draft, job.origin)
    else:
        record = writing.update(job.portal, draft, job.origin)
    said = new if drafter is _draft_upsert else None
    return Done(record, given, normalized, item.trace_id, said)
