"""What we wrote, and on which state of the contact it was based.

HubSpot has no If-Match: between our reading a contact and our writing it, a person may
have typed something that our write then covered. The event of that edit comes later,
with its value; with what is kept here it can be put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.events import keys
from app.events.model import Event
from app.events.scripts import Scripts, store_errors

# Longer than a webhook usually takes; after that a person has seen what happened.
REMEMBERED_MS = 3_600_000
# What HubSpot puts in place of a sensitive value.
# https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide
REDACTED = "REDACTED"


@dataclass(frozen=True, slots=True)
class Write:
    """A value that we wrote; `based_on` is the `updatedAt` of the state we had read."""

    value: str
    based_on: float


class Writes:
    """Remembers our writes for a while; every method may raise StoreDown."""

    def __init__(self, scripts: Scripts) -> None:
        self._store = scripts.store
        self._vault = scripts.vault

    def remember(self, portal: str, writes: Mapping[str, Mapping[str, Write]]) -> None:
        """Note down what is about to be written, by contact and property."""
        pipe = self._store.pipeline(transaction=False)
        for contact_id, values in writes.items():
            key = keys.of(portal, f"wrote:{contact_id}")
            pipe.hset(key, mapping={n: self._form(w) for n, w in values.items()})
            pipe.pexpire(key, REMEMBERED_MS)
        if writes:
            with store_errors():
                pipe.execute()

    def of(self, portal: str, contacts: Sequence[str]) -> dict[str, dict[str, Write]]:
        """Return what we wrote lately, by contact and property."""
        pipe = self._store.pipeline(transaction=False)
        for contact_id in contacts:
            pipe.hgetall(keys.of(portal, f"wrote:{contact_id}"))
        with store_errors():
            found = pipe.execute() if contacts else []
        return {
            contact_id: {n.decode(): self._write(text) for n, text in fields.items()}
            for contact_id, fields in zip(contacts, found, strict=True)
            if fields
        }

    def _form(self, write: Write) -> str:
        return self._vault.seal_text(f"{write.based_on} {write.value}")

    def _write(self, stored: bytes) -> Write:
        based_on, _, value = self._vault.open_text(stored).partition(" ")
        return Write(value, float(based_on))


def covered_edits(
    events: Sequence[Event], writes: Mapping[str, Write], now: Mapping[str, str | None]
) -> dict[str, str]:
    """Return what people typed and our writes covered, by property.

    Args:
        events: of one contact; those of our own writes are not among them.
        writes: what we wrote to it.
        now: the contact's properties as they are.

    """
    covered = {}
    for event in sorted(events, key=lambda event: event.occurred_at):
        name, write = event.property_name, writes.get(event.property_name)
        if (
            write
            and event.happening == "propertyChange"
            and event.property_value != REDACTED
            and event.occurred_at > write.based_on
            and now.get(name) == write.value
        ):
            covered[name] = event.property_value
    return {name: typed for name, typed in covered.items() if typed != now[name]}
