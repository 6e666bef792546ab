"""What can still be had back: archived records, for 90 days."""

from __future__ import annotations

from app.sandbox.crm import moment, rollup
from app.sandbox.crm.journal import Change, Origin
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.errors import AlreadyExists, ResourceNotFound

# https://knowledge.hubspot.com/records/restore-deleted-records
KEPT_DAYS = 90


def restore(portal: Portal, record: Record, origin: Origin) -> None:
    """Take an archived record out of the recycle bin, with its associations.

    Raises:
        ResourceNotFound: it is not in there, or was for too long.
        AlreadyExists: another record has one of its unique values by now.

    """
    age_ms = portal.now_ms() - record.archived_at_ms
    if not record.archived or age_ms > KEPT_DAYS * moment.DAY_MS:
        raise ResourceNotFound
    shelf = portal.shelf(record.kind)
    claims = [(name, record.properties.get(name, "")) for name in shelf.schema.unique]
    claims += [("email", email) for email in record.additional_emails]
    for name, value in claims:
        owner = shelf.owner(name, value) if value else None
        if owner is not None:
            raise AlreadyExists(record.kind.label, owner.id)
    for name, value in claims:
        if value:
            shelf.claim(record, name, [value])
    record.archived = False
    record.archived_at_ms = 0
    _link_again(portal, record)
    shelf.index.note(record, portal.now())
    portal.journal.write(
        Change(
            object_type_id=record.kind.type_id,
            object_id=record.id,
            happening="restore",
            occurred_at_ms=portal.now_ms(),
            change_source=origin.change_source,
            source_id=origin.source_id,
        )
    )


def _link_again(portal: Portal, record: Record) -> None:
    """Associate the record with those of its old neighbours that are still there."""
    for type_id, other_id, link_id in record.lost_links:
        if not portal.kinds.knows(type_id):
            continue
        other = portal.shelf_of(type_id).live(other_id)
        link = portal.link_types.get(link_id)
        if other is not None and link is not None:
            portal.links.add(record, other, link)
            rollup.refresh(portal, other)
    record.lost_links.clear()
    rollup.refresh(portal, record)
