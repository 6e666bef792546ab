"""What people and imports do to records, past the API: the control plane's writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.sandbox.crm import digits, lookup, writing
from app.sandbox.crm import draft as drafts
from app.sandbox.crm.draft import Draft, Rights, Wish
from app.sandbox.crm.journal import Origin
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.errors import ApiError

PERSON = Origin("CRM_UI", "userId:777")

# A person may merge contacts, which is how additional e-mails come about.
_RIGHTS = Rights(writable=frozenset({"hs_additional_emails"}))

Row = Mapping[str, Any]
Failures = list[dict[str, object]]


def origin_of(body: Row) -> Origin:
    """Return who makes the edit: a person, unless the call says otherwise."""
    source = str(body.get("source") or PERSON.change_source)
    default = PERSON.source_id if source.startswith("CRM_UI") else ""
    return Origin(source, str(body.get("source_id") or default))


def inputs_of(body: Row) -> list[Row]:
    """Return the inputs of an edit: `inputs`, or the body itself as the only one.

    Raises:
        ValueError: there is neither.

    """
    inputs = body.get("inputs", [body] if "properties" in body else None)
    if not isinstance(inputs, list) or not all(isinstance(i, dict) for i in inputs):
        raise ValueError("an edit needs inputs, a list of objects, or properties")
    return inputs


def seed(portal: Portal, kind: ObjectType, rows: Iterable[Row]) -> int:
    """Put records there: flat properties, and an `id` where one is wanted."""
    count = 0
    for row in rows:
        properties = {name: value for name, value in row.items() if name != "id"}
        draft = drafts.to_create(portal, kind, properties, rights=_RIGHTS)
        draft.new_id = _free_id(portal, kind, str(row.get("id") or ""))
        drafts.admit(portal, draft)
        writing.create(portal, draft, Origin("IMPORT", "seed"))
        count += 1
    return count


def _free_id(portal: Portal, kind: ObjectType, wanted: str) -> str:
    if wanted and not digits.are_all(wanted):
        raise ValueError(f"{wanted} is not a record id")
    if wanted and portal.shelf(kind).any(wanted) is not None:
        raise ValueError(f"there is a {kind.name} {wanted} already")
    return wanted


def create(
    portal: Portal, kind: ObjectType, inputs: Sequence[Row], origin: Origin
) -> tuple[list[str], Failures]:
    """Create a record for each input; return ids and failures."""

    def one(row: Row) -> str:
        wishes = [_wish(raw) for raw in row.get("associations", ())]
        draft = drafts.to_create(portal, kind, row["properties"], wishes, _RIGHTS)
        drafts.admit(portal, draft)
        return writing.create(portal, draft, origin).id

    return _each(inputs, one)


def update(
    portal: Portal, kind: ObjectType, inputs: Sequence[Row], origin: Origin
) -> tuple[list[str], Failures]:
    """Change the record of each input; return ids and failures."""

    def one(row: Row) -> str:
        record = lookup.one(portal, kind, str(row["id"]))
        draft: Draft = drafts.to_update(portal, record, row["properties"], _RIGHTS)
        drafts.admit(portal, draft)
        return writing.update(portal, draft, origin).id

    return _each(inputs, one)


def archive(
    portal: Portal, kind: ObjectType, inputs: Sequence[Row], origin: Origin
) -> list[str]:
    """Archive the record of each input; return the ids of those that were there."""
    gone = []
    for row in inputs:
        record = portal.shelf(kind).live(str(row.get("id")))
        if record is not None:
            writing.archive(portal, record, origin)
            gone.append(record.id)
    return gone


def _wish(raw: Row) -> Wish:
    types = [(t["associationCategory"], t["associationTypeId"]) for t in raw["types"]]
    return Wish(str(raw["to"]["id"]), types)


def _each(
    inputs: Sequence[Row], one: Callable[[Row], str]
) -> tuple[list[str], Failures]:
    ids: list[str] = []
    failures: Failures = []
    for place, row in enumerate(inputs):
        try:
            ids.append(one(row))
        except ApiError as error:
            failures.append({**error.entry(), "index": place})
        except KeyError as error:
            raise ValueError(f"input {place} lacks {error}") from error
    return ids, failures
