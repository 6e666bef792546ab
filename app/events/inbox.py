"""The inbox: what was accepted and is not finished, contact by contact.

An event is waiting, working, settled, dead or discarded; the arrows between these
states are the scripts in `lua/`. A contact with all its waiting events is the unit
of work; it is handed out under a lease and is never in two hands.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import Backlogged, Sealed
from app.events import keys, trail, wire
from app.events.claim import Claim, Claimed, Postponement
from app.events.letter import Burial
from app.events.model import Event, Lane
from app.events.receipt import Receipt
from app.events.scripts import Scripts, store_errors
from app.events.subject import subjects
from app.events.wire import Oddity

# A contact with more waiting events than this is worked off in several rounds.
MOST_EVENTS = 500
# A contact in hand while its worker died this often is a dead letter.
FATAL_DEATHS = 3
# How many contacts of a round that killed its worker are tried together.
SUSPECT_GROUP = 25
# How long a contact waits whose events were sealed with a key that is not there.
SEALED_S = 60.0


@dataclass(frozen=True, slots=True)
class InboxOptions:
    """How patient the inbox is.

    Attributes:
        linger_s: how long a contact's events gather before it is handed out.
        lease_s: how long a worker may hold a contact without a sign of life.
        most_waiting: above this many waiting events a portal's deliveries are refused.
        most_finished: how many finished contacts of a portal are remembered.

    """

    linger_s: float = 1.0
    lease_s: float = 60.0
    most_waiting: int = 1_000_000
    most_finished: int = 10_000


class Inbox:
    """Accepts, hands out and strikes out; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts, options: InboxOptions | None = None) -> None:
        self.options = options or InboxOptions()
        self._scripts = scripts
        self._known: set[str] = set()

    def accept(
        self,
        items: Sequence[Event | Oddity],
        app_id: str = "",
        *,
        delivery: str = "-",
        lane: Lane | None = None,
    ) -> Receipt:
        """Store a delivery; when this returns, not one of its items can be lost.

        Args:
            items: the events, and what could not be read.
            app_id: our app, to tell our own writes; "" takes each event's own.
            delivery: names the request, without spaces; kept with every event.
            lane: where they wait, if their source does not decide.

        Raises:
            Backlogged: a portal has too many waiting events; send it again later.

        """
        receipt = Receipt()
        by_portal: dict[str, list[str | bytes]] = {}
        for item in items:
            rows = by_portal.setdefault(item.portal_id, [])
            rows.extend(self._row(item, app_id, lane))
        for portal, rows in by_portal.items():
            receipt += self._accept(portal, delivery, rows)
        return receipt

    def _accept(
        self, portal: str, delivery: str, rows: Iterable[str | bytes]
    ) -> Receipt:
        linger_ms = int(self.options.linger_s * 1000)
        limit = self.options.most_waiting
        if portal not in self._known:
            self._introduce(portal)
        first, *reply = self._scripts.run(
            "accept", portal, linger_ms, limit, delivery, *rows
        )
        if first:  # or else the store was emptied under us
            self._introduce(portal)
        if reply[0] < 0:
            self._refuse(portal, reply[1])
        return Receipt(*reply)

    def make_sure_of_room(self, items: Sequence[Event | Oddity]) -> None:
        """Refuse what `accept` would refuse, before anything is done with it.

        Raises:
            Backlogged: a portal has too many waiting events.

        """
        for portal in {item.portal_id for item in items}:
            with store_errors():
                found: Any = self._scripts.store.hget(
                    keys.of(portal, "counts"), "waiting"
                )
            self._refuse(portal, int(found or 0))

    def _refuse(self, portal: str, waiting: int) -> None:
        limit = self.options.most_waiting
        if waiting >= limit:
            raise Backlogged(
                f"portal {portal} has {waiting} waiting events, the limit is {limit}"
            )

    def _introduce(self, portal: str) -> None:
        """Let the tickers know of a portal, before it has anything to lose."""
        with store_errors():
            self._scripts.store.sadd(keys.PORTALS, portal)
        self._known.add(portal)

    def claim(self, portal: str, token: str, most: int = 100) -> Claim:
        """Take up to `most` due contacts in hand; an empty claim means none is due."""
        claimed_at = time.monotonic()
        still_due, *rows = self._scripts.run(
            "claim",
            portal,
            token,
            most,
            self._lease_ms,
            MOST_EVENTS,
            FATAL_DEATHS,
            SUSPECT_GROUP,
        )
        contacts, shut = [], []
        for contact, attempts, known, events in zip(*[iter(rows)] * 4, strict=True):
            try:
                loaded = tuple(map(self._scripts.form.load, events))
            except Sealed as error:
                words = f"waits for its key: {error}"
                shut.append(Postponement(contact.decode(), SEALED_S, False, words))
            else:
                contacts.append(Claimed(contact.decode(), attempts, loaded, known))
        claim = Claim(portal, token, claimed_at, still_due, tuple(contacts))
        self.postpone(claim, shut)
        return claim

    def settle(self, claim: Claim, outcomes: Sequence[tuple[str, str]]) -> set[str]:
        """Strike out (contact, outcome) pairs; return the contacts that were ours."""
        linger_ms = int(self.options.linger_s * 1000)
        briefs = {each.contact_id: trail.brief(each.events) for each in claim.contacts}
        flat: list[str | bytes] = []
        for contact, outcome in outcomes:
            flat += [contact, outcome, briefs[contact]]
        contacts = [contact for contact, _ in outcomes]
        most = self.options.most_finished
        return self._ours("settle", claim, contacts, linger_ms, most, *flat)

    def postpone(self, claim: Claim, delays: Sequence[Postponement]) -> set[str]:
        """Give contacts back for a while; return those that were ours."""
        flat: list[str | int] = []
        for each in delays:
            delay_ms = max(0, int(each.delay_s * 1000))
            words = self._scripts.vault.seal_text(" ".join(each.error.split()))
            flat += [each.contact_id, delay_ms, int(each.counts), words]
        return self._ours(
            "postpone", claim, [each.contact_id for each in delays], *flat
        )

    def bury(self, claim: Claim, burials: Sequence[Burial]) -> set[str]:
        """Make dead letters of contacts; return those that were ours."""
        linger_ms = int(self.options.linger_s * 1000)
        seal = self._scripts.vault.seal_text
        flat = [part for each in burials for part in each.row(seal)]
        contacts = [each.contact_id for each in burials]
        return self._ours("bury", claim, contacts, linger_ms, *flat)

    def give_back(self, portal: str, token: str) -> int:
        """Give back all that was claimed under a token, as if it had never been.

        Returns how many contacts were still in hand, or had run out of their lease.
        """
        return int(self._scripts.run("return", portal, token))

    def extend(self, claim: Claim, contacts: Sequence[str]) -> set[str]:
        """Hold the contacts for another lease; return those that are still ours."""
        return self._ours("extend", claim, contacts, self._lease_ms, *contacts)

    def moved(self, claim: Claim, contacts: Sequence[str]) -> set[str]:
        """Return those contacts for which newer events came since they were claimed."""
        known = {each.contact_id: each.known for each in claim.contacts}
        if not contacts:
            return set()
        lengths = self._scripts.run("lengths", claim.portal, *contacts)
        pairs = zip(contacts, lengths, strict=True)
        return {contact for contact, length in pairs if length > known[contact]}

    def holders(self, portal: str) -> dict[str, int]:
        """Return who has contacts of the portal in hand, and how many, by token."""
        with store_errors():
            held: Any = self._scripts.store.zrange(keys.of(portal, "leased"), 0, -1)
            pipe = self._scripts.store.pipeline(transaction=False)
            for contact in held:
                pipe.hget(keys.of(portal, f"state:{contact.decode()}"), "token")
            tokens = pipe.execute() if held else []
        return dict(Counter(token.decode() for token in tokens if token))

    def forget(self, claim: Claim, contact_id: str) -> int:
        """Forget all there is of a contact but the events in hand; return how many.

        So is what is left of contacts that were merged into it, see `former`.
        """
        self.note_erasure()
        return int(self._scripts.run("purge", claim.portal, contact_id, claim.token))

    def former(self, portal: str, contact_id: str) -> set[str]:
        """Return the contacts that were merged into this one."""
        with store_errors():
            found: Any = self._scripts.store.smembers(
                keys.of(portal, f"was:{contact_id}")
            )
        return {each.decode() for each in found}

    def note_erasure(self) -> None:
        """Note that the store's file still holds what the store has forgotten."""
        with store_errors():
            self._scripts.store.set(keys.ERASED, "1")

    def reaim(self, claim: Claim, contacts: Sequence[str], survivor: str) -> int:
        """Let what waits for contacts that were merged wait for the survivor.

        Contacts that another worker has in hand are left to it. Returns how many
        events wait elsewhere now.
        """
        args = (claim.token, survivor, *contacts)
        return int(self._scripts.run("reaim", claim.portal, *args)) if contacts else 0

    def due(self) -> dict[str, int]:
        """Return how many contacts of each portal could be claimed right now."""
        portals = self.portals()
        counts = self._scripts.run_each("due", portals)
        return dict(zip(portals, counts, strict=True))

    def portals(self) -> list[str]:
        """Return every portal that ever sent an event."""
        with store_errors():
            found: Any = self._scripts.store.smembers(keys.PORTALS)
        return sorted(portal.decode() for portal in found)

    @property
    def _lease_ms(self) -> int:
        return int(self.options.lease_s * 1000)

    def _ours(
        self,
        script: str,
        claim: Claim,
        contacts: Sequence[str],
        *args: str | bytes | int,
    ) -> set[str]:
        if not contacts:
            return set()
        flags = self._scripts.run(script, claim.portal, claim.token, *args)
        return {c for c, ours in zip(contacts, flags, strict=True) if ours}

    def _row(
        self, item: Event | Oddity, app_id: str, lane: Lane | None
    ) -> tuple[str | bytes, ...]:
        body = self._scripts.form.dump(item)
        if isinstance(item, Oddity):
            names = ",".join(sorted(subjects(item)))
            return "odd", item.key, names, item.reason, body
        if item.object_name != "contact":
            fate = "ignored"
        elif wire.is_echo(item, app_id):
            fate = "echo"
        else:
            fate = "work"
        lane = lane or wire.lane(item)
        return fate, item.key, item.object_id, lane.value, body
