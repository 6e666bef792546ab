"""Tells whether a request is HubSpot's own, and signs requests the way HubSpot does.

Hashed are the bytes as they came: a body that was parsed and written again, or a URL
without its query, fits no signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from app.errors import NotFromHubSpot, TooOld, Unfit

# https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
SIGNATURE = "X-HubSpot-Signature"
SIGNATURE_VERSION = "X-HubSpot-Signature-Version"
SIGNATURE_V3 = "X-HubSpot-Signature-v3"
TIMESTAMP = "X-HubSpot-Request-Timestamp"
VERSIONS = frozenset({"v1", "v2", "v3"})

# https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
MAX_AGE_MS = 300_000

# The only escapes that HubSpot undoes before it signs a URL; "%20" and others stay.
# https://developers.hubspot.com/docs/apps/legacy-apps/authentication/validating-requests
DECODED_ESCAPES = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}

_ESCAPE = re.compile("|".join(DECODED_ESCAPES), re.IGNORECASE)
_TIMESTAMP = re.compile("[0-9]{1,15}")  # an int() of more digits costs, or fails
_WHAT_TO_CHECK = (
    "check that the client secret is the app's own (not its access token) and that "
    "the public URL configured here is the one HubSpot calls, https and all"
)


class Headers(Protocol):
    """What a web framework calls the headers of a request; a dict will do."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Iterate over (name, value); the case of a name does not matter."""


def canonical_uri(uri: str) -> str:
    """Return the URL as version 3 signs it: twelve escapes undone, once."""
    return _ESCAPE.sub(lambda found: DECODED_ESCAPES[found[0].upper()], uri)


def sign_v1(secret: str | bytes, body: bytes) -> str:
    """Return the signature of a webhook, version 1: 64 hex digits."""
    return hashlib.sha256(_bytes(secret) + body).hexdigest()


def sign_v2(secret: str | bytes, method: str, uri: str, body: bytes) -> str:
    """Return the signature of a workflow's request, version 2: 64 hex digits.

    `uri` is the full URL that is called, query included, as it is written.
    """
    request = _bytes(method.upper()) + _bytes(uri) + body
    return hashlib.sha256(_bytes(secret) + request).hexdigest()


def sign_v3(
    secret: str | bytes, method: str, uri: str, body: bytes, timestamp: str
) -> str:
    """Return the signature of a request, version 3: base64, 44 characters.

    `uri` is the full URL that is called, query included; `timestamp` is the text of
    the timestamp header: epoch milliseconds.
    """
    url = _bytes(canonical_uri(uri))
    request = _bytes(method.upper()) + url + body + _bytes(timestamp)
    return base64.b64encode(hmac.digest(_bytes(secret), request, "sha256")).decode()


def verify(
    *,
    headers: Headers,
    method: str,
    uri: str,
    body: bytes,
    secrets: Sequence[str],
    accepted: frozenset[str] = VERSIONS,
    now: float,
) -> str:
    """Return the version of the signature that proves the request to be HubSpot's.

    Where version 3 is present and accepted it decides alone: nobody gets past a bad
    one by adding an older signature, which holds no time. `uri` is the full public URL
    that HubSpot called, query included; `now` epoch seconds; `secrets` the app's client
    secret, two while it is rotated.

    Raises:
        NotFromHubSpot: there is no signature of an accepted version.
        Unfit: there is one, and it does not fit.
        TooOld: the signature fits; its time is more than five minutes off.
        ValueError: there is no secret to verify with, or an empty one.

    """
    if isinstance(secrets, str) or not secrets or not all(secrets):
        raise ValueError("verifying takes a list of client secrets, none of them empty")
    given = {name.lower(): value for name, value in headers.items()}
    version, signature = _given(given, accepted)
    timestamp = _timestamp(given) if version == "v3" else ""
    fitting = (_sign(version, each, method, uri, body, timestamp) for each in secrets)
    if not any(hmac.compare_digest(_bytes(signature), _bytes(fit)) for fit in fitting):
        raise Unfit(f"the {version} signature does not match; {_WHAT_TO_CHECK}")
    if timestamp:
        _check_age(timestamp, now)
    return version


def _sign(
    version: str, secret: str, method: str, uri: str, body: bytes, timestamp: str
) -> str:
    if version == "v1":
        return sign_v1(secret, body)
    if version == "v2":
        return sign_v2(secret, method, uri, body)
    return sign_v3(secret, method, uri, body, timestamp)


def _given(given: dict[str, str], accepted: frozenset[str]) -> tuple[str, str]:
    """Return the version that decides, and its signature."""
    signature = given.get(SIGNATURE_V3.lower())
    if signature is not None and "v3" in accepted:
        return "v3", signature
    signature_of_old = given.get(SIGNATURE.lower())
    if signature_of_old is not None:
        version = given.get(SIGNATURE_VERSION.lower(), "v1")
        if version in {"v1", "v2"} & accepted:
            return version, signature_of_old
    elif signature is None:
        raise NotFromHubSpot(
            f"the request bears no signature ({SIGNATURE_V3} or {SIGNATURE}); "
            "if HubSpot sent it, a proxy on the way drops these headers"
        )
    raise NotFromHubSpot(
        "the request bears no signature of an accepted version "
        f"({', '.join(sorted(accepted))}); accept its version if HubSpot sent it"
    )


def is_timestamp(text: str) -> bool:
    """Tell whether a header holds epoch milliseconds, as HubSpot writes them."""
    return _TIMESTAMP.fullmatch(text) is not None


def _timestamp(given: dict[str, str]) -> str:
    timestamp = given.get(TIMESTAMP.lower(), "")
    if not is_timestamp(timestamp):
        raise NotFromHubSpot(
            f"{TIMESTAMP} is not a time in milliseconds; "
            "if HubSpot sent the request, a proxy on the way changes this header"
        )
    return timestamp


def _check_age(timestamp: str, now: float) -> None:
    age_ms = round(now * 1000) - int(timestamp)
    if abs(age_ms) > MAX_AGE_MS:
        side = "before" if age_ms > 0 else "after"
        raise TooOld(
            f"signed {abs(age_ms) / 1000:.1f} s {side} the time of this machine, and "
            "300 s are allowed; check its clock, or somebody replays a request"
        )


def _bytes(text: str | bytes) -> bytes:
    # A header or URL may hold anything, lone surrogates too; it must differ, not fail.
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
