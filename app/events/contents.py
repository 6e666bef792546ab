"""What is in dead letters: their events, looked at one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import redis

from app.events import keys
from app.events.letter import DeadLetter
from app.events.model import Event
from app.events.scripts import store_errors
from app.events.stored import StoredForm
from app.events.wire import Oddity

# An event may hold 64 kB: so many of them at once are moved in any case.
MOST_EVENTS_AT_ONCE = 5_000


def portions(letters: Iterable[DeadLetter]) -> Iterator[list[DeadLetter]]:
    """Split letters so that not too many events are in memory at once."""
    part: list[DeadLetter] = []
    events = 0
    for each in letters:
        if part and events + each.events > MOST_EVENTS_AT_ONCE:
            yield part
            part, events = [], 0
        part.append(each)
        events += each.events
    if part:
        yield part


def read(
    store: redis.Redis, portal: str, ids: Sequence[str]
) -> list[tuple[list[bytes], dict[int, bytes]]]:
    """Return the stored events of each letter, and its edits by their place.

    Raises:
        StoreDown: the store did not answer.

    """
    pipe = store.pipeline(transaction=False)
    for id_ in ids:
        pipe.lrange(keys.of(portal, f"dead_events:{id_}"), 0, -1)
        pipe.hgetall(keys.of(portal, f"dead_edits:{id_}"))
    with store_errors():
        replies = pipe.execute() if ids else []
    return [
        (stored, {int(place): payload for place, payload in edits.items()})
        for stored, edits in zip(replies[::2], replies[1::2], strict=True)
    ]


def rows(
    form: StoredForm,
    letter_id: str,
    stored: Sequence[bytes],
    edits: Mapping[int, bytes],
) -> Iterator[str | bytes]:
    """Return contact and payload of each event.

    Raises:
        ValueError: one of them cannot be worked off.

    """
    for place, payload in enumerate(stored):
        event = form.revive(edits.get(place, payload))
        if isinstance(event, Oddity):
            raise ValueError(f"letter {letter_id} is still unreadable: {event.reason}")
        if event.object_name != "contact":
            raise ValueError(
                f"letter {letter_id} is about a {event.object_name}, not a contact"
            )
        yield event.object_id
        yield form.renewed(payload, event)


def kinds(form: StoredForm, stored: bytes) -> Iterator[str]:
    """Yield the type of an event, alone and with the property's name after ":"."""
    event = form.revive(stored)
    if isinstance(event, Event):
        yield event.kind
        if event.property_name:
            yield f"{event.kind}:{event.property_name}"


def foreign_id(dead: DeadLetter, buried_ms: int) -> str:
    """Return the same name for every import of a letter, and none of ours."""
    if dead.id.startswith("x"):
        return dead.id
    text = f"{dead.portal}/{dead.id}/{dead.contact_id}/{buried_ms}"
    return "x" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
