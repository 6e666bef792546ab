"""Errors of the webhook settings."""

from __future__ import annotations

from app.sandbox.errors.envelope import ApiError, Invalid


class TooManySubscriptions(ApiError):
    """The app has as many subscriptions as an app may have."""

    category = ""

    def __init__(self, most: int) -> None:
        super().__init__(
            "Couldn't create another subscription. You've reached the maximum "
            f"number allowed per application ({most})."
        )


class AlreadySubscribed(Invalid):
    """There is such a subscription; only `context` is HubSpot's, the words are ours."""

    def __init__(self, subscription_id: str) -> None:
        super().__init__(
            "Couldn't create another subscription. There is one like it already.",
            context={"subscriptionIds": [subscription_id]},
        )


class UnknownSubscriptions(ApiError):
    """A batch names subscriptions that the app does not have (our own words)."""

    category = "OBJECT_NOT_FOUND"

    def __init__(self, ids: list[str]) -> None:
        super().__init__("Some subscriptions do not exist.", context={"ids": ids})
