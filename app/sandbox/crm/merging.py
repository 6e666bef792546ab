"""Making one record of two: values, addresses, associations, histories and ids."""

from __future__ import annotations

from collections.abc import Iterable

from app.sandbox.crm import contact, lookup, moment, rollup
from app.sandbox.crm.journal import Change, Origin
from app.sandbox.crm.object_types import CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record, Version
from app.sandbox.crm.shelf import Shelf
from app.sandbox.errors import Invalid, TooManyIdentities

# https://developers.hubspot.com/docs/api-reference/error-handling
MAX_IDENTITIES = 250

EMAILS = "hs_additional_emails"
MERGED_AT = "hs_calculated_merged_vids"


def merge(
    portal: Portal, kind: ObjectType, primary_id: str, other_id: str, origin: Origin
) -> Record:
    """Merge the other record into the primary one and return what they became.

    Raises:
        Invalid: they are the same record (our own words).
        ObjectNotFound: an id is no number.
        ResourceNotFound: one of them does not exist.
        TooManyIdentities: they consist of too many merged records already.

    """
    if primary_id == other_id:
        raise Invalid(f"Cannot merge {primary_id} with itself")
    primary = lookup.one(portal, kind, primary_id)
    other = lookup.one(portal, kind, other_id)
    former = [primary, other] if portal.switches.merge_makes_new_id else [other]
    merged_ids = [
        *primary.merged_ids,
        *(record.id for record in former),
        *other.merged_ids,
    ]
    if len(merged_ids) > MAX_IDENTITIES:
        raise TooManyIdentities(MAX_IDENTITIES)
    survivor = primary
    if primary in former:
        survivor = Record(kind, portal.new_id(kind), primary.created_at_ms, 0)
        portal.shelf(kind).put(survivor)
    moved = _take_over(portal, survivor, primary, other, merged_ids)
    for record in former:
        _move_links(portal, record, survivor)
        _retire(portal, record, survivor)
    rollup.refresh(portal, survivor)
    _tell(portal, origin, (primary, other, survivor), moved)
    return survivor


def _take_over(
    portal: Portal,
    survivor: Record,
    primary: Record,
    other: Record,
    merged_ids: Iterable[str],
) -> int:
    """Give the survivor the values of both; return how many of the other's count."""
    shelf, now_ms = portal.shelf(primary.kind), portal.now_ms()
    moved = _values_to_move(shelf, primary, other)
    emails = _further_emails(primary, other, moved)
    properties = {**primary.properties, **moved}
    properties |= {
        "hs_object_id": survivor.id,
        "hs_merged_object_ids": ";".join(merged_ids),
        survivor.kind.modified: moment.iso(now_ms),
    }
    if survivor.kind is CONTACT:
        _merge_contacts(shelf, properties, (primary, other), emails, now_ms)
        contact.compute(properties, survivor.id, now_ms)
    survivor.created_at_ms = min(primary.created_at_ms, other.created_at_ms)
    properties[survivor.kind.created] = moment.iso(survivor.created_at_ms)
    survivor.updated_at_ms = now_ms
    survivor.history = _histories(primary, other, properties)
    survivor.properties = {name: value for name, value in properties.items() if value}
    _claim_all(shelf, survivor, (primary, other))
    shelf.index.note(survivor, portal.now())
    return len(moved)


def _values_to_move(shelf: Shelf, primary: Record, other: Record) -> dict[str, str]:
    """Return what the other record fills in where the primary one has nothing."""
    active = shelf.schema.active
    return {
        name: value
        for name, value in other.properties.items()
        if name not in primary.properties
        and name in active
        and not active[name].read_only
    }


def _further_emails(
    primary: Record, other: Record, moved: dict[str, str]
) -> dict[str, None]:
    emails = [*primary.additional_emails, *other.additional_emails]
    if "email" not in moved and "email" in other.properties:
        emails.append(other.properties["email"])
    return dict.fromkeys(emails)


def _merge_contacts(
    shelf: Shelf,
    properties: dict[str, str],
    pair: tuple[Record, Record],
    emails: Iterable[str],
    now_ms: int,
) -> None:
    properties[EMAILS] = ";".join(emails)
    merged = properties.get(MERGED_AT, "").split(";")
    merged.append(f"{pair[1].id}:{now_ms}")
    properties[MERGED_AT] = ";".join(filter(None, merged))
    stages = tuple(record.properties.get("lifecyclestage", "") for record in pair)
    stage = contact.advanced(shelf.schema, (stages[0], stages[1]))
    properties["lifecyclestage"] = stage


def _histories(
    primary: Record, other: Record, properties: dict[str, str]
) -> dict[str, list[Version]]:
    histories: dict[str, list[Version]] = {}
    for name in dict.fromkeys((*primary.history, *other.history)):
        theirs = other.history.get(name, [])
        versions = sorted(
            [*theirs, *primary.history.get(name, [])],
            key=lambda version: (version.value == properties.get(name), version.at_ms),
        )
        histories[name] = versions[-primary.kind.history_limit :]
    return histories


def _claim_all(shelf: Shelf, survivor: Record, pair: tuple[Record, Record]) -> None:
    """Hand every unique value of the two records to the survivor."""
    for name in shelf.schema.unique:
        for record in pair:
            shelf.release(record, name, filter(None, [record.properties.get(name)]))
        shelf.claim(survivor, name, filter(None, [survivor.properties.get(name)]))
    for record in pair:
        shelf.release(record, "email", record.additional_emails)
    shelf.claim(survivor, "email", survivor.additional_emails)


def _move_links(portal: Portal, record: Record, survivor: Record) -> None:
    """Give the survivor the record's associations; a primary company it has stays."""
    for type_id, neighbours in list(portal.links.by_kind(record).items()):
        for other_id in list(neighbours):
            other = portal.shelf_of(type_id).any(other_id)
            if other is None:
                continue
            for link in portal.links.between(record, other):
                portal.links.remove(record, other, link)
                rival = link.primary and _has_primary(portal, survivor, other.kind)
                if other is not survivor and not rival:
                    portal.links.add(survivor, other, link)
            rollup.refresh(portal, other)


def _has_primary(portal: Portal, record: Record, end: ObjectType) -> bool:
    return any(
        portal.link_types[type_id].primary
        for types in portal.links.of(record, end).values()
        for type_id in types
    )


def _retire(portal: Portal, record: Record, survivor: Record) -> None:
    shelf = portal.shelf(record.kind)
    record.archived = True
    shelf.supersede(record, survivor)
    shelf.index.note(record, portal.now())


def _tell(
    portal: Portal, origin: Origin, three: tuple[Record, Record, Record], moved: int
) -> None:
    """Note the merge, and that the merged-away record is gone."""
    primary, other, survivor = three
    for record, happening, flag, extra in (
        (other, "deletion", "DELETED", {}),
        (
            survivor,
            "merge",
            "",
            {
                "primaryObjectId": int(primary.id),
                "mergedObjectIds": [int(other.id)],
                "newObjectId": int(survivor.id),
                "numberOfPropertiesMoved": moved,
            },
        ),
    ):
        portal.journal.write(
            Change(
                object_type_id=record.kind.type_id,
                object_id=record.id,
                happening=happening,
                occurred_at_ms=portal.now_ms(),
                change_source=origin.change_source,
                source_id=origin.source_id,
                change_flag=flag,
                extra=extra,
            )
        )
