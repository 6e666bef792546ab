"""The archive: accepted deliveries as they came, for a replay of the past.

A delivery is archived before it is accepted, so that a 2xx means both. An entry is one
portal's share of a delivery; when a contact must be forgotten its items are taken out.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.events import keys, rewriting, wire
from app.events.model import Event
from app.events.scripts import Scripts, store_errors
from app.events.subject import subjects
from app.events.wire import Oddity

BYTES = "archive_bytes"
# Beyond 3 the items of a delivery do not become much smaller, only later.
EFFORT = 3
# What it takes in the store to find a delivery by a contact, as measured.
WAY_BYTES = 150

Recode = Callable[[bytes], bytes]


def as_it_is(data: bytes) -> bytes:
    """Return the data; what seals and opens nothing."""
    return data


@dataclass(frozen=True, slots=True)
class ArchiveOptions:
    """How much is kept of each portal: bytes (0: the archive is off) and seconds."""

    most_bytes: int = 0
    keep_s: float = 3 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Archived:
    """One portal's share of a delivery; `at` in epoch seconds on the store's clock."""

    portal: str
    delivery_id: str
    at: float


class Archive:
    """Keeps and gives back; every method may raise StoreDown.

    `seal` and `unseal` stand between the archive and the store, for bodies only.
    """

    def __init__(
        self,
        scripts: Scripts,
        options: ArchiveOptions,
        seal: Recode = as_it_is,
        unseal: Recode = as_it_is,
    ) -> None:
        self.options = options
        self._scripts = scripts
        self._store = scripts.store
        self._seal = seal
        self._unseal = unseal

    @property
    def is_on(self) -> bool:
        """Tell whether anything is kept at all."""
        return self.options.most_bytes > 0

    def keep(self, delivery_id: str, items: Sequence[Event | Oddity]) -> None:
        """Archive a delivery, if the archive is on, but for what is to be forgotten."""
        if not self.is_on:
            return
        by_portal: dict[str, list[Event | Oddity]] = {}
        for item in items:
            by_portal.setdefault(item.portal_id, []).append(item)
        for portal, share in by_portal.items():
            left: Sequence[Event | Oddity] = share
            while left and (forgotten := self._keep(portal, delivery_id, left)):
                left = [item for item in left if forgotten.isdisjoint(subjects(item))]

    def _keep(
        self, portal: str, delivery_id: str, share: Sequence[Event | Oddity]
    ) -> set[str]:
        """Archive a share, or return whom it is about although they are forgotten."""
        found = self._scripts.run(
            "archive",
            portal,
            delivery_id,
            self._pack([item.raw for item in share]),
            self.options.most_bytes,
            int(self.options.keep_s * 1000),
            WAY_BYTES,
            *sorted(set().union(*map(subjects, share))),
        )
        return {contact.decode() for contact in found}

    def entries(self, portal: str, since: float, until: float) -> Iterator[Archived]:
        """Iterate over what came at or after `since` and before `until`, in order."""
        oldest = self._now_ms() - int(self.options.keep_s * 1000)
        begin: Any = max(int(since * 1000), oldest)
        with store_errors():
            found: Any = self._store.zrange(
                keys.of(portal, "archive"),
                begin,
                f"({int(until * 1000)}",
                byscore=True,
                withscores=True,
            )
        for delivery_id, at_ms in found:
            yield Archived(portal, delivery_id.decode(), at_ms / 1000)

    def of_contact(self, portal: str, contact_id: str) -> set[str]:
        """Return the ids of the deliveries that hold something of a contact."""
        with store_errors():
            found: Any = self._store.smembers(_ways(portal, contact_id))
        return {delivery_id.decode() for delivery_id in found}

    def items(self, portal: str, delivery_id: str) -> list[Event | Oddity]:
        """Return what a delivery held of the portal, as this version reads it."""
        with store_errors():
            body: Any = self._store.hget(keys.of(portal, "archive_bodies"), delivery_id)
        return wire.parse(self._text(body)) if body else []

    def size(self, portal: str) -> int:
        """Return about how many bytes the portal's archive takes in the store."""
        with store_errors():
            found: Any = self._store.get(keys.of(portal, BYTES))
        return int(found or 0)

    def forget(self, portal: str, contact_id: str) -> None:
        """Take every item about a contact out of the archive."""

        for delivery_id in self.of_contact(portal, contact_id):
            for hash_name, change in (
                ("archive_bodies", self._without(contact_id)),
                ("archive_contacts", _without_name(contact_id)),
            ):
                place = hash_name, delivery_id
                rewriting.rewrite(self._scripts, portal, place, change, BYTES)
            pipe = self._store.pipeline()
            pipe.srem(_ways(portal, contact_id), delivery_id)
            pipe.decrby(keys.of(portal, BYTES), WAY_BYTES)
            with store_errors():
                pipe.execute()

    def _without(self, contact_id: str) -> Callable[[bytes], bytes | None]:
        def change(body: bytes) -> bytes | None:
            text = self._text(body)
            pairs = list(zip(orjson.loads(text), wire.parse(text), strict=True))
            others = [raw for raw, item in pairs if contact_id not in subjects(item)]
            return self._pack(others) if len(others) < len(pairs) else None

        return change

    def _pack(self, raws: Sequence[Any]) -> bytes:
        return self._seal(zlib.compress(orjson.dumps(raws), EFFORT))

    def _text(self, body: bytes) -> bytes:
        return zlib.decompress(self._unseal(body))

    def _now_ms(self) -> int:
        with store_errors():
            reply: Any = self._store.time()
        return int(reply[0]) * 1000


def _without_name(contact_id: str) -> Callable[[bytes], bytes | None]:
    def change(text: bytes) -> bytes | None:
        names = text.decode().split(",")
        others = [name for name in names if name != contact_id]
        return ",".join(others).encode() if len(others) < len(names) else None

    return change


def _ways(portal: str, contact_id: str) -> str:
    return keys.of(portal, f"archived_of:{contact_id}")
