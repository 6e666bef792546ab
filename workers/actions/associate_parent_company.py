"""Associates the contact with the parent of its company too.

Trigger: the contact is created, or it is associated with a company.
Reads:   nothing of the contact; looks up its companies.
Writes:  an association with the parent company; the primary company stays.
Parameters:
    label  a label of your own for the association; none by default

    "Nordwind Austria" belongs to "Nordwind Holding"  ->  associated with both
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import Associate, Change, Contact, Event, associator


@associator(
    on=("contact.creation", "contact.associationChange"),
    reads=(),
    parameters={"label": fields.String(load_default="")},
    default=False,
    looks_up=("companies",),
)
def associate_parent_company(
    contact: Contact, events: Sequence[Event], *, label: str
) -> Iterator[Change]:
    """Associate the parent of the primary company, unless that is done."""
    companies = contact.lookup("companies")
    parent_id = companies[0]["hs_parent_company_id"] if companies else ""
    if parent_id and parent_id not in {company.id for company in companies}:
        yield Associate("companies", parent_id, label)
