"""The one app of the sandbox, as HubSpot knows it: who may call, and what it hears."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.sandbox.config import SandboxConfig
from app.sandbox.oauth import Tokens
from app.sandbox.oauth_token import Token
from app.sandbox.webhook_settings import WebhookSettings


class DeveloperApp:
    """The app.

    Attributes:
        config: its ids and secrets.
        tokens: who may call the account, and for what.
        webhooks: what it is told, and where.
        consent: what people say whom it asks for access: "grant", "deny", or "ask" to
            have them say it on a page.
        account_is_active: an account that is not gives nobody a token.

    """

    def __init__(
        self,
        config: SandboxConfig,
        configure: Callable[..., None],
        clock: Callable[[], float],
    ) -> None:
        self.config = config
        self.tokens = Tokens(config, clock)
        self.webhooks = WebhookSettings(config, configure, clock)
        self.consent: str = config.consent
        self.account_is_active = True
        self._developer = Token(config.developer_key, "private", None)

    def reset(self) -> None:
        """Be as at the start."""
        self.tokens.reset()
        self.webhooks.reset()
        self.consent = self.config.consent
        self.account_is_active = True

    def developer(self, key: str) -> Token | None:
        """Return what the developer's key stands for, None if it is not that key."""
        return self._developer if key == self.config.developer_key else None

    def state(self) -> dict[str, Any]:
        """Return everything as JSON that the configuration does not say."""
        return {"tokens": self.tokens.state(), "webhooks": self.webhooks.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Be as `state` says."""
        self.tokens.restore(state["tokens"])
        self.webhooks.restore(state["webhooks"])
