"""HubSpot's own documents as a source of requests, aimed so that they get somewhere.

Left alone, a generator fills every id and name with noise, and every answer is a 404.
So what a sandbox is known to hold is offered beside the noise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import schemathesis

RECORDS: Mapping[str, list[dict[str, str]]] = {
    "contacts": [{"id": f"50{n}", "email": f"p{n}@x.de"} for n in range(1, 5)],
    "companies": [{"id": f"90{n}", "name": f"Company {n}"} for n in range(1, 3)],
    "notes": [{"id": "801", "hs_timestamp": "1795165200000"}],
}
IDS = ["501", "502", "503", "901", "801", "999", "ada", "p1@x.de"]
TYPES = ["contacts", "0-2", "note", "deals", "widgets", "0-9999"]
NAMES = ["email", "firstname", "lifecyclestage", "hs_pinned_engagement_id", "no_such"]
VALUES = ["", "Ulm", "p9@x.de", "customer", "801", ";A", "1795165200000", "2026-11-20"]
EVENTS = ["contact.creation", "contact.propertyChange", "object.creation", "no.such"]
GRANTS = ["authorization_code", "refresh_token", "client_credentials", "none"]

# What stands behind a name, in paths, queries and bodies alike.
KNOWN: Mapping[str, list[Any]] = {
    "id": IDS,
    "objectId": IDS,
    "contactId": IDS,
    "fromObjectId": IDS,
    "toObjectId": IDS,
    "objectIdToMerge": IDS,
    "primaryObjectId": IDS,
    "objectType": TYPES,
    "fromObjectType": TYPES,
    "toObjectType": TYPES,
    "propertyName": NAMES,
    "idProperty": ["email", "phone", "hs_object_id"],
    "groupName": ["contactinformation", "no_such"],
    "name": ["email", "hat_size", "shoe_size"],
    "operator": ["EQ", "IN", "BETWEEN", "HAS_PROPERTY", "CONTAINS_TOKEN"],
    "associationTypeId": [1, 279, 202, 3],
    "appId": [1160452, 1],
    "eventType": EVENTS,
    "grant_type": GRANTS,
}


def operations(path: Path, skip: frozenset[str]) -> Iterator[Any]:
    """Yield the calls of a document as schemathesis knows them, but for some."""
    document = json.loads(path.read_text())
    for shape in document["components"]["schemas"].values():
        _aim(shape)
    for methods in document["paths"].values():
        for call in methods.values():
            for parameter in call.get("parameters", ()):
                _offer(parameter["name"], parameter["schema"])
            for media in call.get("requestBody", {}).get("content", {}).values():
                _aim(media["schema"])
    schema = schemathesis.openapi.from_dict(document)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.label not in skip:
            yield operation


def _aim(shape: dict[str, Any]) -> None:
    for name, inner in shape.get("properties", {}).items():
        _offer(name, inner)
        if name == "properties" and inner.get("type") == "object":
            value = {"anyOf": [{"type": "string"}, {"enum": VALUES}]}
            inner["properties"] = dict.fromkeys(NAMES, value)


def _offer(name: str, inner: dict[str, Any]) -> None:
    """Make one of the known values as likely as noise."""
    if name not in KNOWN or inner.get("type") not in ("string", "integer"):
        return
    noise = dict(inner)
    inner.clear()
    inner["anyOf"] = [{"type": noise["type"], "enum": KNOWN[name]}, noise]
