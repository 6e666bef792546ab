"""A moment on the command line: "2h" ago, or a date and time."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import click

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"([0-9]{1,6})([smhd])")


class Moment(click.ParamType[float]):
    """Epoch seconds, from "90s", "15m", "2h", "3d" ago or an ISO 8601 time (UTC)."""

    name = "moment"

    def convert(
        self,
        value: str | float,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the moment in epoch seconds."""
        if not isinstance(value, str):
            return value
        if span := _SPAN.fullmatch(value.strip()):
            return time.time() - int(span[1]) * SECONDS[span[2]]
        try:
            when = datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail(
                f"{value!r} is no time; write 90s, 15m, 2h, 3d (ago), "
                "or 2026-11-25T14:00:00 (UTC)",
                param,
                ctx,
            )
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def written(at: float) -> str:
    """Return epoch seconds as a moment that can be typed again."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
