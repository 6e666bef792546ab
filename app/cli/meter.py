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
    pace = Pace(sweep)
    with click.progressbar(
        length=1,
        label="contacts",
        show_eta=False,  # its own counts what earlier processes have done
        show_pos=True,
        item_show_func=lambda words: words,
    ) as bar:

        def tell(now: Sweep) -> None:
            bar.length = max(now.total, now.found, 1)
            bar.current_item = told(now, pace)
            bar.update(now.found - bar.pos, bar.current_item)
            bar.render_progress()

        tell(sweep)
        yield tell


class Pace:
    """How fast this process is, and how long it will take."""

    def __init__(self, sweep: Sweep, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._from = sweep.found

    def words(self, sweep: Sweep) -> str:
        """Return "730/s, 2 min to go", or "" while nobody knows."""
        elapsed_s = self._now() - self._began
        per_s = (sweep.found - self._from) / elapsed_s if elapsed_s else 0.0
        left = sweep.total - sweep.found
        if per_s <= 0 or left <= 0:
            return ""
        return f"{per_s:,.0f}/s, {span(left / per_s)} to go"


class Lines:
    """Says how far it is every few seconds, and at once when it begins to wait."""

    def __init__(self, sweep: Sweep, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pace = Pace(sweep, now)
        self._said_at = now()
        self._waits_for = ""

    def __call__(self, sweep: Sweep) -> None:
        """Say a line if it is time for one."""
        begins_to_wait = sweep.waits_for not in ("", self._waits_for)
        if not begins_to_wait and self._now() - self._said_at < LINE_EVERY_S:
            return
        words = told(sweep, self._pace)
        click.echo(f"{so_far(sweep)}; {words}" if words else so_far(sweep))
        self._said_at, self._waits_for = self._now(), sweep.waits_for


def told(sweep: Sweep, pace: Pace) -> str:
    """Return what holds the sweep up, or how fast it is."""
    return f"waiting: {sweep.waits_for}" if sweep.waits_for else pace.words(sweep)


def so_far(sweep: Sweep) -> str:
    """Return how many contacts were put in, and of how many."""
    if sweep.found > sweep.total or not sweep.total:
        return f"{sweep.found:,} contacts"  # search was behind when it counted them
    share = sweep.found / sweep.total
    return f"{sweep.found:,} of {sweep.total:,} contacts ({share:.0%})"


def span(seconds: float) -> str:
    """Return a length of time in words."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5_400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
