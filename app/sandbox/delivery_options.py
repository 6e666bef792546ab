"""Everything the sandbox's webhook sender may be told, also while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
MOST_EVENTS = 100
# Every one of them is a thread here.
MOST_CONCURRENT = 100

# The options come from JSON: what has the wrong type must be said now, not fail later.
_TYPES: Mapping[str, tuple[type, ...]] = {
    "bool": (bool,),
    "float": (int, float),
    "int": (int,),
    "str": (str,),
    "Sequence[float]": (list, tuple),
    "Sequence[Mapping[str, str]] | None": (list, tuple, type(None)),
}
_RANGES: Mapping[str, tuple[float, float]] = {
    "max_events": (1, MOST_EVENTS),
    "linger_s": (0, 60),
    "concurrency": (1, MOST_CONCURRENT),
    "timeout_s": (0.001, 600),
    "duplicate_rate": (0, 1),
    "duplicate_delay_s": (0, 3_600),
    "reorder_window": (0, 1_000_000),
}


@dataclass(frozen=True, slots=True)
class SenderOptions:
    """Where webhooks go, what is in them, and how badly they behave.

    HubSpot tries ten times again over about a day and does not say when; the delays
    here are a day made short, and each is met only within a fifth (jitter).

    Attributes:
        target_url: where deliveries are sent, "" for nowhere: events are dropped.
        client_secret: what they are signed with.
        app_id: digits; the app that owns the subscriptions.
        portal_id: digits; the account where things happen.
        subscriptions: as in HubSpot's settings, {"eventType": ..., "propertyName": ...,
            "objectTypeId": ..., "id": ...}; the property is optional and then any, the
            type is for object.* and else contacts, the id is digits and optional, too.
            None subscribes to all of contact.*.
        generic: send an object.* copy of whatever has a subscription of its own.
        max_events: at most so many events in one delivery.
        linger_s: how long events gather before they are sent.
        concurrency: at most so many requests at a time.
        timeout_s: how long an answer may take.
        retry_delays_s: what passes before each further attempt; its length is their
            number.
        duplicate_rate: share of the deliveries that is sent twice.
        duplicate_delay_s: the copy follows within this time.
        shuffle: mix the order inside deliveries and between them.
        reorder_window: with shuffle, at most so many events are held back to come
            later than younger ones.
        seed: decides event ids, copies, order and jitter.
        merge_with_object_id: give merge events an objectId, the surviving record;
            uncertain at HubSpot.
        privacy_deletion_with_object_id: give privacyDeletion events an objectId;
            uncertain at HubSpot.
        association_by_number: object.associationChange events have associationTypeId
            and associationCategory instead of associationType; uncertain at HubSpot.
        redirect_is_success: take a 3xx for a success; uncertain at HubSpot.

    """

    target_url: str = ""
    client_secret: str = "sandbox-secret"  # noqa: S105 - the sandbox's own, no secret
    app_id: str = "1160452"
    portal_id: str = "20000001"
    subscriptions: Sequence[Mapping[str, str]] | None = None
    generic: bool = False
    max_events: int = MOST_EVENTS
    linger_s: float = 0.02
    concurrency: int = 10
    timeout_s: float = 5.0
    retry_delays_s: Sequence[float] = (0.2, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
    duplicate_rate: float = 0.0
    duplicate_delay_s: float = 0.2
    shuffle: bool = False
    reorder_window: int = 300
    seed: int = 0
    merge_with_object_id: bool = False
    privacy_deletion_with_object_id: bool = True
    association_by_number: bool = False
    redirect_is_success: bool = False

    def __post_init__(self) -> None:
        for each in fields(self):
            if type(getattr(self, each.name)) not in _TYPES[str(each.type)]:
                raise ValueError(f"{each.name} must be of type {each.type}")
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be from {low:g} to {high:g}")
        numbers = _TYPES["float"]
        if not all(type(s) in numbers and s >= 0 for s in self.retry_delays_s):
            raise ValueError("retry_delays_s must be numbers of seconds")
        if not all(isinstance(each, Mapping) for each in self.subscriptions or ()):
            raise ValueError('subscriptions must be objects: {"eventType": ...}')
        if not (self.app_id.isdecimal() and self.portal_id.isdecimal()):
            raise ValueError("app_id and portal_id must be digits")
        if self.target_url and not self.target_url.startswith(("http://", "https://")):
            raise ValueError("target_url must begin with http:// or https://")


def changed(options: SenderOptions, changes: Mapping[str, object]) -> SenderOptions:
    """Return the options with `changes`, as they come from JSON, in place.

    Raises:
        ValueError: there is no such option, or a value makes no sense.

    """
    known = {each.name for each in fields(options)}
    if unknown := sorted(set(changes) - known):
        raise ValueError(
            f"unknown sender options: {', '.join(unknown)}; "
            f"there are {', '.join(sorted(known))}"
        )
    return replace(options, **changes)  # type: ignore[arg-type]
