"""A pin is taken away when its activity is closed, unless a person has set it."""

from __future__ import annotations

from workers.actions import PinPolicy, Unpin
from workers.actions.unpin_closed import unpin_closed
from workers.testing import event_for, job_for

CHANGED = [event_for("contact.propertyChange", name="notes_last_updated", value="1")]
PINNED = {"hs_pinned_engagement_id": "777"}


def test_our_pin_of_a_closed_activity_is_taken_away() -> None:
    expected = [Unpin(PinPolicy.OUR_OWN, if_closed=True)]
    assert expected == job_for(unpin_closed, PINNED, CHANGED)


def test_a_persons_pin_is_taken_away_only_on_demand() -> None:
    expected = [Unpin(PinPolicy.ANY, if_closed=True)]
    assert expected == job_for(unpin_closed, PINNED, CHANGED, over_people=True)


def test_where_nothing_is_pinned_nothing_is_done() -> None:
    assert [] == job_for(unpin_closed, {}, CHANGED)
