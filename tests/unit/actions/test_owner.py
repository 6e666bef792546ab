"""Owners are given by territory or in turn, the same way every time."""

from __future__ import annotations

from collections import Counter

import pytest
from marshmallow import ValidationError

from workers.actions import Contact, SetProperties
from workers.actions.owner import owner
from workers.testing import event_for, job_for

OWNERS = ["14", "15", "16"]
TERRITORIES = {"AT": ["11"], "Germany": ["12", "13"]}


def owner_of(contact_id: str, owners: list[str]) -> str:
    read = {"hubspot_owner_id": "", "country": ""}
    (change,) = owner(Contact(contact_id, read), [event_for()], owners=owners)
    assert isinstance(change, SetProperties)
    return change.values["hubspot_owner_id"]


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("Österreich", {"11"}),
        ("Germany", {"12", "13"}),
        ("DE", {"12", "13"}),
        ("France", set(OWNERS)),
        ("", set(OWNERS)),
    ],
)
def test_the_country_decides_who_may_be_the_owner(
    country: str, expected: set[str]
) -> None:
    (change,) = job_for(
        owner, {"country": country}, owners=OWNERS, territories=TERRITORIES
    )
    assert isinstance(change, SetProperties)
    assert change.values["hubspot_owner_id"] in expected


def test_an_owner_is_never_replaced() -> None:
    assert [] == job_for(owner, {"hubspot_owner_id": "7"}, owners=OWNERS)


def test_contacts_are_shared_evenly_and_always_alike() -> None:
    ids = [str(id_) for id_ in range(106_651_000_001, 106_651_003_001)]
    shares = Counter(owner_of(id_, OWNERS) for id_ in ids)

    assert all(900 < share < 1_100 for share in shares.values())
    assert [owner_of(i, OWNERS) for i in ids] == [owner_of(i, OWNERS) for i in ids]


def test_a_new_owner_takes_over_from_all_and_nobody_else_moves() -> None:
    ids = [str(id_) for id_ in range(1_000)]
    before = {id_: owner_of(id_, OWNERS) for id_ in ids}
    after = {id_: owner_of(id_, [*OWNERS, "17"]) for id_ in ids}

    assert {"17"} == {after[id_] for id_ in ids if after[id_] != before[id_]}


def test_ids_and_countries_are_checked() -> None:
    with pytest.raises(ValidationError) as caught:
        job_for(owner, {}, owners=["ada@nordwind.de"], territories={"Narnia": ["1"]})

    assert {"owners", "territories"} == set(caught.value.messages_dict)
