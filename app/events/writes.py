"""What we wrote, and on which state of the contact it was based.

HubSpot has no If-Match: between our reading a contact and our writing it, a person may
have typed something that our write then covered. The event of that edit comes later,
with its value; with what is kept here it can be put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.events.model import Event
from app.events.notes import Notes
from app.events.scripts import Scripts

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
        self._notes = Notes(scripts, "wrote", REMEMBERED_MS)
        self._vault = scripts.vault

    def remember(self, portal: str, writes: Mapping[str, Mapping[str, Write]]) -> None:
        """Note down what is about to be written, by contact and property."""
        forms = {
            contact_id: {name: self._form(write) for name, write in values.items()}
            for contact_id, values in writes.items()
        }
        self._notes.add(portal, forms)

    def of(self, portal: str, contacts: Sequence[str]) -> dict[str, dict[str, Write]]:
        """Return what we wrote lately, by contact and property."""
        return {
            contact_id: {name: self._write(note) for name, note in by_name.items()}
            for contact_id, by_name in self._notes.of(portal, contacts).items()
        }

    def _form(self, write: Write) -> bytes:
        text = f"{write.based_on} {write.value}"
        return self._vault.seal(text.encode("utf-8", "replace"))

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
