"""What HubSpot tells an app by webhook, and where it sends it.

Only public apps are managed by these calls, with a developer's API key
(`app.hubspot.credential.DeveloperKey`) or with a token of the developer account; those
of private apps are ticked in HubSpot's settings, those of projects stand in a file.
https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.hubspot import batch
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.shapes.webhook import (
    NEW_SUBSCRIPTION,
    SETTINGS_CHANGE,
    SUBSCRIPTION,
    WEBHOOK_SETTINGS,
    NewSubscription,
    Subscription,
    Throttling,
    WebhookSettings,
)

MOST = 100


class Webhooks:
    """The settings and subscriptions of one app; they take effect within minutes."""

    def __init__(self, sender: Sender, app_id: str) -> None:
        self._sender = sender
        path = sender.version.webhooks(app_id)
        self._settings_path = f"{path}/settings"
        self._path = f"{path}/subscriptions"
        self._subscription_path = f"{self._path}/{{id}}"

    def settings(self) -> WebhookSettings:
        """Return where the deliveries go.

        Raises:
            HubSpotError: Refused with status 404 when nothing was ever set.

        """
        return WEBHOOK_SETTINGS.one(self._send("GET", self._settings_path))

    def update_settings(
        self, target_url: str, *, max_concurrent_requests: int = 10
    ) -> WebhookSettings:
        """Say where the deliveries go, and how many at once (more than five).

        Raises:
            HubSpotError: Refused when HubSpot dislikes the address or the number.

        """
        wanted = WebhookSettings(target_url, Throttling(max_concurrent_requests))
        body = SETTINGS_CHANGE.write(wanted)
        return WEBHOOK_SETTINGS.one(self._send("PUT", self._settings_path, body))

    def delete_settings(self) -> None:
        """Have nothing delivered any more; the subscriptions stay, but paused.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._send("DELETE", self._settings_path)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return all subscriptions.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        return tuple(SUBSCRIPTION.each(self._send("GET", self._path)))

    def read(self, subscription_id: str) -> Subscription:
        """Return one subscription.

        Raises:
            HubSpotError: Refused with status 404 when there is no such one.

        """
        reply = self._send("GET", self._subscription_path, key=subscription_id)
        return SUBSCRIPTION.one(reply)

    def create(self, new: NewSubscription) -> Subscription:
        """Subscribe to something; an app has 1,000 subscriptions at most.

        Raises:
            HubSpotError: Refused when there is the same one already; its id is in the
                error's `context["subscriptionIds"]`.

        """
        body = NEW_SUBSCRIPTION.write(new)
        return SUBSCRIPTION.one(self._send("POST", self._path, body, repeatable=False))

    def update(self, subscription_id: str, *, active: bool) -> Subscription:
        """Pause a subscription, or go on with it.

        Raises:
            HubSpotError: Refused with status 404 when there is no such one.

        """
        path, body = self._subscription_path, {"active": active}
        reply = self._send("PATCH", path, body, key=subscription_id)
        return SUBSCRIPTION.one(reply)

    def archive(self, subscription_id: str) -> None:
        """Delete a subscription.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._send("DELETE", self._subscription_path, key=subscription_id)

    def batch_update(
        self, active: Mapping[str, bool]
    ) -> BatchResult[str, Subscription]:
        """Pause many subscriptions or go on with them: {id: active}.

        Every id has its result or its error; nothing is raised.
        """
        items = [
            Item(key, {"id": int(key) if key.isdecimal() else key, "active": is_active})
            for key, is_active in active.items()
        ]

        def attempt(part: Sequence[Item[str]]) -> Answer[str, Subscription]:
            inputs = {"inputs": [item.body for item in part]}
            reply = self._send("POST", f"{self._path}/batch/update", inputs)
            answer = batch.sort_out(
                reply,
                [item.key for item in part],
                names_of_result=lambda entry: [str(entry.get("id"))],
                names_of_error=_ids,
                read=SUBSCRIPTION.read,
            )
            return batch.left_out(answer)

        return batch.carry_out(items, MOST, attempt, batch.blame_nobody)

    def _send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        key: str = "",
        repeatable: bool = True,
    ) -> Reply:
        request = Request(
            method,
            path,
            body,
            repeatable=repeatable,
            values={"id": key},
        )
        return self._sender.send(request)


def _ids(entry: Mapping[str, Any]) -> list[str]:
    found = [entry["id"]] if entry.get("id") else []
    named = ("id", "ids", "subscriptionId", "subscriptionIds")
    return [*map(str, found), *(i for n in named for i in batch.context(entry, n))]
