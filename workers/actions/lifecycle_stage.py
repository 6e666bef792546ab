"""Moves the lifecycle stage forward, never back; the rule's conditions say when.

Trigger: the contact is created, or any of its properties changes.
Reads:   lifecyclestage.
Writes:  lifecyclestage, only if it is behind the stage that is wanted.
Parameters:
    to     the stage to move to, by its internal name
    order  all stages, first to last; name yours if you have stages of your own

    to "marketingqualifiedlead", contact is "lead"      ->  "marketingqualifiedlead"
    to "marketingqualifiedlead", contact is "customer"  ->  nothing
    a stage that is not in the order                    ->  nothing: nobody knows
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import Change, Contact, Event, SetProperties, enricher

# https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
)


@enricher(
    on=("contact.creation", "contact.propertyChange"),
    reads=("lifecyclestage",),
    parameters={
        "to": fields.String(required=True),
        "order": fields.List(fields.String(), load_default=list(STAGES)),
    },
    default=False,
)
def lifecycle_stage(
    contact: Contact, events: Sequence[Event], *, to: str, order: Sequence[str]
) -> Iterator[Change]:
    """Write the stage if the contact is behind it."""
    stage = contact["lifecyclestage"]
    if to not in order or (stage and stage not in order):
        return
    if not stage or order.index(stage) < order.index(to):
        yield SetProperties(lifecyclestage=to)
