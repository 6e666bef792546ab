"""Bookkeeping that follows from associations: counts, last activity, primary company.

HubSpot calculates these; no event tells of them.
"""

from __future__ import annotations

from app.sandbox.crm import moment
from app.sandbox.crm.association_pairs import PARENT_AND_CHILD
from app.sandbox.crm.object_types import ACTIVITIES, COMPANY, CONTACT
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record


def refresh(portal: Portal, record: Record) -> None:
    """Bring the bookkeeping of `record` in step with its associations."""
    if record.archived or record.kind in ACTIVITIES:
        return
    values = _activity(portal, record)
    if record.kind is CONTACT:
        values["associatedcompanyid"] = _primary_company(portal, record)
    if record.kind is COMPANY:
        count = len(portal.links.of(record, CONTACT))
        values["num_associated_contacts"] = str(count) if count else ""
        values["hs_parent_company_id"] = _parent_company(portal, record)
    _keep(portal, record, values)


def _activity(portal: Portal, record: Record) -> dict[str, str]:
    count, latest = 0, ""
    for type_id, neighbours in portal.links.by_kind(record).items():
        shelf = portal.shelf_of(type_id)
        if shelf.kind not in ACTIVITIES:
            continue
        for activity_id in neighbours:
            activity = shelf.live(activity_id)
            if activity is not None:
                count += 1
                latest = max(latest, activity.properties.get("hs_timestamp", ""))
    return {"num_notes": str(count) if count else "", "notes_last_updated": latest}


def _primary_company(portal: Portal, contact: Record) -> str:
    for company_id, types in portal.links.of(contact, COMPANY).items():
        if any(portal.link_types[type_id].primary for type_id in types):
            return company_id
    return ""


def _parent_company(portal: Portal, company: Record) -> str:
    _, to_parent = PARENT_AND_CHILD
    for company_id, types in portal.links.of(company, COMPANY).items():
        if to_parent in types:
            return company_id
    return ""


def _keep(portal: Portal, record: Record, values: dict[str, str]) -> None:
    old = record.properties
    changed = {n: v for n, v in values.items() if old.get(n, "") != v}
    if not changed:
        return
    now_ms = portal.now_ms()
    merged = {**old, **changed, record.kind.modified: moment.iso(now_ms)}
    record.properties = {name: value for name, value in merged.items() if value}
    record.updated_at_ms = now_ms
    portal.shelf(record.kind).index.note(record, portal.now())
