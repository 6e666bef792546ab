"""The books: how many events are in which state, and whether they add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.events import keys
from app.events.scripts import Scripts, store_errors

# Above this many contacts and dead letters the books alone are read.
MOST_COUNTED = 50_000


@dataclass(frozen=True, slots=True)
class Law:
    """The conservation law of one portal, as it stood at one moment.

    accepted = waiting + working + settled + dead + discarded

    Attributes:
        found: (waiting, working, dead) as counted from what is really stored; None
            where there is too much of it to count without holding up the store.
        broken: contacts that stand in a queue without events, or with fewer than
            are in hand.

    """

    accepted: int
    waiting: int
    working: int
    settled: int
    dead: int
    discarded: int
    found: tuple[int, int, int] | None
    broken: int

    @property
    def holds(self) -> bool:
        """Tell whether no event is lost or invented, in the books and in the store."""
        states = (self.waiting, self.working, self.settled, self.dead, self.discarded)
        return (
            self.accepted == sum(states)
            and self.found in (None, (self.waiting, self.working, self.dead))
            and self.broken == 0
            and min(states) >= 0
        )

    def __str__(self) -> str:
        verdict = "holds" if self.holds else f"BROKEN, {self.broken} contacts odd"
        if self.found is None:
            verdict += " by the books; too much to count it all"
        elif not self.holds:
            verdict += ", found waiting {}, working {}, dead {}".format(*self.found)
        return (
            f"accepted {self.accepted}"
            f" = waiting {self.waiting} + working {self.working}"
            f" + settled {self.settled} + dead {self.dead}"
            f" + discarded {self.discarded}: {verdict}"
        )


class Books:
    """Reads the counters of a portal; may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def counts(self, portal: str) -> dict[str, int]:
        """Return every counter by name, e.g. {"accepted": 7, "echoes": 2}."""
        return self._numbers(keys.of(portal, "counts"))

    def calls(self, portal: str) -> dict[str, int]:
        """Return API calls by route template, and inputs by "<route> inputs"."""
        return self._numbers(keys.of(portal, "calls"))

    def calls_made(self, portal: str) -> int:
        """Return how many API calls were made for the portal so far."""
        made = self.calls(portal).items()
        return sum(count for name, count in made if not name.endswith(" inputs"))

    def record_call(self, portal: str, route: str, inputs: int) -> None:
        """Count one API call and the records it was about."""
        with store_errors():
            pipe = self._scripts.store.pipeline(transaction=False)
            pipe.hincrby(keys.of(portal, "calls"), route, 1)
            pipe.hincrby(keys.of(portal, "calls"), f"{route} inputs", inputs)
            pipe.execute()

    def law(self, portal: str) -> Law:
        """Read the books and count what is there, in one atomic step."""
        flat, *recount = self._scripts.run("recount", portal, MOST_COUNTED)
        names = [name.decode() for name in flat[::2]]
        counts = dict(zip(names, map(int, flat[1::2]), strict=True))
        waiting, working, dead, broken = recount[0] if recount else (0, 0, 0, 0)
        return Law(
            accepted=counts.get("accepted", 0),
            waiting=counts.get("waiting", 0),
            working=counts.get("working", 0),
            settled=counts.get("settled", 0),
            dead=counts.get("dead", 0),
            discarded=counts.get("discarded", 0),
            found=(waiting, working, dead) if recount else None,
            broken=broken,
        )

    def _numbers(self, key: str) -> dict[str, int]:
        with store_errors():
            raw: Any = self._scripts.store.hgetall(key)
        found: Mapping[bytes, bytes] = raw
        return {name.decode(): int(value) for name, value in found.items()}
