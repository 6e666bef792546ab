"""One line of the request log, and what is kept of the events that a delivery held.

Of an event that is its kind, its contact and the name of its property, never a value.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields

import orjson

from app.events.model import Event
from app.events.receipt import Receipt
from app.events.wire import Oddity

OUTCOMES = ("accepted", "rejected", "backlogged", "store_down", "failed")
TIME_DIGITS = 11  # of an id: hexadecimal milliseconds
# An entry of fewer bytes does not become smaller.
WORTH_COMPRESSING = 200
KEY_BYTES = 12
# How a line is stored: these fields, the receipt's, the portals.
PLAIN = ("id", "at", "outcome", "status", "size", "signature", "reason", "more")
TALLY = tuple(field.name for field in fields(Receipt))

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
    """An event that a delivery held.

    Attributes:
        kind: as in Event; "unreadable" for an oddity, of which only the key is known.
        contact_id: the record it is about, which for other kinds is no contact.

    """

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


def shares(rows: Sequence[Row]) -> Iterator[tuple[str, bytes]]:
    """Yield what is kept of the events, by portal."""
    by_portal: dict[str, list[Row]] = defaultdict(list)
    for each in rows:
        by_portal[each[0]].append(each)
    for portal, share in by_portal.items():
        yield portal, pack(share)


def pack(rows: Sequence[Row]) -> bytes:
    """Return rows in few bytes: how many, their keys, and what is left, compressed.

    Keys are as good as random: nothing makes them smaller, trying takes long.
    """
    keys_of_all = bytes.fromhex("".join([each[1] for each in rows]))
    text = orjson.dumps([each[2:] for each in rows])
    if len(text) > WORTH_COMPRESSING:
        text = zlib.compress(text, 1)
    return len(rows).to_bytes(2, "big") + keys_of_all + text


def unpack(portal: str, share: bytes) -> list[Row]:
    """Return what `pack` packed."""
    count = int.from_bytes(share[:2], "big")
    texts = share[2 + count * KEY_BYTES :]
    others = orjson.loads(texts if texts[:1] == b"[" else zlib.decompress(texts))
    places = range(2, 2 + count * KEY_BYTES, KEY_BYTES)
    return [
        (portal, share[place : place + KEY_BYTES].hex(), *other)
        for place, other in zip(places, others, strict=True)
    ]


def without(share: bytes, contacts: Collection[str]) -> bytes | None:
    """Return the share without events of these contacts; None: it holds none."""
    rows = unpack("", share)
    others = [row for row in rows if row[3] not in contacts]
    return pack(others) if len(others) < len(rows) else None


def dump(delivery: Delivery) -> bytes:
    """Return a line as it is stored: a JSON array."""
    return orjson.dumps(
        [getattr(delivery, name) for name in PLAIN]
        + [[getattr(delivery.receipt, name) for name in TALLY], delivery.portals]
    )


def load(line: bytes) -> Delivery:
    """Return the line that `dump` stored."""
    *plain, tally, portals = orjson.loads(line)
    given = dict(zip(PLAIN, plain, strict=True))
    return Delivery(**given, receipt=Receipt(*tally), portals=tuple(portals))
