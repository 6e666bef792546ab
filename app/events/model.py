"""One event of a webhook delivery, as the rest of the service sees it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.events import vocabulary


class Lane(enum.Enum):
    """Which queue a contact waits in: what a person just did goes first."""

    LIVE = "live"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one record.

    Attributes:
        kind: object and happening in HubSpot's words, always the classic form for
            the objects that have one: "contact.creation", "contact.propertyChange".
        portal_id: the customer account, digits.
        object_id: the record to look at, digits; for a merge the surviving record,
            for an association change the contact's side.
        occurred_at: when it happened, epoch seconds.
        key: the same for every copy of this event, whatever its attemptNumber.
        property_name: for a propertyChange, else "".
        property_value: for a propertyChange, else ""; always text.
        change_source: HubSpot's `changeSource`, e.g. "CRM_UI", "" when absent.
        source_id: HubSpot's `sourceId`, e.g. "userId:7", "" when absent.
        app_id: the app the subscription belongs to, "" when absent.
        raw: the event as HubSpot sent it, unknown fields included.
        accepted_at: when it was stored, epoch seconds on the store's clock; 0.0 before.
        delivery: the request it came with, as `hubkeeper deliveries` lists them.

    """

    kind: str
    portal_id: str
    object_id: str
    occurred_at: float
    key: str
    property_name: str = ""
    property_value: str = ""
    change_source: str = ""
    source_id: str = ""
    app_id: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    accepted_at: float = field(default=0.0, compare=False)
    delivery: str = field(default="", compare=False)

    @property
    def object_name(self) -> str:
        """The object the event is about: "contact", "company", "2-1234567"."""
        return self.kind.partition(".")[0]

    @property
    def happening(self) -> str:
        """What happened: "creation", "propertyChange", "deletion"..."""
        return self.kind.partition(".")[2]

    @property
    def tells_of_creation(self) -> bool:
        """It was created, or a sweep found it that was made in the sweep's span."""
        return self.happening == "creation" or (
            self.kind == vocabulary.RECONCILE
            and self.raw.get("changeFlag") == vocabulary.CREATED
        )
