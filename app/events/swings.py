"""Finds properties that swing to and fro, and freezes them for a while.

Two rules that contradict each other, or another program that writes back what we
wrote over, would go on for ever: each write is an event, each event a write. What
tells it from honest work is that the same values come back again and again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.events.notes import Notes
from app.events.scripts import Scripts

# So many writes of values that were there before, within the span, are a fight.
MOST_RETURNS = 4
SPAN_S = 3600.0
# A value longer than this is kept as its beginning and a digest.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Push:
    """One write of ours: at what time, from which value to which, and for whom."""

    at: float
    before: str
    after: str
    by: str

    def __str__(self) -> str:
        return f"{self.before!r} -> {self.after!r} ({self.by})"


Pushes = dict[str, list[Push]]


class Swings:
    """Remembers our writes for an hour; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts, now: Callable[[], float] = time.time) -> None:
        self._notes = Notes(scripts, "swings", int(SPAN_S * 1000))
        self._vault = scripts.vault
        self._now = now

    def of(
        self, portal: str, wanted: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Pushes]:
        """Return the writes of the last hour to these properties, by contact."""
        since = self._now() - SPAN_S
        return {
            contact_id: {
                name: _read(self._vault.open(note), since)
                for name, note in by_name.items()
                if name in wanted[contact_id]
            }
            for contact_id, by_name in self._notes.of(portal, list(wanted)).items()
        }

    def push(self, before: str, after: str, by: str) -> Push:
        """Return a write that happens now."""
        return Push(self._now(), _brief(before), _brief(after), by)

    def remember(self, portal: str, pushes: Mapping[str, Pushes]) -> None:
        """Note down all writes of the last hour, the new ones at the end."""
        forms = {
            contact_id: {n: self._vault.seal(_dump(each)) for n, each in names.items()}
            for contact_id, names in pushes.items()
        }
        self._notes.add(portal, forms)


def is_fight(pushes: list[Push], value: str) -> bool:
    """Tell whether writing `value` would be one return too many."""
    returns = 0
    seen: set[str] = set()
    for push in pushes:
        returns += push.after in seen
        seen |= {push.before, push.after}
    return _brief(value) in seen and returns >= MOST_RETURNS


def _brief(value: str) -> str:
    if len(value) <= LONGEST:
        return value
    return value[:LONGEST] + "…" + hashlib.blake2b(value.encode()).hexdigest()[:16]


def _dump(pushes: list[Push]) -> bytes:
    kept = pushes[-3 * MOST_RETURNS :]
    return orjson.dumps([(p.at, p.before, p.after, p.by) for p in kept])


def _read(raw: bytes, since: float) -> list[Push]:
    rows: Any = orjson.loads(raw)
    return [Push(*row) for row in rows if row[0] >= since]
