"""The JSON of contacts in version 1, which ends in September 2027."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call
from app.sandbox.crm import validation
from app.sandbox.crm.definitions import Definition
from app.sandbox.crm.object_types import CONTACT
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record


def values(call: Call, item: Mapping[str, Any]) -> dict[str, object]:
    """Read `properties`: a list of pairs of property and value.

    Raises:
        UnreadableJson: they are of another shape.

    """
    found: dict[str, object] = {}
    for pair in call.expect(list, item.get("properties") or [], "properties"):
        call.expect(dict, pair, "properties")
        call.demand(pair, ("property",))
        found[str(pair["property"])] = pair.get("value")
    return found


def profile(portal: Portal, record: Record, names: list[str]) -> Json:
    """Write a contact; `names` picks properties, none means all that are set."""
    active = portal.shelf(CONTACT).schema.active
    picked = names or sorted(record.properties)
    return {
        "vid": int(record.id),
        "canonical-vid": int(record.id),
        "merged-vids": [int(merged) for merged in record.merged_ids],
        "portal-id": int(portal.portal_id),
        "is-contact": True,
        "properties": {
            name: _property(record, active[name])
            for name in picked
            if name in active and name in record.properties
        },
        "form-submissions": [],
        "identity-profiles": [_identities(record)],
        "merge-audits": [],
    }


def _property(record: Record, definition: Definition) -> Json:
    versions = [
        {
            "value": validation.event_form(definition, version.value),
            "source-type": version.source_type,
            "source-id": version.source_id,
            "source-label": None,
            "timestamp": version.at_ms,
            "selected": False,
        }
        for version in reversed(record.history.get(definition.name, []))
    ]
    stored = record.properties[definition.name]
    return {
        "value": validation.event_form(definition, stored),
        "versions": versions,
    }


def _identities(record: Record) -> Json:
    at_ms = record.created_at_ms
    emails = [record.properties.get("email", ""), *record.additional_emails]
    return {
        "vid": int(record.id),
        "saved-at-timestamp": at_ms,
        "deleted-changed-timestamp": 0,
        "identities": [
            {
                "type": "EMAIL",
                "value": email,
                "timestamp": at_ms,
                **({"is-primary": True} if place == 0 else {"is-secondary": True}),
            }
            for place, email in enumerate(emails)
            if email
        ],
    }


def listed(portal: Portal, record: Record, names: list[str]) -> Json:
    """Write a contact as lists have it: a few properties, and when it was added."""
    asked = names or ["firstname", "lastname", "company", CONTACT.modified]
    return {"addedAt": record.created_at_ms, **profile(portal, record, asked)}


def page(contacts: list[Json], more: bool, offset: int) -> Json:
    """Write one page of a list."""
    return {"contacts": contacts, "has-more": more, "vid-offset": offset}
