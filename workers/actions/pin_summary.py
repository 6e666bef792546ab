"""Keeps one pinned note that sums the contact up: rewritten, never a second one.

Trigger: the contact is created, or any of its properties changes.
Reads:   hs_pinned_engagement_id, firstname, lastname, and the properties it lists.
Writes:  the text of one note, and the pin. It replaces a pin of hubkeeper's, never one
         that a person set.
Parameters:
    properties  what the note lists, in this order
    title       its first line, "Summary" by default

    jobtitle "CTO", company "Nordwind"  ->  "Summary: Ada Hagen", "jobtitle: CTO",
                                            "company: Nordwind"
    the job title changes               ->  the same note, with the new title
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from marshmallow import fields, validate

from workers.actions import Change, Contact, Event, PinPolicy, note, pinner

# Twenty lines of this length, each of its characters escaped, still fit into a note.
MAX_VALUE_LENGTH = 500
MOST_LISTED = 20
LISTED = ("jobtitle", "company", "email", "phone", "city", "country", "lifecyclestage")


@pinner(
    on=("contact.creation", "contact.propertyChange"),
    reads=("hs_pinned_engagement_id", "firstname", "lastname"),
    parameters={
        "properties": fields.List(
            fields.String(),
            load_default=list(LISTED),
            validate=validate.Length(min=1, max=MOST_LISTED),
        ),
        "title": fields.String(
            load_default="Summary", validate=validate.Length(max=MAX_VALUE_LENGTH)
        ),
    },
    default=False,
    also_reads=lambda parameters: parameters["properties"],
)
def pin_summary(
    contact: Contact, events: Sequence[Event], *, properties: Sequence[str], title: str
) -> Iterator[Change]:
    """Write the note as it should read now, and pin it."""
    name = " ".join(f"{contact['firstname'][:200]} {contact['lastname'][:200]}".split())
    lines = [
        f"<li>{html.escape(each)}: {html.escape(contact[each][:MAX_VALUE_LENGTH])}</li>"
        for each in properties
        if contact[each]
    ]
    heading = html.escape(f"{title}: {name}" if name else title)
    body = f"<p><strong>{heading}</strong></p><ul>{''.join(lines)}</ul>"
    policy = PinPolicy.OUR_OWN
    yield note("summary", body, rewrite=True, pin=True, policy=policy)
