"""What was made, so that nothing is made twice, whatever crashes in between.

HubSpot has no idempotency keys. Before something is created it is announced here;
afterwards its id is written down. An announcement that never got its id means that
somebody stopped half-way, perhaps after HubSpot had made it: when its grace is over
the next one may have it, and must look before making it again.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.events.scripts import Scripts


class Standing(enum.Enum):
    """What the ledger knows of a thing that somebody wants to make."""

    YOURS = "yours"  # announced in our name: look, then make it
    MADE = "made"  # done: the entry has its id
    BUSY = "busy"  # somebody is at it: come back later


@dataclass(frozen=True, slots=True)
class Entry:
    """A standing, and what belongs to it.

    Attributes:
        made_id: of the record, if MADE.
        wait_s: seconds to wait, if BUSY.
        again: if YOURS: somebody announced it before and never said how it ended.

    """

    standing: Standing
    made_id: str = ""
    wait_s: float = 0.0
    again: bool = False


# (subject, field): ("501", "note:welcome") or ("domain:acme.com", "company").
Thing = tuple[str, str]


class Ledger:
    """Announces and writes down; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts

    def reserve(
        self,
        portal: str,
        token: str,
        things: Sequence[Thing],
        *,
        ttl_s: float,
        grace_s: float,
    ) -> dict[Thing, Entry]:
        """Announce that these things are about to be made.

        Whoever announced something may do so again, to have a new grace; it is MADE or
        BUSY then if somebody else took it over.

        Args:
            portal: whose records they are.
            token: who announces.
            things: what is to be made, each (subject, field).
            ttl_s: how long the ledger remembers.
            grace_s: how long an announcement without an end means "somebody is at it".

        """
        if not things:
            return {}
        flat = [part for thing in things for part in thing]
        ttl_ms, grace_ms = int(ttl_s * 1000), int(grace_s * 1000)
        reply = self._scripts.run("reserve", portal, token, ttl_ms, grace_ms, *flat)
        return {
            thing: _entry(line.decode())
            for thing, line in zip(things, reply, strict=True)
        }

    def known(self, portal: str, things: Sequence[Thing]) -> dict[Thing, str]:
        """Return the ids of those things that are written down as made."""
        if not things:
            return {}
        flat = [part for thing in things for part in thing]
        found = self._scripts.run("known", portal, *flat)
        return {
            thing: line.decode().removeprefix("made ")
            for thing, line in zip(things, found, strict=True)
            if line.startswith(b"made ")
        }

    def confirm(
        self, portal: str, token: str, made: Mapping[Thing, str], *, ttl_s: float
    ) -> None:
        """Write down the ids of what exists now."""
        self._write(portal, token, made, ttl_s)

    def release(self, portal: str, token: str, things: Sequence[Thing]) -> None:
        """Take back our announcements of things that were certainly not made."""
        self._write(portal, token, dict.fromkeys(things, ""), 0)

    def strike(self, portal: str, token: str, gone: Mapping[Thing, str]) -> None:
        """Forget things that are no more, by the id that each of them had."""
        self._write(portal, token, {t: f"gone {id_}" for t, id_ in gone.items()}, 0)

    def _write(
        self, portal: str, token: str, ids: Mapping[Thing, str], ttl_s: float
    ) -> None:
        if ids:
            flat = [
                part
                for (subject, field), i in ids.items()
                for part in (subject, field, i)
            ]
            self._scripts.run("confirm", portal, token, int(ttl_s * 1000), *flat)


def _entry(line: str) -> Entry:
    word, _, rest = line.partition(" ")
    if word == "made":
        return Entry(Standing.MADE, made_id=rest)
    if word == "busy":
        return Entry(Standing.BUSY, wait_s=float(rest) / 1000)
    return Entry(Standing(word), again=rest == "again")
