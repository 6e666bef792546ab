"""Where HubSpot sends webhooks and what it sends, as HubSpot describes it."""

from __future__ import annotations

from dataclasses import dataclass

from app.hubspot.shapes.shape import Flag, Id, Moment, Part, Shape, Text, Whole


@dataclass(frozen=True, slots=True)
class Throttling:
    """How many deliveries HubSpot sends at once."""

    max_concurrent_requests: int = 10


class ThrottlingShape(Shape[Throttling]):
    """How many deliveries HubSpot sends at once."""

    makes = Throttling
    max_concurrent_requests = Whole()


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where the deliveries of an app go.

    Attributes:
        target_url: one for all accounts that installed the app.
        throttling: for each of them.
        created_at: epoch seconds, None when HubSpot did not say.
        updated_at: likewise.

    """

    target_url: str
    throttling: Throttling = Throttling()
    created_at: float | None = None
    updated_at: float | None = None


class WebhookSettingsShape(Shape[WebhookSettings]):
    """Settings, as they are read."""

    makes = WebhookSettings
    target_url = Text(required=True)
    throttling = Part(ThrottlingShape())
    created_at = Moment()
    updated_at = Moment()


class SettingsChangeShape(Shape[WebhookSettings]):
    """Settings, as they are written."""

    makes = WebhookSettings
    target_url = Text(required=True)
    throttling = Part(ThrottlingShape())


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What shall be sent from now on.

    Attributes:
        event_type: "contact.creation", "contact.propertyChange", "object.merge"...
        property_name: only for a change of a property.
        object_type_id: only for "object...", e.g. "0-1" for contacts.
        active: HubSpot sends it; otherwise it is there, but paused.

    """

    event_type: str
    property_name: str | None = None
    object_type_id: str | None = None
    active: bool = False


class NewSubscriptionShape(Shape[NewSubscription]):
    """A subscription to be created."""

    makes = NewSubscription
    event_type = Text(required=True)
    property_name = Text()
    object_type_id = Text()
    active = Flag()


@dataclass(frozen=True, slots=True)
class Subscription:
    """What is sent, as HubSpot holds it; "" for what does not apply.

    Attributes:
        id: digits.
        active: HubSpot sends it.
        created_at: epoch seconds, None when HubSpot did not say.

    """

    id: str
    event_type: str = ""
    property_name: str = ""
    object_type_id: str = ""
    active: bool = False
    created_at: float | None = None
    updated_at: float | None = None


class SubscriptionShape(Shape[Subscription]):
    """A subscription."""

    makes = Subscription
    id = Id(required=True)
    event_type = Text()
    property_name = Text()
    object_type_id = Text()
    active = Flag()
    created_at = Moment()
    updated_at = Moment()


WEBHOOK_SETTINGS = WebhookSettingsShape()
SETTINGS_CHANGE = SettingsChangeShape()
NEW_SUBSCRIPTION = NewSubscriptionShape()
SUBSCRIPTION = SubscriptionShape()
