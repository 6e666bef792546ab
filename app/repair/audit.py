"""Who did what to dead letters, and when: a bounded list per portal."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from app.events import keys
from app.events.scripts import store_errors, store_time
from app.services import Services

MOST_LINES = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done.

    Attributes:
        who: a user of the machine, or "api" or "dashboard" with the name given there.
        what: "replay", "discard", "edit", "import", "stop", "show values" or, of an
            order, "replay done" and the like.
        which: the letters, or the filter, in words.
        letters: how many were concerned.
        events: likewise.
        note: the reason that was given, or how it went.
        at: epoch seconds on the store's clock.

    """

    who: str
    what: str
    which: str
    letters: int = 0
    events: int = 0
    note: str = ""
    at: float = 0.0

    def __str__(self) -> str:
        when = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="seconds")
        counts = f"{self.letters} letters, {self.events} events"
        note = f"; {self.note}" if self.note else ""
        return f"{when}  {self.who}  {self.what}  {self.which}: {counts}{note}"


class Audit:
    """Writes lines down and shows them; every method may raise StoreDown."""

    def __init__(self, services: Services) -> None:
        self._store = services.store
        self._vault = services.scripts.vault

    def write(self, portal: str, line: Line) -> None:
        """Add a line, with the time of the store."""
        key = keys.of(portal, "audit")
        stamped = dataclasses.replace(line, at=store_time(self._store))
        with store_errors():
            pipe = self._store.pipeline(transaction=False)
            row = orjson.dumps(dataclasses.astuple(stamped))
            pipe.lpush(key, self._vault.seal(row))
            pipe.ltrim(key, 0, MOST_LINES - 1)
            pipe.execute()

    def latest(self, portal: str, most: int = 100) -> list[Line]:
        """Return the newest lines, newest first."""
        with store_errors():
            found: Any = self._store.lrange(keys.of(portal, "audit"), 0, most - 1)
        return [Line(*orjson.loads(self._vault.open(line))) for line in found]
