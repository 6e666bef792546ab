"""Pins the most urgent open task.

Trigger: the contact is created; its activities change (notes_last_updated,
         notes_next_activity_date); an association of it changes.
Reads:   hs_pinned_engagement_id.
Writes:  the pin: the open task of the highest priority, the one that is due first
         among equals. It replaces a pin of hubkeeper's, never one that a person set.
Parameters:
    over_people  replace a person's pin too; off by default

    a LOW and a HIGH task are open  ->  the HIGH one is pinned
    no task is open                 ->  the pin stays as it is
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import Change, Contact, Event, PinLatest, PinPolicy, pinner


@pinner(
    on=(
        "contact.creation",
        "contact.propertyChange:notes_last_updated",
        "contact.propertyChange:notes_next_activity_date",
        "contact.associationChange",
    ),
    reads=("hs_pinned_engagement_id",),
    parameters={"over_people": fields.Boolean(load_default=False)},
    default=False,
)
def pin_urgent_task(
    contact: Contact, events: Sequence[Event], *, over_people: bool
) -> Iterator[Change]:
    """Pin what has to be done first."""
    policy = PinPolicy.ANY if over_people else PinPolicy.OUR_OWN
    yield PinLatest(kinds=("tasks",), policy=policy, order="priority")
