"""What opens the sandbox: tokens, and the codes that buy them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
ACCESS_TOKEN_LIFE_S = 1800
# HubSpot says only that codes are short-lived: this figure is ours.
# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
CODE_LIFE_S = 60
# Every token of an account has it.
# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
BASE_SCOPE = "oauth"
# Everything that a sandbox's app does by OAuth, the same person has allowed.
USER_ID = 777

Use = Literal["private", "access_token", "refresh_token", "client_credentials"]


@dataclass(frozen=True, slots=True)
class Token:
    """A key to the account.

    Attributes:
        value: what callers send.
        use: what kind of token it is.
        scopes: what it allows; None is everything.
        expires_at: epoch seconds, None for never.
        refresh_token: the value of the refresh token that bought it, or "".

    """

    value: str
    use: Use
    scopes: tuple[str, ...] | None
    expires_at: float | None = None
    refresh_token: str = ""

    def allows(self, any_of: Iterable[str]) -> bool:
        """Tell whether it has one of these scopes."""
        return self.scopes is None or not set(any_of).isdisjoint(self.scopes)


@dataclass(frozen=True, slots=True)
class Code:
    """What an account that installs the app gives it, good for one exchange.

    Attributes:
        value: what the app sends back.
        redirect_uri: where the app was told of it; the exchange must repeat it.
        scopes: what the account allows.
        expires_at: epoch seconds.
        challenge: PKCE: what the verifier has to amount to, "" for no PKCE.
        method: PKCE: "plain" or "S256".

    """

    value: str
    redirect_uri: str
    scopes: tuple[str, ...]
    expires_at: float
    challenge: str = ""
    method: str = "plain"

    def is_answered_by(self, verifier: str) -> bool:
        """Tell whether a verifier amounts to the challenge (RFC 7636)."""
        if not self.challenge:
            return True
        if self.method != "S256":
            return verifier == self.challenge
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == self.challenge
