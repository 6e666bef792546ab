"""What the app listens to: event types, and which change each of them tells."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.sandbox.crm import object_types
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
_OF_ALL = ("creation", "deletion", "merge", "propertyChange", "restore")
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
EVENT_TYPES = frozenset(
    {f"{name}.{each}" for name in (*CLASSIC_TYPE_IDS, "object") for each in _OF_ALL}
    | {f"{name}.associationChange" for name in (*CLASSIC_TYPE_IDS, "object")}
    - {"product.associationChange"}
    | {"contact.privacyDeletion", "event.completed"}
    | {
        f"conversation.{each}"
        for each in (
            "creation",
            "deletion",
            "newMessage",
            "privacyDeletion",
            "propertyChange",
        )
    }
)
# There are no conversations and no custom events here, so nothing ever fires these.
SILENT = frozenset(
    each for each in EVENT_TYPES if each.startswith(("conversation.", "event."))
)
EVERYTHING_OF_CONTACTS = tuple(
    {"eventType": f"contact.{each}"}
    for each in (*_OF_ALL, "associationChange", "privacyDeletion")
)
# Associations of other pairs, as those with activities, have the generic form only.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
_CLASSIC_ASSOCIATIONS = frozenset(
    f"{start}_TO_{end}".upper()
    for start, ends in {
        "contact": ("company", "deal", "ticket", "contact"),
        "company": ("contact", "deal", "ticket", "company"),
        "deal": ("contact", "company", "line_item", "ticket", "deal"),
        "ticket": ("contact", "company", "deal", "ticket"),
        "line_item": ("deal",),
    }.items()
    for end in ends
)
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
NEVER_SENT = frozenset({"hs_lastmodifieddate", "num_unique_conversion_events"})
# Association types call the objects by these names; custom objects have none, and
# HubSpot tells nothing of their associations.
# https://developers.hubspot.com/docs/guides/crm/understanding-the-crm#object-type-ids
LABELED = {kind.label: kind for kind in object_types.ALL}


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event type that the app listens to.

    Attributes:
        event_type: e.g. "contact.propertyChange" or "object.propertyChange".
        type_id: of the objects it is about.
        property_name: for a propertyChange, "" for any.
        id: as in the app's settings; 0 where nobody manages them.

    """

    event_type: str
    type_id: str
    property_name: str = ""
    id: int = 0

    @property
    def happening(self) -> str:
        """What has to happen: "creation", "propertyChange"..."""
        return self.event_type.partition(".")[2]

    @property
    def is_generic(self) -> bool:
        """Tell whether it is one of object.*."""
        return self.event_type.startswith("object.")

    def id_for(self, change: Change) -> int:
        """Return the `subscriptionId` of an event; a made-up one is always the same."""
        return self.id or zlib.crc32(
            f"{self.event_type}:{change.property_name}".encode()
        )

    def tells_association(self, change: Change) -> bool:
        """Tell whether it is one that HubSpot has events for."""
        name = str(change.extra.get("associationType", ""))
        if not self.is_generic:
            return name in _CLASSIC_ASSOCIATIONS
        start, _, end = name.partition("_TO_")
        return start in LABELED and end in LABELED


class Subscriptions:
    """All subscriptions of the app, found by what happened.

    Attributes:
        type_ids: the kinds of records they are about.

    """

    def __init__(self, listed: Iterable[Subscription]) -> None:
        self._found: dict[tuple[str, str, str], list[Subscription]] = {}
        for each in dict.fromkeys(listed):
            key = (each.type_id, each.happening, each.property_name)
            self._found.setdefault(key, []).append(each)
        self.type_ids = frozenset(type_id for type_id, _, _ in self._found)

    def to(self, change: Change) -> Sequence[Subscription]:
        """Return those that tell of `change`: none, one, or a generic one, too."""
        kind, happening, name = (
            change.object_type_id,
            change.happening,
            change.property_name,
        )
        found = self._found.get((kind, happening, ""), [])
        if happening == "propertyChange":
            if name in NEVER_SENT:
                return ()
            return [*found, *self._found.get((kind, happening, name), ())]
        if happening == "associationChange":
            return [each for each in found if each.tells_association(change)]
        return found


def subscribed(options: SenderOptions) -> Subscriptions:
    """Return the subscriptions that the options amount to.

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
    return Subscriptions(found)


def _subscription(given: Mapping[str, str]) -> Subscription:
    event_type = given.get("eventType", "")
    if event_type not in EVENT_TYPES - SILENT:
        raise ValueError(f"subscriptions: nothing here fires eventType {event_type!r}")
    type_id = CLASSIC_TYPE_IDS.get(event_type.partition(".")[0], "")
    return Subscription(
        event_type,
        type_id or given.get("objectTypeId") or CLASSIC_TYPE_IDS["contact"],
        given.get("propertyName") or "",
        int(given.get("id") or 0),
    )
