"""What proves to HubSpot who is calling; never in a log, an error or a repr."""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable

from requests import PreparedRequest
from requests.auth import AuthBase

from app.errors import Denied

SECRET = b"(secret)"
# HubSpot's are much longer; one that is a single letter would be found everywhere.
SHORTEST = 8


class Credential(AuthBase):
    """Puts nothing on a request; being asked, keeps a .netrc from doing so."""

    secrets: tuple[str, ...] = ()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Leave the request as it is."""
        return request

    def hide(self, raw: bytes) -> bytes:
        """Return an answer without the secrets, should it repeat them."""
        for secret in (each for each in self.secrets if len(each) >= SHORTEST):
            raw = raw.replace(secret.encode(), SECRET)
        return raw

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class Bearer(Credential):
    """An access token: of a private app, a service key, or by OAuth.

    Raises:
        Denied: this cannot be a token (empty, or with blanks, as copied from a mail).

    """

    def __init__(self, token: str) -> None:
        self.secrets = (_checked(token),)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self.secrets[0]}"
        return request


class DeveloperKey(Credential):
    """The API key of a developer account, which manages apps and nothing else.

    Raises:
        Denied: this cannot be a key.

    """

    def __init__(self, key: str) -> None:
        self.secrets = (_checked(key),)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the query parameter, which is where HubSpot wants it."""
        request.prepare_url(request.url, {"hapikey": self.secrets[0]})
        return request


@runtime_checkable
class Renewable(Protocol):
    """A source of access tokens that can be told of one that is no good any more."""

    def __call__(self) -> str:
        """Return the token to use now."""

    def expired(self, token: str) -> None:
        """Never return this token again."""


def _checked(secret: str) -> str:
    if not re.fullmatch(r"[!-~]+", secret):
        raise Denied("there is no access token, or it holds blanks or odd letters")
    return secret
