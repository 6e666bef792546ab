"""The contact is associated with its company's open deals, as the rule has it."""

from __future__ import annotations

from typing import Any

import pytest

from workers.actions import Associate, Related
from workers.actions.associate_deals import associate_deals
from workers.testing import job_for

DEALS = (
    Related("901", {"pipeline": "default", "dealstage": "new"}),
    Related("902", {"pipeline": "default", "dealstage": "won", "hs_is_closed": "true"}),
    Related("903", {"pipeline": "renewals", "dealstage": "new"}),
    Related("904", {"pipeline": "renewals", "dealstage": "late"}),
)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["901", "903", "904"]),
        ({"pipelines": ["renewals"]}, ["903", "904"]),
        ({"stages": ["new"]}, ["901", "903"]),
        ({"most": 1}, ["901"]),
    ],
)
def test_open_deals_in_the_right_place_are_associated(
    parameters: dict[str, Any], expected: list[str]
) -> None:
    found = job_for(associate_deals, {}, lookups={"deals": DEALS}, **parameters)
    assert [Associate("deals", id_) for id_ in expected] == found


def test_the_association_bears_the_label() -> None:
    found = job_for(
        associate_deals, {}, lookups={"deals": DEALS[:1]}, label="Colleague"
    )
    assert [Associate("deals", "901", "Colleague")] == found
