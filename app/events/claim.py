"""Contacts in a worker's hands, and the ways in which it gives them back."""

from __future__ import annotations

from dataclasses import dataclass

from app.events.model import Event


@dataclass(frozen=True, slots=True)
class Claimed:
    """One contact in hand: its events, oldest first, and how often it failed.

    Attributes:
        known: how many events it had when it was claimed; more than are in hand where
            it has very many.

    """

    contact_id: str
    attempts: int
    events: tuple[Event, ...]
    known: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Contacts handed out together.

    Attributes:
        token: proves that the lease is ours.
        claimed_at: when, on the caller's monotonic clock; the lease began no earlier.
        still_due: how many more contacts of the portal could be claimed right now.

    """

    portal: str
    token: str
    claimed_at: float
    still_due: int
    contacts: tuple[Claimed, ...]


@dataclass(frozen=True, slots=True)
class Postponement:
    """Give a contact back: for how long, whether it counts as an attempt, and why."""

    contact_id: str
    delay_s: float
    counts: bool
    error: str
