"""The request log: every delivery, the refused ones too, and the events it held.

The lines of all portals are one stream, because a refused request names no portal. What
a delivery held is kept with its portal, by half-days that expire as a whole; nothing is
kept of the body of a refused request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.events import delivery as model
from app.events import keys, rewriting
from app.events.delivery import TIME_DIGITS, Delivery, Held, Row
from app.events.scripts import Scripts, store_errors

HALF_DAY_MS = 43_200_000
# Lines are read in pages of this many, and struck out by so many at a time.
PAGE = 500
# Ids begin with a time; clocks of web processes may differ from the store's by this.
SKEW_MS = 600_000


@dataclass(frozen=True, slots=True)
class Search:
    """Which deliveries are meant; what is None does not matter."""

    portal: str | None = None
    outcome: str | None = None
    since: float | None = None
    contact: str | None = None


ANY = Search()


class Deliveries:
    """Writes and reads the request log; every method may raise StoreDown.

    Args:
        scripts: the store.
        keep_s: how long a delivery can be looked up.
        most: how many can be; a few more are for a moment.

    """

    def __init__(self, scripts: Scripts, keep_s: float, most: int) -> None:
        self._scripts = scripts
        self._store = scripts.store
        self._keep_ms = int(keep_s * 1000)
        self._most = most

    def now(self) -> float:
        """Return epoch seconds on the store's clock."""
        with store_errors():
            reply: Any = self._store.time()
        return float(reply[0]) + float(reply[1]) / 1e6

    def write(self, lines: Sequence[tuple[Delivery, Sequence[Row]]]) -> None:
        """Add deliveries with what they held, in one round trip."""
        pipe = self._store.pipeline(transaction=False)
        shelves: dict[tuple[str, int], dict[str, bytes]] = defaultdict(dict)
        for delivery, rows in lines:
            pipe.xadd(keys.DELIVERIES, {"line": model.dump(delivery)})
            for portal, share in model.shares(rows):
                shelves[portal, _half_day(delivery.at)][delivery.id] = share
        for (portal, half_day), shares in shelves.items():
            shelf = keys.of(portal, f"held:{half_day}")
            pipe.hset(shelf, mapping=shares)  # type: ignore[arg-type]
            pipe.pexpire(shelf, self._keep_ms + HALF_DAY_MS)
        oldest = int(max(each.at for each, _ in lines) * 1000) - self._keep_ms
        pipe.xtrim(keys.DELIVERIES, minid=str(max(0, oldest)), approximate=True)
        pipe.pexpire(keys.DELIVERIES, self._keep_ms)
        pipe.xlen(keys.DELIVERIES)
        with store_errors():
            *_, length = pipe.execute()
        if length > self._most:
            self._strike_out(length - self._most)

    def latest(self, search: Search = ANY) -> Iterator[Delivery]:
        """Iterate over the deliveries that are meant, newest first."""
        oldest = max(search.since or 0.0, self.now() - self._keep_ms / 1000)
        for page in self._pages():
            found = [each for each in page if _fits(each, search) and each.at >= oldest]
            yield from self._holding(found, search.contact) if search.contact else found
            # What waited for a store that was away is further up than its time says.
            if page[-1].at < oldest - SKEW_MS / 1000:
                return

    def get(self, delivery_id: str) -> Delivery | None:
        """Return one delivery, or None."""
        try:
            begin = str(max(0, int(delivery_id[:TIME_DIGITS], 16) - SKEW_MS))
        except ValueError:
            return None
        while entries := self._entries(begin, "+"):
            for _, delivery in entries:
                if delivery.id == delivery_id:
                    return delivery
            begin = f"({entries[-1][0]}"
        return None

    def events(self, delivery: Delivery) -> list[Held]:
        """Return the events that a delivery held, portal by portal, in its order."""
        return list(self._events([delivery])[0])

    def forget(self, portal: str, contacts: Collection[str]) -> None:
        """Strike the events of contacts out of what the portal's deliveries held."""
        now = _half_day(self.now())
        for half_day in range(now - self._keep_ms // HALF_DAY_MS - 1, now + 2):
            name = f"held:{half_day}"
            with store_errors():
                shares: Iterable[Any] = self._store.hscan_iter(keys.of(portal, name))
                named = [i for i, share in shares if model.without(share, contacts)]
            for delivery_id in named:
                rewriting.rewrite(
                    self._scripts,
                    portal,
                    (name, delivery_id.decode()),
                    lambda share: model.without(share, contacts),
                )

    def _strike_out(self, excess: int) -> None:
        """Take the oldest deliveries out, with what they held."""
        for start in range(0, excess, PAGE):
            entries = self._entries("-", "+", min(PAGE, excess - start))
            pipe = self._store.pipeline(transaction=False)
            for entry_id, delivery in entries:
                pipe.xdel(keys.DELIVERIES, entry_id)
                for portal in delivery.portals:
                    shelf = keys.of(portal, f"held:{_half_day(delivery.at)}")
                    pipe.hdel(shelf, delivery.id)
            with store_errors():
                pipe.execute()

    def _pages(self) -> Iterator[list[Delivery]]:
        end = "+"
        while entries := self._entries(end, "-"):
            yield [delivery for _, delivery in entries]
            end = f"({entries[-1][0]}"

    def _entries(
        self, begin: str, end: str, most: int = PAGE
    ) -> list[tuple[str, Delivery]]:
        """Return lines with their places; from "+" or down to "-" is backwards."""
        read = self._store.xrevrange if end == "-" else self._store.xrange
        with store_errors():
            entries: Any = read(keys.DELIVERIES, begin, end, count=most)
        return [
            (place.decode(), model.load(fields[b"line"])) for place, fields in entries
        ]

    def _holding(self, found: list[Delivery], contact: str) -> Iterator[Delivery]:
        for delivery, events in zip(found, self._events(found), strict=True):
            if any(event.contact_id == contact for event in events):
                yield delivery

    def _events(self, deliveries: Sequence[Delivery]) -> list[list[Held]]:
        pipe = self._store.pipeline(transaction=False)
        places = [(d, portal) for d in deliveries for portal in d.portals]
        for delivery, portal in places:
            shelf = keys.of(portal, f"held:{_half_day(delivery.at)}")
            pipe.hget(shelf, delivery.id)
        with store_errors():
            shares = pipe.execute() if places else []
        events: dict[str, list[Held]] = {delivery.id: [] for delivery in deliveries}
        for (delivery, portal), share in zip(places, shares, strict=True):
            rows = model.unpack(portal, share) if share else []
            events[delivery.id] += [Held(*row) for row in rows]
        return [events[delivery.id] for delivery in deliveries]


def _fits(delivery: Delivery, search: Search) -> bool:
    return search.portal in (None, *delivery.portals) and search.outcome in (
        None,
        delivery.outcome,
    )


def _half_day(at: float) -> int:
    return int(at * 1000) // HALF_DAY_MS
