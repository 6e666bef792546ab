"""Errors of the token endpoints, which word them in two ways at once.

HubSpot's own code stands where other errors say "error", and OAuth's code beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.sandbox.errors.envelope import ApiError

# Code -> HubSpot's message, OAuth's code, and OAuth's description where one is known.
# The messages of the codes after BAD_CLIENT_ID are known from nowhere: our own words.
# https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
_WORDS: Mapping[str, tuple[str, str, str]] = {
    "BAD_REFRESH_TOKEN": (
        "missing or invalid refresh token",
        "invalid_grant",
        "refresh token is invalid, expired or revoked",
    ),
    "BAD_AUTH_CODE": ("missing or unknown auth code", "invalid_grant", ""),
    "BAD_CLIENT_ID": ("missing or unknown client id", "invalid_client", ""),
    "EXPIRED_AUTH_CODE": ("auth code is expired", "invalid_grant", ""),
    "BAD_CLIENT_SECRET": ("missing or invalid client secret", "invalid_client", ""),
    "BAD_REDIRECT_URI": (
        "redirect uri does not match the one of the authorization",
        "invalid_grant",
        "",
    ),
    "BAD_SCOPES": ("missing or invalid scopes", "invalid_scope", ""),
    "BAD_HUB": ("the account does not exist or is not active", "access_denied", ""),
    "BAD_GRANT_TYPE": (
        "missing or unknown grant type",
        "unsupported_grant_type",
        "",
    ),
}


class BadGrant(ApiError):
    """The token endpoint refuses; `code` says why, e.g. "BAD_REFRESH_TOKEN"."""

    category = ""

    def __init__(self, code: str) -> None:
        message, error, description = _WORDS[code]
        super().__init__(
            message,
            extra={
                "status": code,
                "error": error,
                "error_description": description or message,
            },
        )
        self.code = code
