"""Shows how far a sweep is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from app.events.sweeps import Sweep

LINE_EVERY_S = 5.0

Tell = Callable[[Sweep], None]


@contextmanager
def meter(sweep: Sweep, *, is_terminal: bool) -> Iterator[Tell]:
    """Give what is to be told of every move, and of every wait."""
    if not is_terminal:
        yield Lines(sweep)
        return
    with click.progressbar(
        length=max(sweep.total, sweep.found, 1), label="contacts", show_pos=True
    ) as bar:
        bar.update(sweep.found)
        # What an earlier process did says nothing about how fast this one is.
        bar.start = bar.last_eta = time.time()
        bar.avg = []

        def tell(now: Sweep) -> None:
            bar.length = max(now.total, now.found, 1)
            bar.label = (
                f"contacts, waiting: {now.waits_for}"[:60] * bool(now.waits_for)
                or "contacts"
            )
            bar.update(now.found - bar.pos)

        yield tell


class Lines:
    """Says how far it is every few seconds, and at once when it begins to wait."""

    def __init__(self, sweep: Sweep, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = self._said = now()
        self._from = sweep.found
        self._waits_for = ""

    def __call__(self, sweep: Sweep) -> None:
        """Say a line if it is time for one."""
        if sweep.waits_for and sweep.waits_for != self._waits_for:
            click.echo(f"{so_far(sweep)}; waiting: {sweep.waits_for}")
        elif self._now() - self._said > LINE_EVERY_S and not sweep.waits_for:
            click.echo(f"{so_far(sweep)}{self._pace(sweep)}")
        else:
            return
        self._said, self._waits_for = self._now(), sweep.waits_for

    def _pace(self, sweep: Sweep) -> str:
        per_s = (sweep.found - self._from) / (self._now() - self._began)
        left = sweep.total - sweep.found
        if per_s <= 0 or left <= 0:
            return ""
        return f", {per_s:,.0f}/s, {span(left / per_s)} to go"


def so_far(sweep: Sweep) -> str:
    """Return how many contacts were put in, and of how many."""
    if sweep.total <= 0:
        return f"{sweep.found:,} contacts"
    share = min(1.0, sweep.found / sweep.total)
    return f"{sweep.found:,} of {sweep.total:,} contacts ({share:.0%})"


def span(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
