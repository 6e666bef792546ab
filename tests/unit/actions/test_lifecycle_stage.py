"""The lifecycle stage moves forward, and never back."""

from __future__ import annotations

import pytest

from workers.actions import SetProperties
from workers.actions.lifecycle_stage import lifecycle_stage
from workers.testing import job_for


@pytest.mark.parametrize("stage", ["", "subscriber", "lead"])
def test_a_contact_that_is_behind_moves_forward(stage: str) -> None:
    found = job_for(
        lifecycle_stage, {"lifecyclestage": stage}, to="marketingqualifiedlead"
    )
    assert [SetProperties(lifecyclestage="marketingqualifiedlead")] == found


@pytest.mark.parametrize(
    "stage", ["marketingqualifiedlead", "customer", "other", "1234567"]
)
def test_a_contact_that_is_there_ahead_or_elsewhere_stays(stage: str) -> None:
    found = job_for(
        lifecycle_stage, {"lifecyclestage": stage}, to="marketingqualifiedlead"
    )
    assert [] == found


def test_stages_of_ones_own_have_the_order_that_is_given() -> None:
    found = job_for(
        lifecycle_stage, {"lifecyclestage": "lead"}, to="77", order=["lead", "77"]
    )
    assert [SetProperties(lifecyclestage="77")] == found
