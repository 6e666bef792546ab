"""What is in a webhook delivery: HubSpot's events, headers and signatures."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from app.hubspot import signature
from app.sandbox.crm.journal import Change
from app.sandbox.delivery_options import SenderOptions

# The objects that have event types of their own, besides the generic object.* ones.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
CLASSIC_TYPE_IDS = {
    "contact": "0-1",
    "company": "0-2",
    "deal": "0-3",
    "ticket": "0-5",
    "product": "0-7",
    "line_item": "0-8",
}
# https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids
TYPE_IDS = CLASSIC_TYPE_IDS | {
    "communication": "0-18",
    "task": "0-27",
    "note": "0-46",
    "meeting": "0-47",
    "call": "0-48",
    "email": "0-49",
}
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
HAPPENINGS = (
    "creation",
    "propertyChange",
    "deletion",
    "privacyDeletion",
    "restore",
    "merge",
    "associationChange",
)
EVERYTHING_OF_CONTACTS = tuple({"eventType": f"contact.{each}"} for each in HAPPENINGS)
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
NEVER_SENT = frozenset({"hs_lastmodifieddate", "num_unique_conversion_events"})

# As captured from a delivery of January 2026; it says 10 s although 5 are allowed.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
HEADERS = {
    "Accept": "*/*",
    "Content-Type": "application/json",
    "User-Agent": (
        "HubSpot Connect 2.0 (http://dev.hubspot.com/) "
        "(namespace: webhooks-nio-http-client) - WebhooksExecutorDaemon-executor"
    ),
    "X-HubSpot-Timeout-Millis": "10000",
}

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event type that the app listens to.

    Attributes:
        event_type: e.g. "contact.propertyChange" or "object.propertyChange".
        type_id: of the objects it is about.
        property_name: for a propertyChange, "" for any.

    """

    event_type: str
    type_id: str
    property_name: str = ""

    @property
    def happening(self) -> str:
        """What has to happen: "creation", "propertyChange"..."""
        return self.event_type.partition(".")[2]

    @property
    def is_generic(self) -> bool:
        """Tell whether it is one of object.*."""
        return self.event_type.startswith("object.")

    def wants(self, change: Change) -> bool:
        """Tell whether HubSpot would send this change to its owner."""
        if (change.object_type_id, change.happening) != (self.type_id, self.happening):
            return False
        if change.happening == "propertyChange":
            name = change.property_name
            return name not in NEVER_SENT and self.property_name in ("", name)
        if change.happening == "associationChange" and not self.is_generic:
            ends = str(change.extra.get("associationType", "")).lower().split("_to_")
            return all(end in CLASSIC_TYPE_IDS for end in ends)
        return True


def subscribed(options: SenderOptions) -> tuple[Subscription, ...]:
    """Return the subscriptions that the options amount to, each once.

    Raises:
        ValueError: one of them is for an event type that HubSpot has not.

    """
    wanted = options.subscriptions
    found = [
        _subscription(each)
        for each in (EVERYTHING_OF_CONTACTS if wanted is None else wanted)
    ]
    if options.generic:
        found += [
            Subscription(f"object.{each.happening}", each.type_id, each.property_name)
            for each in found
            if each.happening != "privacyDeletion"  # it has no generic form
        ]
    return tuple(dict.fromkeys(found))


def _subscription(given: Mapping[str, str]) -> Subscription:
    event_type = given.get("eventType", "")
    name, _, happening = event_type.partition(".")
    type_id = CLASSIC_TYPE_IDS.get(name, "")
    if name == "object":
        type_id = given.get("objectTypeId") or CLASSIC_TYPE_IDS["contact"]
    if not type_id or happening not in HAPPENINGS:
        raise ValueError(f"subscriptions: HubSpot has no eventType {event_type!r}")
    return Subscription(event_type, type_id, given.get("propertyName") or "")


def payloads(
    changes: Sequence[Change],
    subscriptions: Sequence[Subscription],
    options: SenderOptions,
    random: Random,
) -> list[Payload]:
    """Return one event per change and subscription, in the order of the changes."""
    return [
        _payload(change, each, options, random.randrange(1, 2**32))
        for change in changes
        for each in subscriptions
        if each.wants(change)
    ]


def _payload(
    change: Change, subscription: Subscription, options: SenderOptions, event_id: int
) -> Payload:
    name = change.property_name
    event: dict[str, Any] = {
        "eventId": event_id,
        "subscriptionId": zlib.crc32(f"{subscription.event_type}:{name}".encode()),
        "portalId": int(options.portal_id),
        "appId": int(options.app_id),
        "occurredAt": change.occurred_at_ms,
        "subscriptionType": subscription.event_type,
        "attemptNumber": 0,
    }
    if _has_object_id(change, options):
        event["objectId"] = int(change.object_id)
    if subscription.is_generic:
        event |= _generic_fields(change)
    if change.happening == "propertyChange":
        event |= {"propertyName": name, "propertyValue": change.property_value}
    if change.change_flag:
        event["changeFlag"] = change.change_flag
    event |= change.extra
    event["changeSource"] = change.change_source
    if change.source_id:
        event["sourceId"] = change.source_id
    return event


def _has_object_id(change: Change, options: SenderOptions) -> bool:
    if change.happening == "merge":
        return options.merge_with_object_id
    return change.happening != "associationChange"


def _generic_fields(change: Change) -> Payload:
    type_id = change.object_type_id
    if change.happening == "propertyChange":
        return {"objectTypeId": type_id, "isSensitive": False}
    if change.happening != "associationChange":
        return {"objectTypeId": type_id}
    # One change per direction, told from the side of its own object.
    far_end = str(change.extra.get("associationType", "")).lower().rpartition("_to_")[2]
    ends = {"objectTypeId": type_id, "fromObjectTypeId": type_id}
    if far_end in TYPE_IDS:
        ends["toObjectTypeId"] = TYPE_IDS[far_end]
    return ends


def body_of(events: Sequence[Payload], attempt: int) -> bytes:
    """Return the body of one attempt, counted from 0: a compact JSON array."""
    return orjson.dumps([{**event, "attemptNumber": attempt} for event in events])


def headers_of(body: bytes, uri: str, secret: str, now: float) -> dict[str, str]:
    """Return the headers of one attempt at `now` (epoch seconds), v1 and v3 signed."""
    timestamp = str(int(now * 1000))
    return {
        **HEADERS,
        signature.TIMESTAMP: timestamp,
        signature.SIGNATURE: signature.sign_v1(secret, body),
        signature.SIGNATURE_VERSION: "v1",
        signature.SIGNATURE_V3: signature.sign_v3(secret, "POST", uri, body, timestamp),
    }
