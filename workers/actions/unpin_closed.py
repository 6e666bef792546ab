"""Takes the pin away when the pinned task is done or the pinned meeting is over.

Trigger: the activities of the contact change (notes_last_updated,
         notes_next_activity_date, hs_last_sales_activity_timestamp).
Reads:   hs_pinned_engagement_id.
Writes:  the pin: emptied, if hubkeeper has set it and the activity is closed.
Parameters:
    over_people  take away a person's pin too; off by default

    the pinned task is completed                    ->  nothing is pinned
    the pinned meeting took place or was cancelled  ->  nothing is pinned
    a note or a call is pinned                      ->  it stays
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import Change, Contact, Event, PinPolicy, Unpin, pinner


@pinner(
    on=(
        "contact.propertyChange:notes_last_updated",
        "contact.propertyChange:notes_next_activity_date",
        "contact.propertyChange:hs_last_sales_activity_timestamp",
    ),
    reads=("hs_pinned_engagement_id",),
    parameters={"over_people": fields.Boolean(load_default=False)},
    default=False,
)
def unpin_closed(
    contact: Contact, events: Sequence[Event], *, over_people: bool
) -> Iterator[Change]:
    """Unpin what is closed, if anything is pinned at all."""
    if contact["hs_pinned_engagement_id"]:
        policy = PinPolicy.ANY if over_people else PinPolicy.OUR_OWN
        yield Unpin(policy=policy, if_closed=True)
