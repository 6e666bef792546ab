"""Carrying out what a draft says: the only place where records change by request."""

from __future__ import annotations

from app.sandbox.crm import association, contact, moment, rollup, validation
from app.sandbox.crm.draft import MANY_VALUED, PRIMARY_COMPANY, Draft
from app.sandbox.crm.journal import Change, Origin
from app.sandbox.crm.object_types import ACTIVITIES, COMPANY, CONTACT
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record, Version
from app.sandbox.crm.shelf import Shelf


def create(portal: Portal, draft: Draft, origin: Origin) -> Record:
    """Create the record of an admitted draft, with its associations."""
    kind, now_ms = draft.kind, portal.now_ms()
    record = Record(kind, draft.new_id or portal.new_id(kind), now_ms, now_ms)
    now = moment.iso(now_ms)
    record.properties = {
        kind.created: now,
        "hs_object_id": record.id,
        "hs_object_source": origin.change_source,
        "hs_object_source_label": origin.change_source,
        kind.modified: now,
    }
    if origin.source_id:
        record.properties["hs_object_source_id"] = origin.source_id
    if kind is CONTACT:
        start = contact.starting_values(draft.values, portal.switches)
        record.properties.update(start)
    portal.shelf(kind).put(record)
    _tell(portal, record, origin, "creation", now_ms, flag="CREATED")
    company = draft.values.pop(PRIMARY_COMPANY, "")
    given = {name: value for name, value in draft.values.items() if value}
    _write(portal, record, given, origin)
    for other, links in draft.links:
        association.connect(portal, record, other, links, origin)
    if company:
        _set_primary_company(portal, record, company, origin)
    return record


def update(portal: Portal, draft: Draft, origin: Origin) -> Record:
    """Carry out an admitted draft on its record; equal values change nothing."""
    record = draft.record
    if record is None:
        raise ValueError("this draft is for a new record")
    values = dict(draft.values)
    company = values.pop(PRIMARY_COMPANY, None)
    if record.kind is CONTACT and portal.switches.lifecycle_forward_only:
        contact.forward_only(portal.shelf(CONTACT).schema, record, values)
    if any(record.properties.get(name, "") != value for name, value in values.items()):
        _write(portal, record, values, origin)
    if company is not None:
        _set_primary_company(portal, record, company, origin)
    return record


def archive(portal: Portal, record: Record, origin: Origin) -> None:
    """Move the record to the recycle bin; its unique values are free again."""
    shelf = portal.shelf(record.kind)
    for name in shelf.schema.unique:
        shelf.release(record, name, [record.properties.get(name, "")])
    shelf.release(record, "email", record.additional_emails)
    record.archived = True
    record.archived_at_ms = now_ms = portal.now_ms()
    association.forget(portal, record)
    shelf.index.note(record, portal.now())
    _tell(portal, record, origin, "deletion", now_ms, flag="DELETED")


def _write(
    portal: Portal, record: Record, values: dict[str, str], origin: Origin
) -> None:
    shelf, now_ms = portal.shelf(record.kind), portal.now_ms()
    properties = dict(record.properties)
    heard = portal.journal.hears(record.kind.type_id)
    for name, value in values.items():
        definition = shelf.schema.active[name]
        if value.startswith(";") and definition.multiple:
            value = _appended(properties.get(name, ""), value)
        old = properties.get(name, "")
        if value == old:
            continue
        _claim(shelf, record, name, old, value)
        if value:
            properties[name] = value
        else:
            del properties[name]
        version = Version(value, now_ms, origin.change_source, origin.source_id)
        record.remember(name, version)
        if heard:
            told = validation.event_form(definition, value)
            happening = "propertyChange"
            _tell(portal, record, origin, happening, now_ms, name=name, value=told)
    if record.kind is CONTACT:
        contact.compute(properties, record.id, now_ms)
    properties[record.kind.modified] = moment.iso(now_ms)
    record.properties = properties
    record.updated_at_ms = now_ms
    shelf.index.note(record, now_ms / 1000)
    if record.kind in ACTIVITIES and "hs_timestamp" in values:
        _refresh_neighbours(portal, record)


def _appended(old: str, value: str) -> str:
    """Return a multiple choice with more options chosen: "A;B" and ";C"."""
    chosen = [*old.split(";"), *value.split(";")]
    return ";".join(dict.fromkeys(filter(None, chosen)))


def _claim(shelf: Shelf, record: Record, name: str, old: str, new: str) -> None:
    if name == MANY_VALUED:
        shelf.release(record, "email", record.additional_emails)
        shelf.claim(record, "email", filter(None, new.lower().split(";")))
    elif name in shelf.schema.unique:
        if old and not (name == "email" and old in record.additional_emails):
            shelf.release(record, name, [old])
        if new:
            shelf.claim(record, name, [new])


def _set_primary_company(
    portal: Portal, record: Record, company_id: str, origin: Origin
) -> None:
    """Follow a write of `associatedcompanyid`; "" takes the primary label away."""
    between = portal.link_types.between(CONTACT, COMPANY)
    primary = [link for link in between if link.primary]
    company = portal.shelf(COMPANY).live(
        company_id or record.properties.get(PRIMARY_COMPANY, "")
    )
    if company is None:
        return
    if company_id:
        association.connect(portal, record, company, primary, origin)
    else:
        association.disconnect(portal, record, company, primary, origin)


def _refresh_neighbours(portal: Portal, activity: Record) -> None:
    for type_id, neighbours in portal.links.by_kind(activity).items():
        shelf = portal.shelf_of(type_id)
        for other_id in neighbours:
            other = shelf.live(other_id)
            if other is not None:
                rollup.refresh(portal, other)


def _tell(
    portal: Portal,
    record: Record,
    origin: Origin,
    happening: str,
    at_ms: int,
    *,
    name: str = "",
    value: str = "",
    flag: str = "",
) -> None:
    portal.journal.write(
        Change(
            object_type_id=record.kind.type_id,
            object_id=record.id,
            happening=happening,
            occurred_at_ms=at_ms,
            change_source=origin.change_source,
            source_id=origin.source_id,
            property_name=name,
            property_value=value,
            change_flag=flag,
        )
    )
