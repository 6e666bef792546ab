"""The webhooks of the app as its developer manages them: target and subscriptions.

Until somebody manages subscriptions, the sender tells everything of contacts. From the
first subscription on it tells exactly what is subscribed to and active.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from app.sandbox.config import SandboxConfig
from app.sandbox.delivery_options import MOST_CONCURRENT
from app.sandbox.delivery_subscription import SILENT
from app.sandbox.errors import (
    AlreadySubscribed,
    Invalid,
    ResourceNotFound,
    TooManySubscriptions,
)
from app.sandbox.managed_subscription import Managed, Target, Wanted, checked

# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
MOST_SUBSCRIPTIONS = 1_000
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
DEFAULT_CONCURRENCY = 10
FEWEST_CONCURRENT = 6

_FIRST_ID = 7_000_001


class WebhookSettings:
    """Target and subscriptions; the sender, `configure`, learns of changes at once."""

    def __init__(
        self,
        config: SandboxConfig,
        configure: Callable[..., None],
        clock: Callable[[], float],
    ) -> None:
        self._config = config
        self._configure = configure
        self._clock = clock
        self._target: Target | None = None
        self._managed: dict[str, Managed] | None = None
        self._made = 0
        self._told = False
        if config.webhook_target:
            self._target = Target(
                config.webhook_target, DEFAULT_CONCURRENCY, self._now_ms()
            )

    def reset(self) -> None:
        """Undo what was managed; what the control plane told the sender stays."""
        fresh = WebhookSettings(self._config, self._configure, self._clock)
        told, self._told = self._told, False
        self._target, self._managed, self._made = fresh._target, None, 0
        if told:
            self._configure(
                target_url=self._config.webhook_target,
                concurrency=DEFAULT_CONCURRENCY,
                subscriptions=None,
            )

    def adopt(self, options: Mapping[str, Any]) -> None:
        """Learn what the control plane told the sender: the last word counts."""
        if "target_url" in options or "concurrency" in options:
            before = self._target or Target("", DEFAULT_CONCURRENCY, self._now_ms())
            url = str(options.get("target_url", before.url))
            concurrency = int(options.get("concurrency", before.concurrency))
            changed = replace(before, url=url, concurrency=concurrency)
            self._target = changed if url else None
        if "subscriptions" in options:
            self._managed = None

    def target(self) -> Target:
        """Return where deliveries go.

        Raises:
            ResourceNotFound: nowhere.

        """
        if self._target is None:
            raise ResourceNotFound
        return self._target

    def aim(self, url: str, concurrency: int) -> Target:
        """Deliver to `url`, so many requests at a time.

        Raises:
            Invalid: the URL cannot be called, or the number is too small.

        """
        if concurrency < FEWEST_CONCURRENT:
            raise Invalid(
                f"maxConcurrentRequests must be greater than 5, and it is {concurrency}"
            )
        try:
            self._tell(target_url=url, concurrency=min(concurrency, MOST_CONCURRENT))
        except ValueError as error:
            raise Invalid(f"targetUrl is invalid: {error}") from error
        now = self._now_ms()
        if self._target is None:
            self._target = Target(url, concurrency, now)
        else:
            created = self._target.created_at_ms
            self._target = Target(url, concurrency, created, now)
        return self._target

    def disarm(self) -> None:
        """Deliver nowhere any more; the subscriptions stay, paused."""
        self._target = None
        self._tell(target_url="")
        if self._managed is not None:
            self.activate((each.id, False) for each in list(self._managed.values()))

    def listed(self) -> Sequence[Managed]:
        """Return all subscriptions, in the order they were made."""
        return list((self._managed or {}).values())

    def one(self, subscription_id: str) -> Managed:
        """Return one subscription.

        Raises:
            ResourceNotFound: there is none with this id.

        """
        found = (self._managed or {}).get(subscription_id)
        if found is None:
            raise ResourceNotFound
        return found

    def subscribe(self, wanted: Wanted, *, active: bool) -> Managed:
        """Make a subscription.

        Raises:
            Invalid: HubSpot has no such event, or too little is said.
            AlreadySubscribed: there is one like it.
            TooManySubscriptions: the app has as many as it may have.

        """
        wanted = checked(wanted)
        managed = self._managed or {}
        for each in managed.values():
            if each.wanted == wanted:
                raise AlreadySubscribed(each.id)
        if len(managed) >= MOST_SUBSCRIPTIONS:
            raise TooManySubscriptions(MOST_SUBSCRIPTIONS)
        made = Managed(str(_FIRST_ID + self._made), wanted, active, self._now_ms())
        self._made += 1
        self._manage({**managed, made.id: made})
        return made

    def activate(self, states: Iterable[tuple[str, bool]]) -> list[str]:
        """Pause subscriptions or let them go on; return the ids that do not exist."""
        managed, unknown = dict(self._managed or {}), []
        for subscription_id, active in states:
            if subscription_id not in managed:
                unknown.append(subscription_id)
                continue
            managed[subscription_id] = replace(
                managed[subscription_id], active=active, updated_at_ms=self._now_ms()
            )
        if managed:
            self._manage(managed)
        return unknown

    def unsubscribe(self, subscription_id: str) -> None:
        """Take a subscription away.

        Raises:
            ResourceNotFound: there is none with this id.

        """
        gone = self.one(subscription_id)
        self._manage({i: m for i, m in (self._managed or {}).items() if i != gone.id})

    def state(self) -> dict[str, Any]:
        """Return the subscriptions as JSON; where deliveries go is not part of it."""
        managed = None
        if self._managed is not None:
            managed = [asdict(each) for each in self._managed.values()]
        return {"made": self._made, "managed": managed}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Have the subscriptions that `state` tells of."""
        self._made = state["made"]
        if state["managed"] is None:
            if self._managed is not None:
                self._managed = None
                self._tell(subscriptions=None)
            return
        listed = [
            Managed(**{**raw, "wanted": Wanted(**raw["wanted"])})
            for raw in state["managed"]
        ]
        self._manage({each.id: each for each in listed})

    def _manage(self, managed: dict[str, Managed]) -> None:
        self._managed = managed
        self._tell(
            subscriptions=[
                {
                    "id": each.id,
                    "eventType": each.wanted.event_type,
                    "propertyName": each.wanted.property_name,
                    "objectTypeId": each.wanted.object_type_id,
                }
                for each in managed.values()
                if each.active and each.wanted.event_type not in SILENT
            ]
        )

    def _tell(self, **options: object) -> None:
        self._configure(**options)
        self._told = True

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
