"""Measures the store's memory: what is left of events that are settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import orjson
import redis

from app import services
from app.cli import embedded
from app.events import keys, wire
from app.services import Services
from app.settings import Settings

PORTAL = "20000001"
EVENTS = 400_000
# A form submission: the creation, and three of its values.
NAMES = ("", "email", "firstname", "phone")
PER_DELIVERY = 100
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store keeps of settled events.

    Attributes:
        events: that were accepted and settled.
        finished: finished contacts that can still be looked up.
        waiting_bytes: for each event while all of them wait.
        seen_bytes: for each event, so that its copies are known, for a day at most two.
        window_bytes: for each finished contact in the window.
        rest_bytes: of all other keys of the portal, however many events it had.

    """

    events: int
    finished: int
    waiting_bytes: float
    seen_bytes: float
    window_bytes: float
    rest_bytes: int

    def lines(self) -> Sequence[str]:
        """Return the figures for people."""
        return (
            f"memory of the store, {self.events:,} events of"
            f" {self.events // len(NAMES):,} contacts",
            f"  waiting: {self.waiting_bytes * MILLION / 1e6:,.0f} MB a million events",
            f"  settled: {self.seen_bytes * MILLION / 1e6:,.0f} MB a million events"
            " of the last day, to know their copies",
            f"  and {self.window_bytes:,.0f} bytes for each of the last"
            f" {self.finished:,} finished contacts (KEEP_FINISHED)",
            f"  the rest, however many there were: {self.rest_bytes:,} bytes",
        )


def measure(directory: Path, say: Callable[[str], None]) -> Kept:
    """Accept and settle many events, and see what stays."""
    with embedded.running(directory, fsync="no") as url:
        store = redis.Redis.from_url(url)
        at = services.connect(Settings(redis_url=url, linger_s=0))
        say(f"memory: {EVENTS:,} events wait")
        _accept(at)
        waiting = _sizes(store)
        say("memory: they are settled")
        _settle(at)
        settled = _sizes(store)
        finished = store.xlen(keys.of(PORTAL, "finished"))
        store.close()
    return Kept(
        events=EVENTS,
        finished=finished,
        waiting_bytes=(sum(waiting.values()) - waiting["seen"]) / EVENTS,
        seen_bytes=settled["seen"] / EVENTS,
        window_bytes=settled["finished"] / finished,
        rest_bytes=sum(settled.values()) - settled["seen"] - settled["finished"],
    )


def _sizes(store: redis.Redis) -> Counter[str]:
    """Return the bytes of all keys of the portal by the sort of key."""
    sizes: Counter[str] = Counter()
    prefix = keys.prefix(PORTAL)
    found = [key.decode() for key in store.scan_iter(f"{prefix}*", count=10_000)]
    for start in range(0, len(found), 10_000):
        part = found[start : start + 10_000]
        pipe = store.pipeline(transaction=False)
        for key in part:
            pipe.memory_usage(key, samples=0)
        for key, size in zip(part, pipe.execute(), strict=True):
            sizes[key.removeprefix(prefix).partition(":")[0]] += size or 0
    return sizes


def _accept(at: Services) -> None:
    serial = count(1)
    contacts = EVENTS // len(NAMES)
    items = ((contact, name) for contact in range(contacts) for name in NAMES)
    raw = (_raw(next(serial), *item) for item in items)
    while delivery := list(islice(raw, PER_DELIVERY)):
        at.inbox.accept(wire.parse(orjson.dumps(delivery)), delivery="0123456789ab")


def _raw(serial: int, contact: int, name: str) -> dict[str, Any]:
    kind = "propertyChange" if name else "creation"
    change = {"propertyName": name, "propertyValue": f"value of {contact}"}
    return {
        "eventId": serial,
        "subscriptionId": 3_329_277,
        "portalId": int(PORTAL),
        "appId": 9_393_361,
        "occurredAt": 1_795_166_400_123,
        "subscriptionType": f"contact.{kind}",
        "attemptNumber": 0,
        "objectId": 106_651_134_132 + contact,
        "changeSource": "CRM_UI",
        "sourceId": "userId:777",
        **(change if name else {"changeFlag": "CREATED"}),
    }


def _settle(at: Services) -> None:
    while (claim := at.inbox.claim(PORTAL, "bench", 300)).contacts:
        at.inbox.settle(
            claim, [(each.contact_id, "written") for each in claim.contacts]
        )
