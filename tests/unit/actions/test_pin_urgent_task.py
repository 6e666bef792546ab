"""The most urgent open task is pinned, over our own pins only."""

from __future__ import annotations

from workers.actions import PinLatest, PinPolicy
from workers.actions.pin_urgent_task import pin_urgent_task
from workers.testing import job_for


def test_tasks_are_pinned_by_priority_and_a_persons_pin_stays() -> None:
    expected = PinLatest(("tasks",), policy=PinPolicy.OUR_OWN, order="priority")
    assert [expected] == job_for(pin_urgent_task, {})


def test_a_persons_pin_is_replaced_only_on_demand() -> None:
    (change,) = job_for(pin_urgent_task, {}, over_people=True)
    assert isinstance(change, PinLatest)
    assert PinPolicy.ANY is change.policy
