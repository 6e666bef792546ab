"""The parent of the primary company is associated too, once."""

from __future__ import annotations

import pytest

from workers.actions import Associate, Related
from workers.actions.associate_parent_company import associate_parent_company
from workers.testing import job_for

CHILD = Related("901", {"hs_parent_company_id": "900"})
PARENT = Related("900")


def test_the_parent_is_associated() -> None:
    found = job_for(
        associate_parent_company, {}, lookups={"companies": (CHILD,)}, label="Group"
    )
    assert [Associate("companies", "900", "Group")] == found


@pytest.mark.parametrize("companies", [(), (PARENT,), (CHILD, PARENT)])
def test_without_a_parent_or_with_it_nothing_is_left_to_do(
    companies: tuple[Related, ...],
) -> None:
    found = job_for(associate_parent_company, {}, lookups={"companies": companies})
    assert [] == found
