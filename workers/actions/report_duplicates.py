"""Reports other contacts that have this one's phone number or e-mail address.

Trigger: the contact is created, or email, phone or mobilephone changes.
Reads:   email, phone, mobilephone, and the property it writes; looks up duplicates.
Writes:  one note, kept up to date, or a property, or both; merges nothing.
Parameters:
    note   write the note; on by default
    write  gets the ids of the others, e.g. "502;503"; none by default

    502 has the same mobile number  ->  note "Possibly the same person: ... (502)"
    nobody has                      ->  no note; a property is emptied
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import (
    Change,
    Contact,
    Event,
    Related,
    SetProperties,
    parameter,
    reactor,
)
from workers.actions import note as note_of

MOST_LISTED = 20
MAX_NAME_LENGTH = 200


@reactor(
    on=(
        "contact.creation",
        "contact.propertyChange:email",
        "contact.propertyChange:phone",
        "contact.propertyChange:mobilephone",
    ),
    reads=("email", "phone", "mobilephone"),
    parameters={
        "note": fields.Boolean(load_default=True),
        "write": parameter.property_name(),
    },
    default=False,
    looks_up=("duplicates",),
    also_reads=lambda parameters: filter(None, [parameters["write"]]),
)
def report_duplicates(
    contact: Contact, events: Sequence[Event], *, note: bool, write: str
) -> Iterator[Change]:
    """Name the others where somebody will look."""
    others = contact.lookup("duplicates")[:MOST_LISTED]
    if write:
        yield SetProperties(**{write: ";".join(other.id for other in others)})
    if note and others:
        listed = "".join(f"<li>{_line(other)}</li>" for other in others)
        body = f"<p>Possibly the same person:</p><ul>{listed}</ul>"
        yield note_of("duplicates", body, rewrite=True)


def _line(other: Related) -> str:
    name = " ".join(f"{other['firstname']} {other['lastname']}".split())
    name = (name or other["email"] or other["phone"])[:MAX_NAME_LENGTH]
    return f"{html.escape(name)} ({other.id})".strip()
