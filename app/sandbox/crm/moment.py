"""Points in time as HubSpot writes them: ISO-8601 in UTC with milliseconds."""

from __future__ import annotations

import functools
import time
from datetime import UTC, datetime

from app.sandbox.crm import digits

DAY_MS = 86_400_000


# The years 1 to 9999, which is what ISO-8601 can write in four digits.
_FIRST_MS = -62_135_596_800_000
_LAST_MS = 253_402_300_799_999


@functools.lru_cache(maxsize=4096)
def _second(second: int) -> str:
    at = time.gmtime(second)
    return f"{at.tm_year:04}-{time.strftime('%m-%dT%H:%M:%S', at)}"


@functools.lru_cache(maxsize=4096)
def iso(ms: int) -> str:
    """Write epoch milliseconds as "2026-11-20T09:00:00.123Z"."""
    second, fraction = divmod(ms, 1000)
    return f"{_second(second)}.{fraction:03d}Z"


def iso_date(ms: int) -> str:
    """Write the UTC day of epoch milliseconds as "2026-11-20"."""
    return iso(ms)[:10]


def parse_ms(text: str) -> int:
    """Read epoch milliseconds or an ISO-8601 date or time.

    Raises:
        ValueError: it is neither, or lies outside the years that can be written.

    """
    if digits.are_all(text.removeprefix("-")):
        ms = int(text)
    else:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        ms = round(moment.timestamp() * 1000)
    if not _FIRST_MS <= ms <= _LAST_MS:
        raise ValueError(f"{text} is not within the calendar")
    return ms
