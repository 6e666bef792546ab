"""The changes that the shipped actions seldom ask for, through the same accidents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
import redis

from app.events.model import Event
from app.hubspot.shapes.property import NewProperty
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import running
from tests.integration.crash.accident import Accident
from tests.integration.crash.test_crash import DISTURBING, sweep, undisturbed
from tests.integration.crash.world import World
from workers.action import reactor
from workers.changes import (
    AddSecondaryEmail,
    Change,
    LogActivity,
    PinLatest,
    PinPolicy,
    SetProperties,
    UpsertRecord,
    note,
)
from workers.contact import Contact
from workers.rules.rule import Rule


@reactor(on=("contact.creation",), reads=("email",))
def much(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Want a bit of everything."""
    name = contact["email"].partition("@")[0]
    yield SetProperties(company="Acme").not_over_people()
    yield LogActivity("tasks", "call", {"hs_task_subject": f"call {name}"})
    yield note("summary", f"<p>All about {name}</p>", rewrite=True, pin=True)
    yield PinLatest(policy=PinPolicy.OUR_OWN)
    yield UpsertRecord("deals", "order_number", name, {"dealname": f"deal of {name}"})
    yield AddSecondaryEmail(f"{name}@zweitadresse.de")


class BusyWorld(World):
    """The same portal, with a property that a deal can be found by."""

    def begin(self, *, quiet: bool = False) -> None:
        super().begin(quiet=quiet)
        unique = NewProperty(
            "order_number", "Order", "dealinformation", has_unique_value=True
        )
        client = self.connect().clients.of(self.portal)
        client.properties("deals").create(unique)


@pytest.fixture(scope="module")
def world(store_url: str) -> Iterator[World]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox, redis.Redis.from_url(store_url) as store:
        yield BusyWorld(sandbox, store, rules=[Rule.of(much)])


def test_a_round_does_a_bit_of_everything(world: World) -> None:
    state = undisturbed(world, with_change=False)

    ada = state["contacts"]["ada@nordwind-spedition.de"]
    assert "Acme" == ada["company"]
    assert (["call ada"], ["deal of ada"]) == (ada["tasks"], ada["deals"])
    assert (["<p>All about ada</p>"], "<p>All about ada</p>") == (
        ada["notes"],
        ada["pinned"],
    )
    assert "ada@zweitadresse.de" == ada["hs_additional_emails"]


@pytest.mark.parametrize("accident", Accident)
def test_no_accident_at_any_call_does_harm(world: World, accident: Accident) -> None:
    expected = undisturbed(world, with_change=accident in DISTURBING)

    assert [] == list(sweep(world, expected, accident))
