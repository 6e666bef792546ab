"""The sandbox holds a hundred thousand contacts and still finds every one of them.

How fast is measured by `make bench`; here is only whether the answers are right.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.hubspot.client import HubSpot
from app.hubspot.search import Filter
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running

CONTACTS = 100_000
FIRST_ID = 100_000_000_000
EVERY = 997


def id_of(n: int) -> str:
    return str(FIRST_ID + n)


@pytest.fixture(scope="module")
def full() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox:
        sandbox.control.seed(
            "contacts",
            (
                {"id": id_of(n), "email": f"p{n}@x.de", "lastname": f"Person {n}"}
                for n in range(CONTACTS)
            ),
        )
        yield sandbox


@pytest.fixture
def hubspot(full: Sandbox) -> Iterator[HubSpot]:
    with HubSpot(full.url, full.config.token, full.config.portal_id) as client:
        yield client


def test_every_one_of_them_is_found_by_id_and_by_email(hubspot: HubSpot) -> None:
    wanted = range(0, CONTACTS, EVERY)
    contacts = hubspot.objects("contacts")
    by_id = contacts.batch_read([id_of(n) for n in wanted], ["email"])
    assert {id_of(n): f"p{n}@x.de" for n in wanted} == {
        key: each.properties["email"] for key, each in by_id.records.items()
    }
    by_email = contacts.batch_read([f"P{n}@x.de" for n in wanted], id_property="email")
    assert {f"P{n}@x.de": id_of(n) for n in wanted} == {
        key: each.id for key, each in by_email.records.items()
    }


def test_search_counts_them_all_and_finds_one(hubspot: HubSpot) -> None:
    search = hubspot.search("contacts")
    last = f"p{CONTACTS - 1}@x.de"
    [found] = search.find([[Filter("email", "EQ", last)]])
    assert id_of(CONTACTS - 1) == found.id


def test_list_goes_on_from_the_middle(full: Sandbox, hubspot: HubSpot) -> None:
    """The next page is found without going through those before it."""
    middle = CONTACTS // 2
    page = full.control.call("GET", "/objects/contacts", limit=3, after=id_of(middle))
    assert [id_of(middle + n) for n in range(3)] == [e["id"] for e in page["results"]]
    assert id_of(middle + 3) == page["paging"]["next"]["after"]
    first = hubspot.objects("contacts").list()
    assert [id_of(n) for n in range(250)] == [next(first).id for _ in range(250)]


def test_those_who_exist_are_refused_among_a_hundred_thousand(hubspot: HubSpot) -> None:
    """Uniqueness of addresses is looked up, not searched for."""
    upserted = hubspot.objects("contacts").batch_upsert(
        {f"p{CONTACTS // 2}@x.de": {"city": "Ulm"}, "new@x.de": {"city": "Bonn"}}
    )
    assert {f"p{CONTACTS // 2}@x.de": False, "new@x.de": True} == {
        key: each.new for key, each in upserted.records.items()
    }
