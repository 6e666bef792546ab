"""Dead letters: what could not be finished, why, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.events import keys
from app.events.model import Event
from app.events.scripts import Scripts, store_errors

# Dead letters are read in pages of this many.
PAGE = 100


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """The events of one contact that were given up together.

    Attributes:
        id: names the letter within its portal.
        contact_id: the contact, or "odd" for an item that could not be read.
        reason: in one word: "refused", "attempts", "bug", "worker_died", "unreadable".
        error: in HubSpot's or Python's own words.
        detail: what else is known, e.g. a traceback.
        attempts: how often it was tried.
        buried_at: epoch seconds on the store's clock.
        events: how many events the letter holds.

    """

    portal: str
    id: str
    contact_id: str
    reason: str
    error: str
    detail: str
    attempts: int
    buried_at: float
    events: int


class DeadLetters:
    """Lists, shows, replays and discards; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._store = scripts.store
        self._form = scripts.form
        self._vault = scripts.vault

    def all(self, portal: str) -> Iterator[DeadLetter]:
        """Iterate over the portal's dead letters, oldest first."""
        with store_errors():
            ids: Any = self._store.zrange(keys.of(portal, "dead"), 0, -1)
        for start in range(0, len(ids), PAGE):
            yield from self._read(
                portal, [i.decode() for i in ids[start : start + PAGE]]
            )

    def get(self, portal: str, letter_id: str) -> DeadLetter | None:
        """Return one dead letter, or None."""
        return next(iter(self._read(portal, [letter_id])), None)

    def events(self, portal: str, letter_id: str) -> list[Any]:
        """Return the letter's events as HubSpot sent them."""
        return [self._form.raw_of(stored) for stored in self._stored(portal, letter_id)]

    def replay(self, portal: str, letter_id: str) -> int:
        """Let the letter's events wait again; return how many.

        Raises:
            LookupError: there is no such letter (any more).
            ValueError: an event in it still cannot be read.

        """
        rows: list[str | bytes] = []
        for stored in self._stored(portal, letter_id):
            event = self._form.revive(stored)
            if not isinstance(event, Event):
                raise ValueError(
                    f"letter {letter_id} is still unreadable: {event.reason}"
                )
            rows += [event.object_id, self._form.renewed(stored, event)]
        return self._take("replay", portal, letter_id, *rows)

    def discard(self, portal: str, letter_id: str) -> int:
        """Drop the letter for good; return how many events it held.

        Raises:
            LookupError: there is no such letter (any more).

        """
        return self._take("discard", portal, letter_id)

    def _take(
        self, script: str, portal: str, letter_id: str, *args: str | bytes
    ) -> int:
        taken = int(self._scripts.run(script, portal, letter_id, *args))
        if taken < 0:
            raise LookupError(f"portal {portal} has no dead letter {letter_id}")
        return taken

    def _stored(self, portal: str, letter_id: str) -> list[bytes]:
        with store_errors():
            stored: Any = self._store.lrange(
                keys.of(portal, f"dead_events:{letter_id}"), 0, -1
            )
        return list(stored)

    def _read(self, portal: str, ids: list[str]) -> Iterator[DeadLetter]:
        pipe = self._store.pipeline(transaction=False)
        for letter_id in ids:
            pipe.hgetall(keys.of(portal, f"dead_letter:{letter_id}"))
            pipe.llen(keys.of(portal, f"dead_events:{letter_id}"))
        with store_errors():
            replies = pipe.execute()
        for letter_id, fields, events in zip(
            ids, replies[::2], replies[1::2], strict=True
        ):
            if fields:
                yield self._letter(portal, letter_id, fields, events)

    def _letter(
        self, portal: str, letter_id: str, fields: dict[bytes, bytes], events: int
    ) -> DeadLetter:
        text = {n.decode(): self._vault.open_text(v) for n, v in fields.items()}
        return DeadLetter(
            portal=portal,
            id=letter_id,
            contact_id=text["contact"],
            reason=text["reason"],
            error=text["error"],
            detail=text["detail"],
            attempts=int(text["attempts"]),
            buried_at=int(text["buried_at"]) / 1000,
            events=events,
        )
