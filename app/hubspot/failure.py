"""What a failed answer of HubSpot means: its error, in words, with the time to wait.

Every field of HubSpot's answer is optional and may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.errors import (
    Denied,
    HubSpotError,
    Refused,
    ServerBroken,
    Throttled,
)
from app.hubspot.headers import allowance_interval, retry_after

# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
POLICY_WAITS_S = {"TEN_SECONDLY_ROLLING": 10.0, "SECONDLY": 1.0, "DAILY": 600.0}
# https://developers.hubspot.com/docs/api-reference/error-handling
LOCKED_S = 2.0
MIGRATING_S = 600.0

# 4xx that mean what they say even on a page that is not HubSpot's JSON.
FINAL_WITHOUT_JSON = frozenset({404, 405, 410, 413, 414, 415})
LONGEST_MESSAGE = 1_000
TOKEN = re.compile(r"pat-[a-z]{2}\d?-[0-9a-fA-F-]{8,}|Bearer\s+\S+")

CORRELATION = "x-hubspot-correlation-id"

# https://developers.hubspot.com/docs/api-reference/error-handling
ITEM_STATUSES = {
    "OBJECT_NOT_FOUND": 404,
    "CONFLICT": 409,
    "OBJECT_ALREADY_EXISTS": 409,
    "RATE_LIMITS": 429,
    "MISSING_SCOPES": 403,
}


def error(
    status: int, headers: Mapping[str, str], envelope: Mapping[str, Any] | None
) -> HubSpotError:
    """Return the error that an answer stands for.

    Args:
        status: of HTTP; anything but a readable 2xx.
        headers: names in lower case.
        envelope: HubSpot's JSON object, None when the answer was something else.

    """
    body = envelope or {}
    kind = _kind(status, is_hubspots=envelope is not None)
    policy = _policy(body) if status == 429 else ""
    wait = _wait(status, headers, policy)
    said = _said(body)
    return kind(
        f"{_meaning(kind, status, wait)}: {said}"
        if said
        else _meaning(kind, status, wait),
        status=status,
        category=_category(body),
        correlation_id=_text(body, "correlationId") or headers.get(CORRELATION, ""),
        sub_category=_text(body, "subCategory") or policy,
        context=_context(body),
        details=_details(body),
        retry_after=wait,
    )


def error_of_item(
    entry: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HubSpotError:
    """Return the error of one failed item of a batch, as its own.

    `entry` is an element of `errors[]` in a 200, 201 or 207 answer, which has no HTTP
    status; the one a call about this item alone would have got is put in its place. Of
    the answer's headers, the id that HubSpot's support asks for is the item's too.
    """
    status = ITEM_STATUSES.get(_text(entry, "category"), 400)
    told = {CORRELATION: (headers or {}).get(CORRELATION, "")}
    return error(status, told, entry)


def _kind(status: int, *, is_hubspots: bool) -> type[HubSpotError]:
    if status in (423, 429, 477):
        return Throttled
    if status in (401, 403):
        return Denied
    final = is_hubspots or status in FINAL_WITHOUT_JSON
    if 400 <= status < 500 and status != 408 and final:
        return Refused
    return ServerBroken


def _meaning(kind: type[HubSpotError], status: int, wait: float | None) -> str:
    if kind is Throttled:
        why = {423: "the record is locked", 477: "the account is being moved"}
        reason = why.get(status, "too many calls")
        return f"HubSpot asks to come back in {wait:g} s, {reason} ({status})"
    if kind is Denied:
        return f"HubSpot does not accept the access token for this ({status})"
    if kind is Refused:
        return f"HubSpot refused this ({status})"
    if 400 <= status < 600:
        return f"HubSpot is in trouble and may or may not have done this ({status})"
    return f"something that is not HubSpot's API answered ({status})"


def _category(body: Mapping[str, Any]) -> str:
    # OAuth says "BAD_REFRESH_TOKEN" where all others say "error".
    status = _text(body, "status").removeprefix("error")
    return _text(body, "category") or _text(body, "errorType") or status


def _policy(body: Mapping[str, Any]) -> str:
    """Return the limit that was hit, "" when the answer does not name it."""
    named = _text(body, "policyName").upper()
    if named in POLICY_WAITS_S:
        return named
    said = _text(body, "message").upper()
    return next((policy for policy in POLICY_WAITS_S if _hints(policy, said)), "")


def _hints(policy: str, said: str) -> bool:
    # "TEN_SECONDLY_ROLLING" comes first in the table, because it contains "SECONDLY".
    return policy.removesuffix("_ROLLING") in said


def _wait(status: int, headers: Mapping[str, str], policy: str) -> float | None:
    asked = retry_after(headers)
    if status == 423:
        return max(asked or LOCKED_S, LOCKED_S)
    if status == 477:
        return MIGRATING_S if asked is None else asked
    if status != 429 or asked is not None:
        return asked
    if policy in ("SECONDLY", "DAILY"):
        return POLICY_WAITS_S[policy]
    longest = POLICY_WAITS_S["TEN_SECONDLY_ROLLING"]
    interval_s = allowance_interval(headers)
    return min(interval_s, longest) if interval_s else longest


def _said(body: Mapping[str, Any]) -> str:
    """Return HubSpot's own words, short and without anything that is secret."""
    message = _text(body, "message")
    _, is_list, listed = message.partition("values were not valid: ")
    if is_list:
        message = "; ".join(_property_problems(listed)) or message
    details = _details(body)
    more = [_text(_inner(detail), "message") for detail in details]
    more += [_scopes(holder) for holder in (body, *details)]
    for sentence in more:
        if sentence not in message and len(message) < LONGEST_MESSAGE:
            message = f"{message}; {sentence}" if message else sentence
    return TOKEN.sub("(token)", message)[:LONGEST_MESSAGE]


def _inner(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    wrapped = detail.get("error")
    return wrapped if isinstance(wrapped, dict) else detail


def _scopes(detail: Mapping[str, Any]) -> str:
    return ", ".join(_context(detail).get("requiredGranularScopes", ()))


def _property_problems(listed: str) -> Sequence[str]:
    """Return the sentences out of the JSON that HubSpot puts into its message."""
    try:
        problems = orjson.loads(listed)
    except orjson.JSONDecodeError:
        return ()
    if not isinstance(problems, list):
        return ()
    texts = (_text(each, "message") for each in problems if isinstance(each, dict))
    return tuple(dict.fromkeys(text for text in texts if text))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _details(body: Mapping[str, Any]) -> tuple[Mapping[str, object], ...]:
    # Version 1 has its own name for it, and says there at which place of a batch.
    listed = body.get("errors") or body.get("failureMessages")
    listed = listed if isinstance(listed, list) else []
    return tuple(entry for entry in listed if isinstance(entry, dict))


def _context(body: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    context = texts(body.get("context"))
    # Version 1 says in its own way which contact was in the way of another.
    existing = body.get("identityProfile")
    if isinstance(existing, dict) and existing.get("vid"):
        context = {**context, "existingId": (str(existing["vid"]),)}
    return context


def texts(context: Any) -> Mapping[str, tuple[str, ...]]:
    """Return a context as lists of text, whatever HubSpot put into it."""
    if not isinstance(context, dict):
        return {}
    return {
        name: tuple(str(v) for v in (values if isinstance(values, list) else [values]))
        for name, values in context.items()
    }
