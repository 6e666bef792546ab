"""What the headers of an answer say about limits; odd values count as absent.

All functions take headers with names in lower case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_WAIT_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many calls HubSpot grants in its window, and how many everybody made."""

    most: int
    used: int
    interval_s: float | None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for, 0 to a day; None without it."""
    # HubSpot does not document it for 429, but proxies and 477 send it.
    seconds = _number(headers, "retry-after")
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT_S)


# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Return what HubSpot counts in its window; None when it does not say."""
    most = _number(headers, "x-hubspot-ratelimit-max")
    left = _number(headers, "x-hubspot-ratelimit-remaining")
    if most is None or left is None or most < 1:
        return None
    return Allowance(int(most), int(most - left), allowance_interval(headers))


def allowance_interval(headers: Mapping[str, str]) -> float | None:
    """Return the length of HubSpot's window in seconds; None when it does not say."""
    span_ms = _number(headers, "x-hubspot-ratelimit-interval-milliseconds")
    return span_ms / 1000 if span_ms and span_ms > 0 else None


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        value = float(headers.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
