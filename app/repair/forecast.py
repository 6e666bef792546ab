"""How many HubSpot calls a piece of work will take, going by those made so far."""

from __future__ import annotations

import math

from app.services import Services


def calls(services: Services, portal: str, contacts: int) -> int | None:
    """Return how many API calls it takes to work these contacts off.

    By what the books say that a contact, and a round of many, took so far; None while
    they say nothing.
    """
    counts = services.books.counts(portal)
    made, rounds = services.books.calls_made(portal), counts.get("rounds", 0)
    ended = sum(n for name, n in counts.items() if name.startswith("contacts_"))
    in_hand = ended + counts.get("postponed", 0) + counts.get("serial", 0)
    if not (made and rounds and in_hand):
        return None
    rounds_needed = math.ceil(contacts / services.settings.round_contacts)
    by_contact = contacts * made / in_hand
    return math.ceil(max(by_contact, rounds_needed * made / rounds))


def words(foretold: int | None) -> str:
    """Say it, for people."""
    if foretold is None:
        return "HubSpot calls: not known, no contact was worked off yet"
    return f"about {foretold} HubSpot calls"
