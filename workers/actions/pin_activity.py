"""Pins the newest activity to a contact that has nothing pinned.

Trigger: the contact is created; its activities change (notes_last_updated,
         hs_last_sales_activity_timestamp, num_notes); an association of it changes.
Reads:   hs_pinned_engagement_id, firstname, lastname, email.
Writes:  the pin: the newest note, meeting or call. A new contact that has none of
         them gets a welcome note, once, and that is pinned.
Parameters:
    kinds    what may be pinned: notes, meetings, calls, tasks, emails; the first three
             by default
    welcome  write the welcome note; on by default

    a pin is there already      ->  nothing, whoever set it
    a new contact               ->  its newest activity, otherwise the welcome note
    an activity is added        ->  the newest activity; no note is ever written here
    found by a sweep            ->  the newest activity; the welcome note only if the
                                    contact was created in the reconcile's span

Taking a pin away by hand lasts until the contact's next activity.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import (
    RECONCILE,
    Change,
    Contact,
    Event,
    LogActivity,
    PinLatest,
    note,
    parameter,
    pinner,
)

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
    parameters={
        "kinds": parameter.activity_kinds("notes", "meetings", "calls"),
        "welcome": fields.Boolean(load_default=True),
    },
)
def pin_activity(
    contact: Contact, events: Sequence[Event], *, kinds: Sequence[str], welcome: bool
) -> Iterator[Change]:
    """Pin the newest activity, or welcome a new contact that has none."""
    if contact["hs_pinned_engagement_id"]:
        return
    created = any(event.tells_of_creation for event in events)
    otherwise = _welcome(contact) if created and welcome else None
    told = any(event.kind != RECONCILE for event in events)
    yield PinLatest(kinds=tuple(kinds), otherwise=otherwise, again=told)


def _welcome(contact: Contact) -> LogActivity:
    name = html.escape(_display_name(contact))
    return note(
        "welcome",
        f"<p>Welcome, <strong>{name}</strong>!</p>"
        "<p>Pin an activity of your own to replace this note.</p>",
    )


def _display_name(contact: Contact) -> str:
    # Cut before joining: each of the two may be 65,536 characters long.
    parts = (contact[name][:MAX_NAME_LENGTH] for name in ("firstname", "lastname"))
    name = " ".join(" ".join(parts).split())
    name = name or contact["email"].strip() or "new contact"
    return name[:MAX_NAME_LENGTH]
