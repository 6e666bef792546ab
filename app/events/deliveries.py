"""The request log: every delivery, the refused ones too, and the events it held.

The lines of all portals are one stream, because a refused request names no portal. What
a delivery held is kept with its portal, by half-days that expire as a whole; it is
the event's kind, its contact and the name of its property, never a value, and nothing
is kept of the body of a refused request.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson

from app.events import keys, rewriting
from app.events.inbox import Receipt
from app.events.model import Event
from app.events.scripts import Scripts, store_errors
from app.events.wire import Oddity

OUTCOMES = ("accepted", "rejected", "backlogged", "store_down", "failed")
HALF_DAY_MS = 43_200_000
# Lines are read in pages of this many, and struck out by so many at a time.
PAGE = 500
TIME_DIGITS = 11  # of an id: hexadecimal milliseconds
# Ids begin with a time; clocks of web processes may differ from the store's by this.
SKEW_MS = 600_000
# An entry of fewer bytes does not become smaller.
WORTH_COMPRESSING = 200
KEY_BYTES = 12


NOTHING = Receipt()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line of the request log.

    Attributes:
        id: begins with its time in hexadecimal milliseconds.
        at: when it came, epoch seconds on the store's clock.
        size: bytes of its body, as far as they came.
        signature: the version that proved it to be HubSpot's, or "".
        outcome: one of OUTCOMES.
        status: what was answered.
        receipt: what became of its items; all zero unless it was accepted.
        portals: whose events it held.
        reason: why it was not accepted, in words.
        more: this line stands for so many more that were not written down one by one.

    """

    id: str
    at: float
    outcome: str
    status: int
    size: int = 0
    signature: str = ""
    receipt: Receipt = NOTHING
    portals: tuple[str, ...] = ()
    reason: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """An event that a delivery held; `kind` is "unreadable" for an oddity."""

    portal_id: str
    key: str
    kind: str
    contact_id: str
    property_name: str


# The fields of Held in this order; a tuple, because there are thousands a second.
Row = tuple[str, str, str, str, str]


def row(item: Event | Oddity) -> Row:
    """Return what is kept of an item."""
    if isinstance(item, Oddity):
        return item.portal_id, item.key, "unreadable", "", ""
    return item.portal_id, item.key, item.kind, item.object_id, item.property_name


@dataclass(frozen=True, slots=True)
class Search:
    """Which deliveries are meant; what is None does not matter."""

    portal: str | None = None
    outcome: str | None = None
    since: float | None = None
    contact: str | None = None


ANY = Search()
# How a line is stored: these fields, the receipt's, the portals.
PLAIN = ("id", "at", "outcome", "status", "size", "signature", "reason", "more")
TALLY = tuple(field.name for field in fields(Receipt))


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
            pipe.xadd(keys.DELIVERIES, {"line": _dump(delivery)})
            for portal, share in _shares(rows):
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

    def forget(self, portal: str, *contacts: str) -> None:
        """Strike the events of contacts out of what the portal's deliveries held."""
        now = _half_day(self.now())
        for half_day in range(now - self._keep_ms // HALF_DAY_MS - 1, now + 2):
            name = f"held:{half_day}"
            with store_errors():
                shares: Iterable[Any] = self._store.hscan_iter(keys.of(portal, name))
                named = [i for i, share in shares if _without(share, contacts)]
            for delivery_id in named:
                rewriting.rewrite(
                    self._scripts,
                    portal,
                    (name, delivery_id.decode()),
                    lambda share: _without(share, contacts),
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
        return [(place.decode(), _load(fields[b"line"])) for place, fields in entries]

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
            rows = _unpack(portal, share) if share else []
            events[delivery.id] += [Held(*row) for row in rows]
        return [events[delivery.id] for delivery in deliveries]


def _fits(delivery: Delivery, search: Search) -> bool:
    return search.portal in (None, *delivery.portals) and search.outcome in (
        None,
        delivery.outcome,
    )


def _half_day(at: float) -> int:
    return int(at * 1000) // HALF_DAY_MS


def _shares(rows: Sequence[Row]) -> Iterator[tuple[str, bytes]]:
    """Yield what is kept of the events, by portal."""
    if len({row[0] for row in rows}) == 1:
        yield rows[0][0], _pack(rows)
        return
    by_portal: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_portal[row[0]].append(row)
    for portal, share in by_portal.items():
        yield portal, _pack(share)


def _pack(rows: Sequence[Row]) -> bytes:
    """Return rows in few bytes: how many, their keys, and what is left, compressed.

    Keys are as good as random: nothing makes them smaller, trying takes long.
    """
    keys_of_all = bytes.fromhex("".join([row[1] for row in rows]))
    text = orjson.dumps([row[2:] for row in rows])
    if len(text) > WORTH_COMPRESSING:
        text = zlib.compress(text, 1)
    return len(rows).to_bytes(2, "big") + keys_of_all + text


def _unpack(portal: str, share: bytes) -> list[Row]:
    count = int.from_bytes(share[:2], "big")
    texts = share[2 + count * KEY_BYTES :]
    others = orjson.loads(texts if texts[:1] == b"[" else zlib.decompress(texts))
    places = range(2, 2 + count * KEY_BYTES, KEY_BYTES)
    return [
        (portal, share[place : place + KEY_BYTES].hex(), *other)
        for place, other in zip(places, others, strict=True)
    ]


def _without(share: bytes, contacts: Sequence[str]) -> bytes | None:
    """Return the share without events of these contacts; None: it holds none."""
    rows = _unpack("", share)
    others = [row for row in rows if row[3] not in contacts]
    return _pack(others) if len(others) < len(rows) else None


def _dump(delivery: Delivery) -> bytes:
    return orjson.dumps(
        [getattr(delivery, name) for name in PLAIN]
        + [[getattr(delivery.receipt, name) for name in TALLY], delivery.portals]
    )


def _load(line: bytes) -> Delivery:
    *plain, tally, portals = orjson.loads(line)
    fields = dict(zip(PLAIN, plain, strict=True))
    return Delivery(**fields, receipt=Receipt(*tally), portals=tuple(portals))
