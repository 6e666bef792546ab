"""The same events in any order, repeated, with some missing, and a crash in between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import running
from tests.integration.crash.accident import Accident, KilledError, Trip
from tests.integration.crash.test_changes import BusyWorld, much
from tests.integration.crash.world import PEOPLE, World
from workers.rules.rule import Rule

EXAMPLES = 25
# What HubSpot tells of a new contact: the creation, and each value it came with.
HAPPENINGS = ("contact.creation", "firstname", "email", "phone")
Happening = tuple[str, str]

EVERYTHING: list[Happening] = [
    (who, what)
    for who, values in PEOPLE.items()
    for what in HAPPENINGS
    if what == "contact.creation" or what in values
]


@pytest.fixture(scope="module", params=["default rules", "every kind of change"])
def world(store_url: str, request: pytest.FixtureRequest) -> Iterator[World]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox, redis.Redis.from_url(store_url) as store:
        if request.param == "default rules":
            yield World(sandbox, store)
        else:
            yield BusyWorld(sandbox, store, rules=[Rule.of(much)])


def tell(world: World, happenings: Sequence[Happening]) -> None:
    """Deliver events one by one, each with an id of its own."""
    for who, what in happenings:
        if what == "contact.creation":
            world.tell((who, what))
        else:
            change = {"propertyName": what, "propertyValue": PEOPLE[who][what]}
            world.tell((who, "contact.propertyChange"), **change)


def writes(world: World) -> int:
    """Return how many calls so far could have changed something."""
    harmless = ("/batch/read", "/search")
    return sum(
        each["method"] != "GET" and not each["path"].endswith(harmless)
        for each in world.sandbox.control.requests()
    )


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.permutations(EVERYTHING),
    cut=st.integers(1, len(EVERYTHING)),
    again=st.lists(st.sampled_from(EVERYTHING), max_size=2 * len(EVERYTHING)),
    crash_at=st.integers(0, 40),
    accident=st.sampled_from([Accident.KILLED_BEFORE, Accident.KILLED_AFTER]),
)
@pytest.mark.timeout(300)
def test_any_order_ends_in_the_same_state_and_nothing_is_written_after_that(
    world: World,
    first: list[Happening],
    cut: int,
    again: list[Happening],
    crash_at: int,
    accident: Accident,
) -> None:
    world.begin()
    world.finish()
    expected = world.state()

    world.begin(quiet=True)
    tell(world, first[:cut])
    with contextlib.suppress(KilledError):
        world.work(Trip(crash_at, accident))
    tell(world, first[cut:])
    world.finish()
    assert expected == world.state()

    before = writes(world)
    tell(world, again)
    world.finish()
    assert expected == world.state()
    assert before == writes(world)
    assert world.law.holds
