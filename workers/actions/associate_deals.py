"""Associates the contact with the open deals of its company.

Trigger: the contact is created, or it is associated with a company.
Reads:   nothing of the contact; looks up its deals and those of its companies.
Writes:  associations with deals.
Parameters:
    pipelines  ids of pipelines; only their deals count; all by default
    stages     ids of stages; only deals in these; all by default
    label      a label of your own for the association; none by default
    most       the oldest so many deals, 10 by default: a contact of a large company
               need not hang on all of them

    the company has two open deals and a closed one  ->  associated with the two open
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields, validate

from workers.actions import Associate, Change, Contact, Event, associator, parameter


@associator(
    on=("contact.creation", "contact.associationChange"),
    reads=(),
    parameters={
        "pipelines": parameter.words(),
        "stages": parameter.words(),
        "label": fields.String(load_default=""),
        "most": fields.Integer(load_default=10, validate=validate.Range(min=1)),
    },
    default=False,
    looks_up=("deals",),
)
def associate_deals(
    contact: Contact,
    events: Sequence[Event],
    *,
    pipelines: Sequence[str],
    stages: Sequence[str],
    label: str,
    most: int,
) -> Iterator[Change]:
    """Associate the open deals that are in the right place."""
    deals = [
        deal
        for deal in contact.lookup("deals")
        if deal["hs_is_closed"] != "true"
        and (not pipelines or deal["pipeline"] in pipelines)
        and (not stages or deal["dealstage"] in stages)
    ]
    for deal in deals[:most]:
        yield Associate("deals", deal.id, label)
