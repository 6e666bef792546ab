"""Points in time as people type them: "2h" ago, or a date."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import click

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_AGO = re.compile(r"(\d{1,9})\s*([smhdw])")


def past(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Read a point in time, epoch seconds; the callback of an option.

    "90m", "2h", "3d" are so long ago; else it is a date in ISO 8601, in UTC if it does
    not say its zone.
    """
    if value is None:
        return None
    now = time.time()
    at = _read(value.strip(), now)
    if at is None:
        raise click.BadParameter(
            f"{value!r} is no time: say 90m, 2h or 3d for so long ago, or a date like"
            " 2026-11-20 or 2026-11-20T09:30+01:00"
        )
    if not 0 <= at <= now:
        raise click.BadParameter(f"{value!r} is not in the past")
    return at


def _read(text: str, now: float) -> float | None:
    if ago := _AGO.fullmatch(text):
        return now - int(ago[1]) * UNITS[ago[2]]
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def shown(at: float) -> str:
    """Return a point in time as people read it, in UTC."""
    when = datetime.fromtimestamp(at, UTC)
    return when.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
