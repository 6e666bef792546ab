"""An action that repeats a contact's address wherever an action can put a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.actions import (
    Change,
    Contact,
    Event,
    GiveUp,
    SetProperties,
    Snooze,
    enricher,
)


@enricher(
    on=("contact.creation", "contact.propertyChange:jobtitle"),
    reads=("email", "jobtitle"),
)
def indiscreet(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Do with the address what the job title says."""
    email = contact["email"]
    match contact["jobtitle"]:
        case "write":
            yield SetProperties(city=email)
        case "fail":
            raise GiveUp(f"nobody can do anything for {email}")
        case "wait":
            raise Snooze(3600, f"let us come back to {email}")
