"""One record with all that is known of it: values, neighbours, what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from app.sandbox.crm import moment
from app.sandbox.crm.object_types import ACTIVITIES, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.page import naming
from app.sandbox.page.traffic import Subject

MOMENTS = 200
PIN = "hs_pinned_engagement_id"


@dataclass(frozen=True, slots=True)
class Value:
    """One property that is set."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An associated record; `labels` as people know them, "" for none."""

    type_id: str
    kind: str
    id: str
    title: str
    labels: str


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened.

    Attributes:
        at: when, in words.
        head: what it was.
        who: who did it.
        lines: the values that changed, or what was written.
        link: type id and id of the activity, None where it is none.
        pinned: the activity is pinned to the top.

    """

    at: str
    head: str
    who: str
    lines: tuple[str, ...]
    link: tuple[str, str] | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything the page of one record shows.

    Attributes:
        subject: what to look for in the webhooks.

    """

    id: str
    subject: Subject
    title: str
    archived: bool
    values: tuple[Value, ...]
    neighbours: tuple[Neighbour, ...]
    timeline: tuple[Moment, ...]


def of(portal: Portal, kind: ObjectType, record_id: str) -> Portrait | None:
    """Return the portrait of a record, archived or not; None if there is none."""
    with portal.at_work():
        record = portal.shelf(kind).any(record_id)
        if record is None:
            return None
        neighbours = [
            (other, portal.links.between(record, other))
            for other in _associated(portal, record)
        ]
        return Portrait(
            record.id,
            Subject(kind.type_id, frozenset((record.id, *record.merged_ids))),
            naming.title(record),
            record.archived,
            tuple(_values(portal, record)),
            tuple(
                Neighbour(
                    other.kind.type_id,
                    other.kind.name,
                    other.id,
                    naming.title(other),
                    ", ".join(link.label for link in links if link.label),
                )
                for other, links in neighbours
            ),
            _timeline(portal, record, [other for other, _ in neighbours]),
        )


def _associated(portal: Portal, record: Record) -> list[Record]:
    found = []
    for type_id, neighbours in portal.links.by_kind(record).items():
        shelf = portal.shelf_of(type_id)
        found += [other for i in neighbours if (other := shelf.any(i)) is not None]
    return found


def _values(portal: Portal, record: Record) -> list[Value]:
    values = [
        Value(name, naming.label(portal, record.kind, name), naming.shortened(v, 500))
        for name, v in record.properties.items()
    ]
    return sorted(values, key=lambda value: value.name.startswith("hs_"))


def _timeline(
    portal: Portal, record: Record, neighbours: list[Record]
) -> tuple[Moment, ...]:
    """Return what happened, the pinned activity first and then the newest."""
    dated = [*_writes(portal, record)]
    source = record.properties.get("hs_object_source", "")
    born_ms = record.created_at_ms
    dated.append((born_ms, Moment(naming.when(born_ms), "created", source, ())))
    if record.archived:
        gone_ms = record.archived_at_ms
        dated.append((gone_ms, Moment(naming.when(gone_ms), "deleted", "", ())))
    pin = record.properties.get(PIN, "")
    for other in neighbours:
        if other.kind in ACTIVITIES:
            dated.append(_activity(other, pinned=other.id == pin))
    # Of one millisecond, the creation comes before the values it brought.
    dated.sort(key=lambda pair: (pair[1].pinned, pair[0]), reverse=True)
    return tuple(each for _, each in dated[:MOMENTS])


def _writes(portal: Portal, record: Record) -> list[tuple[int, Moment]]:
    """Return the property history, values that were written together as one."""
    versions = [
        (
            version.at_ms,
            f"{version.source_type} {version.source_id}".strip(),
            name,
            version,
        )
        for name, history in record.history.items()
        for version in history
    ]
    versions.sort(key=lambda row: row[:3])
    moments = []
    for (at_ms, who), rows in groupby(versions, key=lambda row: row[:2]):
        lines = tuple(
            f"{naming.label(portal, record.kind, name)}: "
            f"{naming.shortened(version.value) or '(cleared)'}"
            for _, _, name, version in rows
        )
        head = "1 property" if len(lines) == 1 else f"{len(lines)} properties"
        moments.append((at_ms, Moment(naming.when(at_ms), f"{head} set", who, lines)))
    return moments


def _happened_ms(activity: Record) -> int:
    """Return where on a timeline HubSpot shows an activity."""
    try:
        return moment.parse_ms(activity.properties["hs_timestamp"])
    except (KeyError, ValueError):
        return activity.created_at_ms


def _activity(other: Record, *, pinned: bool) -> tuple[int, Moment]:
    at_ms = _happened_ms(other)
    texts = (other.properties.get(name, "") for name in other.kind.searched)
    lines = (naming.shortened(naming.bare(text), 300) for text in texts)
    found = tuple(filter(None, lines))
    head = other.kind.name.replace("_", " ")
    link = (other.kind.type_id, other.id)
    return at_ms, Moment(naming.when(at_ms), head, "", found, link, pinned)
