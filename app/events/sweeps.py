"""How far each sweep is: a walk over contacts that puts every one into the inbox.

A sweep is in one hand at a time. Whoever takes it up takes it over: after a kill
nobody waits for a lease to run out, and of two that are started by mistake the first
one finds out at its next page, and stops.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from app.errors import LeaseLost
from app.events import keys
from app.events.scripts import Scripts, store_errors

_READERS: Mapping[str, Any] = {"str": str, "int": int, "float": float}


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep of a portal, as it stood at one moment.

    Attributes:
        portal: whose contacts they are.
        name: "backfill" goes over all contacts, the others over those that changed:
            "reconcile" because somebody asked for it, "schedule" by RECONCILE_EVERY_S.
            Of each there is one per portal.
        id: tells it from earlier ones of its name.
        since: changes from then on, epoch seconds; 0 for a backfill.
        until: changes up to then; 0 goes on to the present.
        cursor: where it goes on, in the walk's own words; "" at the beginning.
        found: how many contacts it has put in, each counted once.
        total: how many there are, as far as HubSpot said; 0 when it did not.
        begun_at: epoch seconds.
        taken_at: when it was begun, or taken up again.
        moved_at: when it was written down last, on the store's clock.
        ended_at: when it came to its end, 0 while it has not.
        waits_for: what holds it up, in words; "" while it moves.
        hand: whose it is now.

    """

    portal: str
    name: str
    id: str
    since: float = 0.0
    until: float = 0.0
    cursor: str = ""
    found: int = 0
    total: int = 0
    begun_at: float = 0.0
    taken_at: float = 0.0
    moved_at: float = 0.0
    ended_at: float = 0.0
    waits_for: str = ""
    hand: str = ""


class Sweeps:
    """Begins, takes up and writes down; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._store = scripts.store

    def begin(
        self,
        portal: str,
        name: str,
        *,
        since: float = 0.0,
        until: float = 0.0,
        total: int = 0,
    ) -> Sweep:
        """Begin a sweep in place of the one of this name that there was."""
        new, now = uuid.uuid4().hex, time.time()
        sweep = Sweep(
            portal,
            name,
            f"{name}-{new}",
            since=since,
            until=until,
            total=total,
            begun_at=now,
            taken_at=now,
            hand=new,
        )
        key = _key(portal, name)
        pipe = self._store.pipeline()
        pipe.delete(key)
        pipe.hset(key, mapping=_written(sweep))
        with store_errors():
            self._store.sadd(keys.PORTALS, portal)
            pipe.execute()
        return sweep

    def take(self, portal: str, name: str) -> Sweep | None:
        """Take a sweep over, from whoever has it; None if there was never one."""
        sweep = self.get(portal, name)
        if sweep is None:
            return None
        hand, now = uuid.uuid4().hex, time.time()
        with store_errors():
            self._store.hset(_key(portal, name), "hand", hand)
        # Read again: the one before may have written just now, and cannot any more.
        return replace(self.get(portal, name) or sweep, hand=hand, taken_at=now)

    def save(self, sweep: Sweep) -> None:
        """Write down where the sweep stands.

        Raises:
            LeaseLost: somebody else has taken it over.

        """
        flat = [part for pair in _written(sweep).items() for part in pair]
        args = (sweep.name, sweep.hand, *flat)
        if not self._scripts.run("advance", sweep.portal, *args):
            raise LeaseLost(f"another process goes on with this {sweep.name}")

    def get(self, portal: str, name: str) -> Sweep | None:
        """Return how a sweep stands, None if there was never one of this name."""
        with store_errors():
            found: Any = self._store.hgetall(_key(portal, name))
        if not found:
            return None
        text = {key.decode(): value.decode() for key, value in found.items()}
        readers = {each.name: _READERS[str(each.type)] for each in fields(Sweep)}
        read = {key: readers[key](value) for key, value in text.items()}
        return replace(Sweep(portal, name, ""), **read)


def _written(sweep: Sweep) -> dict[Any, Any]:
    """Return what is stored: all but what the key and the script say."""
    told = asdict(sweep)
    for name in ("portal", "name", "moved_at"):
        del told[name]
    return told


def _key(portal: str, name: str) -> str:
    return keys.of(portal, f"sweep:{name}")
