"""Dead letters: what could not be finished, why, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.events import contents, keys, letter, odd
from app.events.letter import DeadLetter
from app.events.mark import Mark
from app.events.model import Event
from app.events.scripts import Scripts, store_errors
from app.events.wire import Oddity

__all__ = ["DeadLetter", "DeadLetters", "Held", "Mark"]

# Dead letters are read in pages of this many.
PAGE = 100


@dataclass(frozen=True, slots=True)
class Held:
    """One event of a letter as HubSpot sent it, and what a replay takes instead."""

    original: Any
    edited: Any = None


class DeadLetters:
    """Lists, shows, replays and discards; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._store = scripts.store
        self._form = scripts.form
        self._vault = scripts.vault

    def count(self, portal: str) -> int:
        """Return how many dead letters there are."""
        with store_errors():
            found: Any = self._store.zcard(keys.of(portal, "dead"))
        return int(found)

    def marks(
        self,
        portal: str,
        after: Mark | None = None,
        most: int = PAGE,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        newest_first: bool = False,
    ) -> list[Mark]:
        """Return the places of the next letters; a page, however many there are.

        Args:
            portal: whose letters.
            after: the last one that was seen; it may be gone meanwhile.
            most: how many to return at most.
            since_ms: only letters that were buried then or later.
            until_ms: only letters that were buried then or earlier.
            newest_first: the other way round.

        """
        ends = [
            "-inf" if since_ms is None else since_ms,
            "+inf" if until_ms is None else until_ms,
        ]
        if after is not None:
            ends[newest_first] = after.buried_ms
        wide = most
        while True:
            found = self._range(portal, ends, wide, newest_first)
            fresh = [
                m for m in found if after is None or m.is_past(after, newest_first)
            ]
            # Letters that were buried together share their time: those that were seen
            # already are read again, and must not be all that is read.
            if fresh or len(found) < wide:
                return fresh[:most]
            wide *= 2

    def of_contact(self, portal: str, contact_id: str) -> list[Mark]:
        """Return the places of one contact's letters, oldest first."""
        with store_errors():
            ids: Any = self._store.smembers(keys.of(portal, f"dead_of:{contact_id}"))
            names = [id_.decode() for id_ in ids]
            key = keys.of(portal, "dead")
            scores: Any = self._store.zmscore(key, names) if names else []
        pairs = zip(names, scores, strict=True)
        marks = [Mark(int(score), name) for name, score in pairs if score is not None]
        return sorted(marks)

    def all(self, portal: str) -> Iterator[DeadLetter]:
        """Iterate over the portal's dead letters, oldest first."""
        last: Mark | None = None
        while marks := self.marks(portal, last):
            last = marks[-1]
            yield from self.read(portal, [mark.id for mark in marks])

    def get(self, portal: str, letter_id: str) -> DeadLetter | None:
        """Return one dead letter, or None."""
        return next(iter(self.read(portal, [letter_id])), None)

    def read(self, portal: str, ids: Sequence[str]) -> list[DeadLetter]:
        """Return those of the letters that are still there."""
        pipe = self._store.pipeline(transaction=False)
        for id_ in ids:
            pipe.hgetall(keys.of(portal, f"dead_letter:{id_}"))
            pipe.llen(keys.of(portal, f"dead_events:{id_}"))
            pipe.hlen(keys.of(portal, f"dead_edits:{id_}"))
        with store_errors():
            replies = pipe.execute()
        rows = zip(ids, replies[::3], replies[1::3], replies[2::3], strict=True)
        return [letter.load(self._vault, portal, *row) for row in rows if row[1]]

    def events(self, portal: str, letter_id: str) -> list[Any]:
        """Return the letter's events as HubSpot sent them."""
        return [held.original for held in self.held(portal, letter_id)]

    def held(self, portal: str, letter_id: str) -> list[Held]:
        """Return the letter's events, each with its edited form if there is one."""
        ((stored, edits),) = contents.read(self._store, portal, [letter_id])
        raw_of = self._form.raw_of
        return [
            Held(raw_of(each), raw_of(edits[n]) if n in edits else None)
            for n, each in enumerate(stored)
        ]

    def kinds(self, portal: str, ids: Sequence[str]) -> dict[str, set[str]]:
        """Return the types of each letter's events, with property names after ":"."""
        inside = contents.read(self._store, portal, ids)
        return {
            id_: {kind for each in stored for kind in contents.kinds(self._form, each)}
            for id_, (stored, _) in zip(ids, inside, strict=True)
        }

    def replay(self, portal: str, letter_id: str) -> int:
        """Let the letter's events wait again; return how many.

        Raises:
            LookupError: there is no such letter (any more).
            ValueError: an event in it still cannot be read.

        """
        found = self.get(portal, letter_id)
        if found is None:
            raise _nothing(portal, letter_id)
        outcome = self.replay_many(portal, [found])[letter_id]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def replay_many(
        self, portal: str, letters: Sequence[DeadLetter], order: str = ""
    ) -> dict[str, int | Exception]:
        """Let the events of letters wait again, each letter whole or not at all.

        Returns per letter how many events wait, or why they do not: LookupError for a
        letter that is gone, ValueError for one that cannot be worked off.
        """
        outcome: dict[str, int | Exception] = {}
        for part in contents.portions(letters):
            calls: dict[str, list[str | bytes]] = {}
            inside = contents.read(self._store, portal, [each.id for each in part])
            for each, (stored, edits) in zip(part, inside, strict=True):
                past = letter.dump_deaths(each.deaths, self._vault)
                try:
                    rows = contents.rows(self._form, each.id, stored, edits)
                    calls[each.id] = [each.id, order, past, *rows]
                except ValueError as error:
                    outcome[each.id] = error
            outcome |= self._take("replay", portal, calls)
        return outcome

    def discard(self, portal: str, letter_id: str) -> int:
        """Drop the letter for good; return how many events it held.

        Raises:
            LookupError: there is no such letter (any more).

        """
        outcome = self.discard_many(portal, [letter_id])[letter_id]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def discard_many(
        self, portal: str, ids: Sequence[str], order: str = ""
    ) -> dict[str, int | Exception]:
        """Drop letters for good; return per letter how many events, or LookupError."""
        return self._take("discard", portal, {id_: [id_, order] for id_ in ids})

    def forget(self, portal: str, contacts: Collection[str]) -> None:
        """Discard what could not be read and names one of these contacts.

        Their own letters go with all else there is of them: see `Inbox.forget`.
        """
        odd.forget(self._scripts, portal, contacts)

    def amend(
        self, portal: str, letter_id: str, place: int, event: Event | None
    ) -> None:
        """Let a replay take another form of an event; None takes the original again.

        Raises:
            LookupError: there is no such letter, or it has no such event.

        """
        payload = self._form.dump(event) if event else b""
        done = int(self._scripts.run("amend", portal, letter_id, place, payload))
        if done < 0:
            raise _nothing(portal, letter_id)
        if not done:
            raise LookupError(f"dead letter {letter_id} has no event {place}")

    def restore(
        self,
        dead: DeadLetter,
        items: Sequence[Event | Oddity],
        edits: Mapping[int, Event],
    ) -> int:
        """Take in a letter that was exported; return its events, 0 if it is here."""
        buried_ms = round(dead.buried_at * 1000)
        about = letter.fields_of(dead, self._vault)
        flat = [part for pair in about.items() for part in pair]
        payloads = [self._form.dump(each) for each in items]
        amended = [part for n, e in edits.items() for part in (n, self._form.dump(e))]
        with store_errors():
            self._store.sadd(keys.PORTALS, dead.portal)
        args = (
            dead.id,
            contents.foreign_id(dead, buried_ms),
            buried_ms,
            dead.contact_id,
        )
        taken = self._scripts.run(
            "restore",
            dead.portal,
            *args,
            len(about),
            *flat,
            len(payloads),
            *payloads,
            *amended,
        )
        return int(taken)

    def _take(
        self, script: str, portal: str, calls: Mapping[str, Sequence[str | bytes]]
    ) -> dict[str, int | Exception]:
        taken = self._scripts.run_many(script, portal, list(calls.values()))
        return {
            id_: int(events) if events >= 0 else _nothing(portal, id_)
            for id_, events in zip(calls, taken, strict=True)
        }

    def _range(
        self, portal: str, ends: list[Any], most: int, newest_first: bool
    ) -> list[Mark]:
        key = keys.of(portal, "dead")
        low, high = ends
        with store_errors():
            found: Any = (
                self._store.zrevrangebyscore(key, high, low, 0, most, withscores=True)
                if newest_first
                else self._store.zrangebyscore(key, low, high, 0, most, withscores=True)
            )
        return [Mark(int(score), id_.decode()) for id_, score in found]


def _nothing(portal: str, letter_id: str) -> LookupError:
    return LookupError(f"portal {portal} has no dead letter {letter_id}")
