"""What a whole portal suffers from, since when, and whose turn it is to look after it.

An ill portal is not worked on: its contacts wait, whatever they are, and nothing is
held against them. The calls are stopped by a pause of the throttle; what is kept here
outlives that pause, until somebody has asked HubSpot and got an answer.
"""

from __future__ import annotations

import enum
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.events import keys
from app.events.scripts import Scripts, store_errors


class Kind(enum.StrEnum):
    """What a portal can be ill with."""

    OUTAGE = "outage"  # HubSpot does not answer, or with 5xx only
    DENIED = "denied"  # 401, 403: the token is refused
    DAILY_LIMIT = "daily_limit"  # 429: no more calls until midnight

    @property
    def words(self) -> str:
        """Say it to a person."""
        return _WORDS[self]


_WORDS = {
    Kind.OUTAGE: "HubSpot is down or cannot be reached",
    Kind.DENIED: "HubSpot refuses the access token",
    Kind.DAILY_LIMIT: "the calls of the day are used up",
}


@dataclass(frozen=True, slots=True)
class Illness:
    """What a portal is ill with.

    Attributes:
        kind: see Kind.
        since: epoch seconds on the store's clock.
        reason: the last error in words.
        checks: how often HubSpot was asked in vain since then.

    """

    kind: Kind
    since: float
    reason: str
    checks: int = 0

    def __str__(self) -> str:
        return f"{self.kind.words}, since {_moment(self.since)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Complaint:
    """A kind of call that is denied while others are answered.

    Attributes:
        since: epoch seconds on the store's clock.
        reason: the last error in words.

    """

    since: float
    reason: str

    def __str__(self) -> str:
        return f"since {_moment(self.since)}, for some contacts: {self.reason}"


def _moment(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at))


@dataclass(frozen=True, slots=True)
class Note:
    """What became of noting something down.

    Attributes:
        new: it was not known before.
        checks: how often HubSpot was asked in vain so far.
        lasted_s: for how long it has been so.

    """

    new: bool
    checks: int
    lasted_s: float


class Illnesses:
    """Keeps what portals suffer from; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._store = scripts.store

    def illness_of(self, portal: str) -> Illness | None:
        """Return what the portal is ill with, None while it is well."""
        found = self._read(portal, "illness")
        if not found:
            return None
        return Illness(
            Kind(found["kind"]),
            int(found["since"]) / 1000,
            found["reason"],
            int(found["checks"]),
        )

    def complaint_of(self, portal: str) -> Complaint | None:
        """Return what is denied to the portal's token although HubSpot knows it."""
        found = self._read(portal, "complaint")
        if not found:
            return None
        return Complaint(int(found["since"]) / 1000, found["reason"])

    def among(self, portals: Sequence[str]) -> set[str]:
        """Return those of the portals that are ill."""
        return self._with("illness", portals)

    def complaining(self, portals: Sequence[str]) -> set[str]:
        """Return those of the portals of which some calls are denied."""
        return self._with("complaint", portals)

    def _with(self, name: str, portals: Sequence[str]) -> set[str]:
        pipe = self._store.pipeline(transaction=False)
        for portal in portals:
            pipe.exists(keys.of(portal, name))
        with store_errors():
            flags = pipe.execute() if portals else []
        return {portal for portal, ill in zip(portals, flags, strict=True) if ill}

    def suffer(self, portal: str, kind: Kind, reason: str, *, again: bool) -> Note:
        """Note that the portal is ill; `again`: it rested, and was found to be so."""
        return self._note(portal, "illness", kind, reason, int(again), 0.0)

    def complain(self, portal: str, reason: str, *, ttl_s: float) -> Note:
        """Note that calls of some kind are denied; it passes if nobody repeats it."""
        return self._note(portal, "complaint", Kind.DENIED, reason, 1, ttl_s)

    def end(self, portal: str, *, recent_s: float) -> float | None:
        """Note that the portal is well, and for how long that is news.

        Returns for how many seconds it was ill, None if it was well already.
        """
        lasted_ms = int(self._scripts.run("recover", portal, int(recent_s * 1000)))
        return None if lasted_ms < 0 else lasted_ms / 1000

    def recovered_lately(self, portal: str) -> bool:
        """Tell whether the portal was ill a short while ago."""
        with store_errors():
            return bool(self._store.exists(keys.of(portal, "recovered")))

    def take_turn(self, portal: str, seconds: float) -> bool:
        """Be the one who asks HubSpot, for at most so long; False: somebody else is."""
        with store_errors():
            key, life_ms = keys.of(portal, "checking"), int(seconds * 1000)
            return bool(self._store.set(key, "1", nx=True, px=life_ms))

    def give_turn(self, portal: str) -> None:
        """Let others ask."""
        with store_errors():
            self._store.delete(keys.of(portal, "checking"))

    def _note(
        self,
        portal: str,
        where: str,
        kind: Kind,
        reason: str,
        checks: int,
        ttl_s: float,
    ) -> Note:
        args = (where, kind.value, reason, checks, int(ttl_s * 1000))
        new, so_far, lasted_ms = self._scripts.run("sicken", portal, *args)
        return Note(bool(new), so_far, lasted_ms / 1000)

    def _read(self, portal: str, where: str) -> dict[str, str]:
        with store_errors():
            raw: Any = self._store.hgetall(keys.of(portal, where))
        return {name.decode(): value.decode() for name, value in raw.items()}
