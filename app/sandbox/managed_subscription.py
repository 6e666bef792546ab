"""One webhook subscription that the app's developer manages, and where it leads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from app.sandbox.crm import object_types
from app.sandbox.delivery_subscription import EVENT_TYPES, NEVER_SENT
from app.sandbox.errors import Invalid, UnknownTypeId

_TYPE_ID = re.compile(r"\d{1,9}-\d{1,18}")
_BY_KEY = {key: kind for kind in object_types.ALL for key in kind.keys}


@dataclass(frozen=True, slots=True)
class Target:
    """Where deliveries go.

    Attributes:
        url: what is called.
        concurrency: HubSpot's `maxConcurrentRequests`.
        created_at_ms: epoch milliseconds.
        updated_at_ms: epoch milliseconds, 0 for never.

    """

    url: str
    concurrency: int
    created_at_ms: int
    updated_at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a subscription is to.

    Attributes:
        event_type: HubSpot's `eventType`, e.g. "contact.propertyChange".
        property_name: for a propertyChange, else "".
        object_type_id: for object.*, else "".
        event_type_name: for event.completed, else "".

    """

    event_type: str
    property_name: str = ""
    object_type_id: str = ""
    event_type_name: str = ""


@dataclass(frozen=True, slots=True)
class Managed:
    """One subscription of the app.

    Attributes:
        id: digits.
        wanted: what it is to.
        active: False for one that is paused.
        created_at_ms: epoch milliseconds.
        updated_at_ms: epoch milliseconds, 0 for never.

    """

    id: str
    wanted: Wanted
    active: bool
    created_at_ms: int
    updated_at_ms: int = 0


def checked(wanted: Wanted) -> Wanted:
    """Return what is wanted, in HubSpot's terms.

    Raises:
        Invalid: HubSpot has no such event, or too little is said (our own words).
        UnknownTypeId: there are no such objects.

    """
    if wanted.event_type not in EVENT_TYPES:
        raise Invalid(f"{wanted.event_type} is not a valid event type")
    name, _, happening = wanted.event_type.partition(".")
    property_name = wanted.property_name if happening == "propertyChange" else ""
    if happening == "propertyChange" and name != "conversation" and not property_name:
        raise Invalid(f"propertyName is required for {wanted.event_type}")
    if property_name in NEVER_SENT:
        raise Invalid(f"{property_name} cannot be subscribed to")
    type_id = ""
    if name == "object":
        if not wanted.object_type_id:
            raise Invalid(f"objectTypeId is required for {wanted.event_type}")
        known = _BY_KEY.get(wanted.object_type_id.lower())
        type_id = known.type_id if known else wanted.object_type_id
        if not _TYPE_ID.fullmatch(type_id):
            raise UnknownTypeId(type_id)
    return replace(wanted, property_name=property_name, object_type_id=type_id)
