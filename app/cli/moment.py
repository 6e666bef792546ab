"""A point in time on the command line; see `app.repair.moment` for its forms."""

from __future__ import annotations

import time

import click

from app.repair import moment


class Moment(click.ParamType[float]):
    """Epoch seconds.

    Args:
        past: refuse what is still to come.

    """

    name = "moment"

    def __init__(self, *, past: bool = False) -> None:
        self._past = past

    def convert(
        self,
        value: str | float,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Return the moment in epoch seconds."""
        now = time.time()
        try:
            at = moment.read(value, now)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if self._past and at > now:
            self.fail(f"{value!r} is not in the past", param, ctx)
        return at
