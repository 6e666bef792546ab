"""The contacts that workers are given, and the events that tell of them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

from app.sandbox.config import SandboxConfig
from app.sandbox.people import people
from app.sandbox.testing import Control

FIRST_ID = 106_651_000_001
# An app for these actions subscribes to the creation and to what they listen to.
SUBSCRIBED = ("email", "firstname", "lastname", "phone", "mobilephone", "country")


def seed(control: Control, count: int, number: int) -> list[dict[str, Any]]:
    """Put contacts into the sandbox; return the events HubSpot would send for them."""
    now_ms = int(time.time() * 1000)
    listed = [
        {**person, "id": str(FIRST_ID + index)}
        for index, person in enumerate(people(count, number))
    ]
    control.seed("contacts", listed)
    event_ids = itertools.count(number * 10_000_000)
    return [
        {**told, "eventId": next(event_ids), "occurredAt": now_ms}
        for person in listed
        for told in _events(person)
    ]


def _events(person: dict[str, str]) -> Iterator[dict[str, Any]]:
    rest = {
        "subscriptionId": 3329277,
        "portalId": int(SandboxConfig().portal_id),
        "appId": int(SandboxConfig().app_id),
        "attemptNumber": 0,
        "objectId": int(person["id"]),
        "changeSource": "CRM_UI",
        "sourceId": "userId:777",
    }
    creation = {"subscriptionType": "contact.creation", "changeFlag": "CREATED"}
    yield {**rest, **creation}
    for name in SUBSCRIBED:
        if value := person.get(name):
            change = {"propertyName": name, "propertyValue": value}
            yield {**rest, "subscriptionType": "contact.propertyChange", **change}
