"""Inbox, dead letters, trail and ledger against plain models, in any order of steps.

Time passes only when a step says so: delays are none or very long, and a lease ends
when its worker is said to be dead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar

import orjson
import pytest
import redis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.errors import HubkeeperError
from app.events import keys, scripts
from app.events.books import Books
from app.events.claim import Claim, Postponement
from app.events.dead import DeadLetters
from app.events.inbox import FATAL_DEATHS, Inbox, InboxOptions
from app.events.ledger import Ledger, Standing
from app.events.letter import Burial
from app.events.scripts import Scripts
from app.events.trail import Trail
from app.events.wire import parse

PORTAL = "7"
CONTACTS = ("1", "2")
FAR_S = 3600.0
MOST_STEPS = 50
ENDINGS = ("settle", "postpone", "fail", "bury")
RUN = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@dataclass(slots=True)
class Known:
    """What the model knows of one contact."""

    events: list[int] = field(default_factory=list)
    taken: int = 0
    token: str = ""
    attempts: int = 0
    deaths: int = 0
    delayed: bool = False
    steps: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Letter:
    """What the model knows of a dead letter."""

    contact: str
    events: list[int]
    steps: list[str]


class InboxMachine(RuleBasedStateMachine):
    """Every step is done to the real store and to the model, and both are compared."""

    store: ClassVar[redis.Redis]
    source_of: ClassVar[Callable[[str], str]] = staticmethod(scripts.source)

    @initialize()
    def begin(self) -> None:
        self.store.flushall()
        at = Scripts(self.store, self.source_of)
        self.inbox = Inbox(at, InboxOptions(linger_s=0, lease_s=FAR_S))
        self.dead, self.books, self.trail = DeadLetters(at), Books(at), Trail(at)
        self.serial, self.tokens = count(1), count(1)
        self.known = {contact: Known() for contact in CONTACTS}
        self.letters: dict[str, Letter] = {}
        self.claims: list[Claim] = []
        self.tally: Counter[str] = Counter()
        self.sent: list[dict[str, Any]] = []

    def _raw(self, contact: str) -> dict[str, Any]:
        return {
            "eventId": next(self.serial),
            "portalId": int(PORTAL),
            "subscriptionType": "contact.propertyChange",
            "objectId": int(contact),
            "occurredAt": 1_795_166_400_000,
            "propertyName": "email",
            "propertyValue": "ada@example.com",
        }

    @rule(contacts=st.lists(st.sampled_from(CONTACTS), min_size=1, max_size=4))
    def accept(self, contacts: list[str]) -> None:
        fresh = [self._raw(contact) for contact in contacts]
        self.inbox.accept(parse(orjson.dumps(fresh)))
        self.sent += fresh
        for raw in fresh:
            known = self.known[str(raw["objectId"])]
            if not known.events:
                known.delayed = False
            known.events.append(raw["eventId"])
            # What comes newly makes a delayed contact due: somebody just did something.
            known.delayed = known.delayed and bool(known.token)
        self.tally["accepted"] += len(fresh)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def accept_again(self, data: st.DataObject) -> None:
        """HubSpot sends what it sent before, with another attempt number."""
        raw = data.draw(st.sampled_from(self.sent)) | {"attemptNumber": 1}
        receipt = self.inbox.accept(parse(orjson.dumps([raw])))

        assert (0, 1) == (receipt.accepted, receipt.duplicates)

    @rule()
    def claim(self) -> None:
        suspects = {c for c in self._due() if self.known[c].deaths}
        token = f"t{next(self.tokens)}"
        claim = self.inbox.claim(PORTAL, token, 100)
        taken = {each.contact_id: each for each in claim.contacts}

        if suspects:
            assert taken
            assert set(taken) <= suspects
        else:
            assert self._due() == set(taken)
        for contact, claimed in taken.items():
            known = self.known[contact]
            seen = [event.raw["eventId"] for event in claimed.events]
            assert (known.events, known.attempts) == (seen, claimed.attempts)
            known.taken, known.token = len(known.events), token
        self.claims.append(claim)

    def _due(self) -> set[str]:
        return {
            contact
            for contact, known in self.known.items()
            if known.events and not known.token and not known.delayed
        }

    def _entomb(self, contact: str) -> None:
        known = self.known[contact]
        steps = [*known.steps, "buried"][-MOST_STEPS:]
        (fresh,) = {each.id for each in self.dead.all(PORTAL)} - set(self.letters)
        self.letters[fresh] = Letter(contact, known.events[: known.taken], steps)
        self.known[contact] = Known(events=known.events[known.taken :])

    @precondition(lambda self: self._held())
    @rule(data=st.data(), how=st.sampled_from(ENDINGS), far=st.booleans())
    def hand_back(self, data: st.DataObject, how: str, far: bool) -> None:
        contact = data.draw(st.sampled_from(self._held()))
        known = self.known[contact]
        (claim,) = (each for each in self.claims if each.token == known.token)

        assert {contact} == self._end(claim, contact, how, far)
        if how == "settle":
            self.tally["settled"] += known.taken
            self.known[contact] = Known(events=known.events[known.taken :])
        elif how == "bury":
            self._entomb(contact)
        else:
            known.attempts += how == "fail"
            known.taken, known.token, known.deaths = 0, "", 0
            known.delayed = far
            known.steps.append("postponed")

    @precondition(lambda self: self._lost())
    @rule(data=st.data(), how=st.sampled_from(ENDINGS), far=st.booleans())
    def hand_back_what_is_no_longer_ours(
        self, data: st.DataObject, how: str, far: bool
    ) -> None:
        claim, contact = data.draw(st.sampled_from(self._lost()))

        assert set() == self._end(claim, contact, how, far)

    def _end(self, claim: Claim, contact: str, how: str, far: bool) -> set[str]:
        if how == "settle":
            return self.inbox.settle(claim, [(contact, "written")])
        if how == "bury":
            return self.inbox.bury(claim, [Burial(contact, "refused", "no")])
        late = Postponement(contact, FAR_S if far else 0, how == "fail", "later")
        return self.inbox.postpone(claim, [late])

    def _held(self) -> list[str]:
        return [contact for contact, known in self.known.items() if known.token]

    def _lost(self) -> list[tuple[Claim, str]]:
        return [
            (claim, each.contact_id)
            for claim in self.claims
            for each in claim.contacts
            if self.known[each.contact_id].token != claim.token
        ]

    @precondition(lambda self: self._held())
    @rule(data=st.data())
    def worker_dies(self, data: st.DataObject) -> None:
        contact = data.draw(st.sampled_from(self._held()))
        known = self.known[contact]
        self.store.zadd(keys.of(PORTAL, "leased"), {contact: 0})
        self.inbox.claim(PORTAL, "nobody", 0)  # notices it, and takes nothing
        known.deaths += 1
        known.steps.append("lost")
        if known.deaths >= FATAL_DEATHS:
            self._entomb(contact)
        known.taken, known.token = 0, ""

    @rule()
    def time_passes(self) -> None:
        for place in ("live", "bulk", "suspect"):
            key = keys.of(PORTAL, place)
            for contact in self.store.zrange(key, 0, -1):
                self.store.zadd(key, {contact: 0})
        for known in self.known.values():
            known.delayed = False

    @precondition(lambda self: self.letters)
    @rule(data=st.data(), back=st.booleans())
    def clear_up(self, data: st.DataObject, back: bool) -> None:
        letter_id = data.draw(st.sampled_from(sorted(self.letters)))
        letter = self.letters.pop(letter_id)
        if not back:
            assert len(letter.events) == self.dead.discard(PORTAL, letter_id)
            self.tally["discarded"] += len(letter.events)
            return
        assert len(letter.events) == self.dead.replay(PORTAL, letter_id)
        known = self.known[letter.contact]
        known.delayed = known.delayed and bool(known.token)
        known.events += letter.events
        known.attempts = 0
        known.steps = [*known.steps, *letter.steps, "replayed"][-MOST_STEPS:]

    @invariant()
    def the_books_are_right(self) -> None:
        if not hasattr(self, "known"):
            return
        law = self.books.law(PORTAL)
        working = sum(k.taken for k in self.known.values() if k.token)
        waiting = sum(len(k.events) for k in self.known.values()) - working
        dead = sum(len(letter.events) for letter in self.letters.values())
        assert law.holds, str(law)
        assert (
            self.tally["accepted"],
            waiting,
            working,
            self.tally["settled"],
            dead,
            self.tally["discarded"],
        ) == (
            law.accepted,
            law.waiting,
            law.working,
            law.settled,
            law.dead,
            law.discarded,
        )

    @invariant()
    def every_contact_stands_where_the_model_says(self) -> None:
        if not hasattr(self, "known"):
            return
        for contact, known in self.known.items():
            now = self.trail.standing(PORTAL, contact)
            assert bool(known.events) == bool(now.place)
            assert bool(known.token) == (now.place == "leased")
            assert known.steps == [step.what for step in now.steps]
            letters = {i for i, one in self.letters.items() if one.contact == contact}
            assert letters == set(now.letters)


class LedgerMachine(RuleBasedStateMachine):
    """What was made is made once, whoever asks, and whoever stopped half-way."""

    store: ClassVar[redis.Redis]
    THINGS = (("501", "note:welcome"), ("domain:acme.de", "company"))

    @initialize()
    def begin(self) -> None:
        self.store.flushall()
        self.ledger = Ledger(Scripts(self.store))
        self.made: dict[tuple[str, str], str] = {}
        self.open: dict[tuple[str, str], str] = {}
        self.stale: set[tuple[str, str]] = set()

    @rule(thing=st.sampled_from(THINGS), who=st.sampled_from("ab"))
    def reserve(self, thing: tuple[str, str], who: str) -> None:
        found = self.ledger.reserve(PORTAL, who, [thing], ttl_s=FAR_S, grace_s=FAR_S)
        entry = found[thing]

        if thing in self.made:
            expected = (Standing.MADE, self.made[thing], False)
            assert expected == (entry.standing, entry.made_id, entry.again)
        elif self.open.get(thing, who) != who and thing not in self.stale:
            assert Standing.BUSY is entry.standing
        else:
            again = thing in self.open
            assert (Standing.YOURS, again) == (entry.standing, entry.again)
            self.open[thing] = who
            self.stale.discard(thing)

    @rule(thing=st.sampled_from(THINGS), made_id=st.sampled_from(["8", "9"]))
    def confirm(self, thing: tuple[str, str], made_id: str) -> None:
        self.ledger.confirm(PORTAL, "a", {thing: made_id}, ttl_s=FAR_S)
        self.made[thing] = made_id
        self.open.pop(thing, None)
        self.stale.discard(thing)

    @rule(thing=st.sampled_from(THINGS), who=st.sampled_from("ab"))
    def release(self, thing: tuple[str, str], who: str) -> None:
        """Only whoever announced a thing takes that back; what is made stays so."""
        self.ledger.release(PORTAL, who, [thing])
        if self.open.get(thing) == who:
            del self.open[thing]
            self.stale.discard(thing)

    @rule(thing=st.sampled_from(THINGS), gone_id=st.sampled_from(["8", "9"]))
    def strike(self, thing: tuple[str, str], gone_id: str) -> None:
        """Whoever finds a thing gone forgets that very thing, and no newer one."""
        self.ledger.strike(PORTAL, "a", {thing: gone_id})
        if self.made.get(thing) == gone_id:
            del self.made[thing]

    @rule()
    def the_grace_ends(self) -> None:
        for subject, name in self.open:
            key = keys.of(PORTAL, f"made:{subject}")
            _, _, token = self.store.hget(key, name).split(b" ")
            self.store.hset(key, name, b"open 0 " + token)
        self.stale |= set(self.open)

    @invariant()
    def what_is_made_is_known(self) -> None:
        if hasattr(self, "made"):
            assert self.made == self.ledger.known(PORTAL, self.THINGS)


@pytest.fixture(params=[InboxMachine, LedgerMachine])
def machine(request: Any, store: redis.Redis) -> Iterator[Any]:
    request.param.store = store
    yield request.param
    del request.param.store


def test_any_order_of_steps_leads_where_the_model_says(machine: Any) -> None:
    run_state_machine_as_test(machine, settings=RUN)


# One line of a script, and what it would be if somebody had made a mistake.
MISTAKES = {
    "settle": ("taken, -1)", "taken + 1, -1)"),
    "postpone": ("if holds(contact, token) then", "if true then"),
    "bury": ("count('working', -taken)", ""),
    "replay": ("stand(contact, 'bulk', now)", ""),
    "discard": ("count('discarded', #letters)", ""),
    "claim": ("from[i], contact)", "'nowhere', contact)"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_script_is_found(store: redis.Redis, name: str) -> None:
    before, after = MISTAKES[name]

    def mistaken(script: str) -> str:
        text = scripts.source(script)
        assert script != name or before in text
        return text.replace(before, after) if script == name else text

    class Mistaken(InboxMachine):
        source_of = staticmethod(mistaken)

    Mistaken.store = store
    hasty = settings(
        RUN,
        max_examples=1_000,
        derandomize=True,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises((AssertionError, redis.RedisError, HubkeeperError)):
        run_state_machine_as_test(Mistaken, settings=hasty)
