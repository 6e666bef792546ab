"""Associating records: directions, labels, and the one primary company."""

from __future__ import annotations

from collections.abc import Iterable

from app.sandbox.crm import digits, rollup
from app.sandbox.crm.association_types import LinkType
from app.sandbox.crm.journal import Change, Origin
from app.sandbox.crm.object_types import COMPANY, CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.errors import (
    AssociatedWithItself,
    InvalidAssociations,
    InvalidIdentifier,
    WrongDirection,
)


def link_type(
    portal: Portal, start: ObjectType, category: str, type_id: object
) -> LinkType:
    """Return the association type with this id.

    Raises:
        InvalidAssociations: there is none.
        WrongDirection: it starts at another kind of record.

    """
    link = _known(portal, category, type_id)
    if link.start is not start:
        raise WrongDirection(start.type_id, link.start.type_id)
    return link


def _known(portal: Portal, category: str, type_id: object) -> LinkType:
    text = str(type_id)
    link = portal.link_types.get(int(text)) if digits.are_all(text) else None
    if link is None or category != link.category:
        raise InvalidAssociations.spec(category, type_id)
    return link


def demand_end(link: LinkType, end: ObjectType) -> None:
    """Refuse a type that points to another kind of record than the request.

    Raises:
        InvalidAssociations: it does.

    """
    if link.end is not end:
        raise InvalidAssociations.spec(link.category, link.id)


def default_type(portal: Portal, start: ObjectType, end: ObjectType) -> LinkType:
    """Return the unlabeled type between two kinds of records.

    Raises:
        InvalidAssociations: HubSpot does not associate them.

    """
    link = portal.link_types.unlabeled(start, end)
    if link is None:
        raise InvalidAssociations.spec("HUBSPOT_DEFINED", f"{start.name}_to_{end.name}")
    return link


def both(
    portal: Portal, one: tuple[ObjectType, str], other: tuple[ObjectType, str]
) -> tuple[Record, Record]:
    """Return the two records that are to be associated.

    Raises:
        InvalidIdentifier: an id is no number.
        AssociatedWithItself: they are the same record.
        InvalidAssociations: one of them does not exist.

    """
    for _, record_id in (one, other):
        if not digits.are_all(record_id):
            raise InvalidIdentifier(record_id)
    if one == other:
        raise AssociatedWithItself(one[1])
    first = portal.shelf(one[0]).live(one[1])
    second = portal.shelf(other[0]).live(other[1])
    if first is None or second is None:
        raise InvalidAssociations.objects(
            *(
                f"{kind.label}={record_id}"
                for (kind, record_id), found in ((one, first), (other, second))
                if found is None
            )
        )
    return first, second


def connect(
    portal: Portal,
    one: Record,
    other: Record,
    links: Iterable[LinkType],
    origin: Origin,
) -> None:
    """Associate two records; a label brings the unlabeled type along."""
    attach(portal, one, other, links, origin)
    rollup.refresh(portal, one)
    rollup.refresh(portal, other)


def attach(
    portal: Portal,
    one: Record,
    other: Record,
    links: Iterable[LinkType],
    origin: Origin,
) -> None:
    """Associate two records, and leave their bookkeeping to the caller."""
    wanted = [default_type(portal, one.kind, other.kind), *links]
    if _is_first_company(portal, one, other):
        between = portal.link_types.between(one.kind, other.kind)
        wanted += [link for link in between if link.primary]
    for link in wanted:
        if link.primary:
            _drop_primary(portal, one, other, origin)
        if portal.links.add(one, other, link):
            _tell(portal, one, other, link, origin, removed=False)


def replace(
    portal: Portal,
    one: Record,
    other: Record,
    links: Iterable[LinkType],
    origin: Origin,
) -> None:
    """Associate two records with these labels and no others."""
    wanted = list(links)
    for link in portal.links.between(one, other):
        if link.label and link not in wanted:
            _take(portal, one, other, link, origin)
    connect(portal, one, other, wanted, origin)


def disconnect(
    portal: Portal,
    one: Record,
    other: Record,
    links: Iterable[LinkType],
    origin: Origin,
) -> None:
    """Take associations away; without its unlabeled type, a pair has none at all."""
    wanted = list(links)
    everything = any(link.label is None for link in wanted)
    for link in portal.links.between(one, other):
        if everything or link in wanted:
            _take(portal, one, other, link, origin)
    rollup.refresh(portal, one)
    rollup.refresh(portal, other)


def forget(portal: Portal, record: Record) -> None:
    """Take every association of an archived record away; nobody is told.

    The record remembers them, for the day it is restored.
    """
    for type_id, neighbours in list(portal.links.by_kind(record).items()):
        for other_id in list(neighbours):
            other = portal.shelf_of(type_id).any(other_id)
            if other is None:
                continue
            for link in portal.links.between(record, other):
                portal.links.remove(record, other, link)
                record.lost_links.append((type_id, other_id, link.id))
            rollup.refresh(portal, other)


def _is_first_company(portal: Portal, one: Record, other: Record) -> bool:
    if not portal.switches.first_company_becomes_primary:
        return False
    contact, company = (one, other) if one.kind is CONTACT else (other, one)
    if contact.kind is not CONTACT or company.kind is not COMPANY:
        return False
    return not portal.links.of(contact, COMPANY)


def _drop_primary(portal: Portal, one: Record, other: Record, origin: Origin) -> None:
    """Only one company can be primary: the others lose the label, not the link."""
    owner, company = (other, one) if one.kind is COMPANY else (one, other)
    for company_id, types in list(portal.links.of(owner, COMPANY).items()):
        rival = portal.shelf(COMPANY).any(company_id)
        if rival is None or rival is company:
            continue
        for link in [portal.link_types[type_id] for type_id in types]:
            if link.primary:
                _take(portal, owner, rival, link, origin)


def _take(
    portal: Portal, one: Record, other: Record, link: LinkType, origin: Origin
) -> None:
    if portal.links.remove(one, other, link):
        _tell(portal, one, other, link, origin, removed=True)


def _tell(
    portal: Portal,
    one: Record,
    other: Record,
    link: LinkType,
    origin: Origin,
    *,
    removed: bool,
) -> None:
    """Note one event per direction; labels other than Primary make none."""
    if link.label and not link.primary:
        return
    at_ms = portal.now_ms()
    for start, end, type_id in ((one, other, link.id), (other, one, link.reverse)):
        if not portal.journal.hears(start.kind.type_id):
            continue
        portal.journal.write(
            Change(
                object_type_id=start.kind.type_id,
                object_id=start.id,
                happening="associationChange",
                occurred_at_ms=at_ms,
                change_source=origin.association_source,
                source_id=origin.source_id,
                association_type_id=type_id,
                extra={
                    "associationType": f"{start.kind.label}_TO_{end.kind.label}",
                    "fromObjectId": int(start.id),
                    "toObjectId": int(end.id),
                    "associationRemoved": removed,
                    "isPrimaryAssociation": link.primary,
                },
            )
        )
