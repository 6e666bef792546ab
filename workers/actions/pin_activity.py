"""Pins the newest activity to a contact that has nothing pinned.

Trigger: the contact is created; its activities change (notes_last_updated,
         hs_last_sales_activity_timestamp, num_notes); an association of it changes.
Reads:   hs_pinned_engagement_id, firstname, lastname, email.
Writes:  the pin: the newest note, meeting or call. A new contact that has none of
         them gets a welcome note, once, and that is pinned.

    a pin is there already      ->  nothing, whoever set it
    a new contact               ->  its newest activity, otherwise the welcome note
    an activity is added        ->  the newest activity; no note is ever written here

Taking a pin away by hand lasts until the contact's next activity.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from workers.actions import Change, Contact, Event, Note, PinLatest, pinner

KINDS = ("notes", "meetings", "calls")
MAX_NAME_LENGTH = 200


@pinner(
    on=(
        "contact.creation",
        "contact.propertyChange:notes_last_updated",
        "contact.propertyChange:hs_last_sales_activity_timestamp",
        "contact.propertyChange:num_notes",
        "contact.associationChange",
    ),
    reads=("hs_pinned_engagement_id", "firstname", "lastname", "email"),
)
def pin_activity(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Pin the newest activity, or welcome a new contact that has none."""
    if contact["hs_pinned_engagement_id"]:
        return
    created = any(event.kind == "contact.creation" for event in events)
    yield PinLatest(kinds=KINDS, otherwise=_welcome(contact) if created else None)


def _welcome(contact: Contact) -> Note:
    name = html.escape(_display_name(contact))
    return Note(
        key="welcome",
        body=f"<p>Welcome, <strong>{name}</strong>!</p>"
        "<p>Pin an activity of your own to replace this note.</p>",
    )


def _display_name(contact: Contact) -> str:
    # Cut before joining: each of the two may be 65,536 characters long.
    parts = (contact[name][:MAX_NAME_LENGTH] for name in ("firstname", "lastname"))
    name = " ".join(" ".join(parts).split())
    name = name or contact["email"].strip() or "new contact"
    return name[:MAX_NAME_LENGTH]
