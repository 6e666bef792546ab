"""Bookkeeping that follows from associations: counts, last activity, primary company.

HubSpot calculates these; no event tells of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.sandbox.crm import moment
from app.sandbox.crm.association_pairs import PARENT_AND_CHILD
from app.sandbox.crm.links import Neighbours
from app.sandbox.crm.object_types import ACTIVITIES, COMPANY, CONTACT
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record

_ACTIVITY_IDS = frozenset(kind.type_id for kind in ACTIVITIES)


def refresh(portal: Portal, record: Record) -> None:
    """Bring the bookkeeping of `record` in step with its associations."""
    if record.archived or record.kind in ACTIVITIES:
        return
    by_kind = portal.links.by_kind(record)
    companies = by_kind.get(COMPANY.type_id, {})
    values = _activity(portal, by_kind)
    if record.kind is CONTACT:
        values["associatedcompanyid"] = _primary_company(portal, companies)
    if record.kind is COMPANY:
        count = len(by_kind.get(CONTACT.type_id, ()))
        values["num_associated_contacts"] = str(count) if count else ""
        values["hs_parent_company_id"] = _parent_company(companies)
    _keep(portal, record, values)


def _activity(portal: Portal, by_kind: Mapping[str, Neighbours]) -> dict[str, str]:
    count, latest = 0, ""
    for type_id, neighbours in by_kind.items():
        if type_id not in _ACTIVITY_IDS:
            continue
        shelf = portal.shelf_of(type_id)
        for activity_id in neighbours:
            activity = shelf.live(activity_id)
            if activity is not None:
                count += 1
                latest = max(latest, activity.properties.get("hs_timestamp", ""))
    return {"num_notes": str(count) if count else "", "notes_last_updated": latest}


def _primary_company(portal: Portal, companies: Neighbours) -> str:
    for company_id, types in companies.items():
        if any(portal.link_types[type_id].primary for type_id in types):
            return company_id
    return ""


def _parent_company(companies: Neighbours) -> str:
    _, to_parent = PARENT_AND_CHILD
    for company_id, types in companies.items():
        if to_parent in types:
            return company_id
    return ""


def _keep(portal: Portal, record: Record, values: dict[str, str]) -> None:
    old = record.properties
    changed = {n: v for n, v in values.items() if old.get(n, "") != v}
    if not changed:
        return
    now_ms = portal.now_ms()
    properties = {**old, **changed, record.kind.modified: moment.iso(now_ms)}
    for name, value in changed.items():
        if not value:
            del properties[name]
    record.properties = properties
    record.updated_at_ms = now_ms
    portal.shelf(record.kind).index.note(record, now_ms / 1000)
