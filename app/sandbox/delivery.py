"""What is in a webhook delivery: HubSpot's events, headers and signatures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import orjson

from app.hubspot import signature
from app.sandbox.crm.association_types import HUBSPOT_DEFINED
from app.sandbox.crm.journal import Change
from app.sandbox.delivery_options import SenderOptions
from app.sandbox.delivery_subscription import LABELED, Subscription, Subscriptions

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


def payloads(
    changes: Sequence[Change],
    subscriptions: Subscriptions,
    options: SenderOptions,
    random: Random,
) -> list[Payload]:
    """Return one event per change and subscription, in the order of the changes."""
    return [
        _payload(change, each, options, random.randrange(1, 2**32))
        for change in changes
        for each in subscriptions.to(change)
    ]


def _payload(
    change: Change, subscription: Subscription, options: SenderOptions, event_id: int
) -> Payload:
    name = change.property_name
    event: dict[str, Any] = {
        "eventId": event_id,
        "subscriptionId": subscription.id_for(change),
        "portalId": int(options.portal_id),
        "appId": int(options.app_id),
        "occurredAt": change.occurred_at_ms,
        "subscriptionType": subscription.event_type,
        "attemptNumber": 0,
    }
    if _has_object_id(change, options):
        event["objectId"] = int(change.object_id)
    if change.happening == "propertyChange":
        event |= {"propertyName": name, "propertyValue": change.property_value}
    if change.change_flag:
        event["changeFlag"] = change.change_flag
    event |= change.extra
    if subscription.is_generic:
        event |= {"objectTypeId": change.object_type_id}
        if change.happening == "propertyChange":
            event["isSensitive"] = False
        if change.happening == "associationChange":
            event |= _typed_ends(change)
            if options.association_by_number:
                del event["associationType"]
                event["associationCategory"] = HUBSPOT_DEFINED
                event["associationTypeId"] = change.association_type_id
    event["changeSource"] = change.change_source
    if change.source_id:
        event["sourceId"] = change.source_id
    return event


def _has_object_id(change: Change, options: SenderOptions) -> bool:
    if change.happening == "merge":
        return options.merge_with_object_id
    if change.happening == "privacyDeletion":
        return options.privacy_deletion_with_object_id
    return change.happening != "associationChange"


def _typed_ends(change: Change) -> Payload:
    """Return the kinds at both ends; changes are told from the side of their object."""
    start, _, end = str(change.extra["associationType"]).partition("_TO_")
    return {
        "fromObjectTypeId": LABELED[start].type_id,
        "toObjectTypeId": LABELED[end].type_id,
    }


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
