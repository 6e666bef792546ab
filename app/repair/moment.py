"""A point in time as people write it: "2h" ago, or a date."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
LATEST = 253_402_300_799.0  # the last second of the year 9999
_AGO = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*([smhdw])")
_EPOCH = re.compile(r"[0-9]{9,11}(\.[0-9]{1,9})?")


def read(text: object, now: float | None = None) -> float:
    """Return the point in time that is meant, epoch seconds.

    Args:
        text: a span, "90m", "2h" or "1.5d" being so long ago; a date in ISO 8601, in
            UTC if it names no zone; or epoch seconds.
        now: what a span counts from; the time of this machine if it is left out.

    Raises:
        ValueError: it is none of these, or no calendar holds it.

    """
    at = _read(text, time.time() if now is None else now)
    if at is None:
        raise ValueError(
            f"{str(text)!r:.40} is no time: say 90m, 2h or 3d for so long ago, or a"
            " date like 2026-11-20 or 2026-11-20T09:30+01:00"
        )
    if not 0 <= at <= LATEST:
        raise ValueError(f"{str(text)!r:.40} is before 1970 or after 9999")
    return at


def _read(text: object, now: float) -> float | None:
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    words = str(text).strip()
    if ago := _AGO.fullmatch(words):
        return now - float(ago[1]) * UNITS[ago[2]]
    if _EPOCH.fullmatch(words):
        return float(words)
    try:
        date = datetime.fromisoformat(words)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def written(at: float) -> str:
    """Return a point in time so that it can be read again, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def shown(at: float) -> str:
    """Return a point in time as people read it, in UTC."""
    when = datetime.fromtimestamp(at, UTC)
    return when.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
