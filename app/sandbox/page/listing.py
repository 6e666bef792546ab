"""The records of one kind as a table, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from app.sandbox.crm.object_types import COMPANY, CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.page import naming

SHOWN = 50
_COLUMNS = {
    CONTACT.type_id: ("email", "company", "phone", "lifecyclestage"),
    COMPANY.type_id: ("domain", "city", "country", "num_associated_contacts"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record in the table."""

    id: str
    title: str
    values: tuple[str, ...]
    changed_at: str


@dataclass(frozen=True, slots=True)
class Table:
    """What was found.

    Attributes:
        heads: labels of the columns.
        rows: at most SHOWN of them.
        total: how many records there are, whether found or not.
        query: text that the records must hold, "" for all.

    """

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    query: str


def records(portal: Portal, kind: ObjectType, query: str) -> Table:
    """Return the newest records that hold `query` in a value people search by."""
    columns = _COLUMNS.get(kind.type_id, kind.searched[:4])
    words = query.lower().split()
    with portal.at_work():
        shelf = portal.shelf(kind)
        total = sum(1 for _ in shelf.newest_first())
        fitting = (r for r in shelf.newest_first() if _holds(r, words, columns))
        rows = [_row(record, columns) for record in islice(fitting, SHOWN)]
        heads = tuple(naming.label(portal, kind, name) for name in columns)
    return Table(heads, tuple(rows), total, query)


def _holds(record: Record, words: list[str], columns: tuple[str, ...]) -> bool:
    if not words:
        return True
    names = {*record.kind.searched, *columns}
    values = (record.properties.get(name, "") for name in names)
    text = " ".join((record.id, *values)).lower()
    return all(word in text for word in words)


def _row(record: Record, columns: tuple[str, ...]) -> Row:
    values = (record.properties.get(name, "") for name in columns)
    return Row(
        record.id,
        naming.title(record),
        tuple(naming.shortened(value, 40) for value in values),
        naming.when(record.updated_at_ms),
    )
