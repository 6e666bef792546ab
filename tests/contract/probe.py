"""HubSpot's own documents as a source of requests, aimed so that they get somewhere.

Left alone, a generator fills every id and name with noise, and every answer is a 404.
So in most places what the sandbox knows is put where the noise stood.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.core.result import Ok

from app.sandbox.config import SandboxConfig

CONFIG = SandboxConfig()
# How much noise is left: enough to be refused by, not so much that nothing passes.
NOISE = 0.1

RECORDS: Mapping[str, list[dict[str, str]]] = {
    "contacts": [{"id": f"50{n}", "email": f"p{n}@x.de"} for n in range(1, 5)],
    "companies": [{"id": f"90{n}", "name": f"Company {n}"} for n in range(1, 3)],
    "notes": [{"id": "801", "hs_timestamp": "1795165200000"}],
}
IDS = ["501", "502", "503", "504", "901", "902", "801", "999", "ada", "p1@x.de"]
TYPES = ["contacts", "contacts", "0-1", "companies", "note", "deals", "widgets"]
VALUES: Mapping[str, list[str]] = {
    "email": ["p9@x.de", "P1@x.de", "no address", ""],
    "firstname": ["Ada", "", "Zoë" * 50],
    "lifecyclestage": ["customer", "lead", "Customer", ""],
    "hs_pinned_engagement_id": ["801", "999", ""],
    "hs_timestamp": ["1795165200000", "2026-11-20", "yesterday"],
    "name": ["Acme"],
    "no_such": ["x"],
}

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
    "propertyName": ["email", "firstname", "hat_size", "no_such"],
    "idProperty": ["email", "email", "phone"],
    "groupName": ["contactinformation", "contactinformation", "no_such"],
    "name": ["email", "hat_size", "shoe_size"],
    "type": ["string", "enumeration", "contact_to_company"],
    "fieldType": ["text", "select", "number"],
    "operator": ["EQ", "IN", "BETWEEN", "HAS_PROPERTY", "CONTAINS_TOKEN"],
    "after": ["0", "100", "501"],
    "limit": [1, 10, 100, 200],
    "associationCategory": ["HUBSPOT_DEFINED", "HUBSPOT_DEFINED", "USER_DEFINED"],
    "associationTypeId": [1, 279, 280, 202, 3],
    "appId": [CONFIG.app_id],
    "eventType": ["contact.creation", "contact.propertyChange", "object.creation"],
    "targetUrl": ["https://hooks.example/hubspot", "no url"],
    "maxConcurrentRequests": [5, 6, 10],
    "grant_type": ["client_credentials", "client_credentials", "refresh_token", "none"],
    "client_id": [CONFIG.client_id],
    "client_secret": [CONFIG.client_secret],
    "scope": ["oauth crm.objects.contacts.read"],
    "token": [CONFIG.token, "no-such-token"],
    "token_type_hint": ["access_token", "refresh_token"],
}


def operations(path: Path, skip: frozenset[str]) -> Iterator[Any]:
    """Yield the calls of a document as schemathesis knows them, but for some."""
    schema = schemathesis.openapi.from_dict(json.loads(path.read_text()))
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.label not in skip:
            yield operation


def aim(case: Any, dice: random.Random) -> None:
    """Put what the sandbox knows into a generated request, here and there."""
    for place in (case.path_parameters, case.query):
        for name in place or ():
            if name in KNOWN and dice.random() > NOISE:
                place[name] = str(dice.choice(KNOWN[name]))
    if isinstance(case.body, dict | list):
        case.body = _aimed(case.body, dice)


def _aimed(value: Any, dice: random.Random) -> Any:
    if isinstance(value, list):
        return [_aimed(each, dice) for each in value]
    if not isinstance(value, dict):
        return value
    aimed = {}
    for name, inner in value.items():
        if name in KNOWN and isinstance(inner, str | int) and dice.random() > NOISE:
            aimed[name] = dice.choice(KNOWN[name])
        elif name == "properties" and isinstance(inner, dict) and dice.random() > NOISE:
            picked = dice.sample(sorted(VALUES), k=dice.randint(1, 3))
            aimed[name] = {each: dice.choice(VALUES[each]) for each in picked}
        else:
            aimed[name] = _aimed(inner, dice)
    return aimed
