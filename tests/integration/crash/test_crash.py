"""Whatever happens at whichever call: nothing lost, nothing twice, same end.

Each test takes a round through every one of its store calls and HTTP calls, lets an
accident happen there, lets other workers finish, and compares with a round without
accident. The same sweep must catch scripts and flows that are broken on purpose.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import redis

from app.events import scripts
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import running
from tests.integration.crash.accident import Accident, KilledError, Trip
from tests.integration.crash.world import State, World
from workers import reconcile, writeback
from workers.round import Lease, Round

DISTURBING = (Accident.MEANWHILE, Accident.OVERTAKEN, Accident.RELIEVED)


@pytest.fixture(scope="module")
def world(store_url: str) -> Iterator[World]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox, redis.Redis.from_url(store_url) as store:
        yield World(sandbox, store)


def undisturbed(world: World, *, with_change: bool) -> State:
    """Return how the world ends when nothing goes wrong."""
    world.begin()
    world.work()
    if with_change:
        world.change_phone()
    world.finish()
    return world.state()


def sweep(
    world: World, expected: State, accident: Accident
) -> Iterator[tuple[int, str]]:
    """Yield (call, what is wrong) for every call whose accident does harm."""
    at = 0
    while True:
        at += 1
        world.begin()
        trip = Trip(at, accident, disturbance(world, accident))
        with contextlib.suppress(KilledError):
            world.work(trip)
        if not trip.happened:
            return
        world.finish()
        if wrong := harm(world, expected):
            yield at, wrong


def disturbance(world: World, accident: Accident) -> Callable[[], None]:
    """Return what happens during a call that goes through."""

    def overtake() -> None:
        world.let_time_pass()
        world.change_phone()
        world.connect().inbox.claim(world.portal, "heir, who dies at once", 100)

    def relieve() -> None:
        world.change_phone()
        for _ in range(2):  # suspects are worked off in two groups
            world.let_time_pass()
            world.work()

    match accident:
        case Accident.OVERTAKEN:
            return overtake
        case Accident.RELIEVED:
            return relieve
    return world.change_phone


def harm(world: World, expected: State) -> str:
    """Return what is wrong with the end, "" for nothing."""
    law, state = world.law, world.state()
    if not law.holds or law.waiting or law.working or law.dead:
        return f"the books: {law}"
    if state != expected:
        return f"the records: {state}\nexpected {expected}"
    return ""


def test_a_round_does_what_the_actions_want(world: World) -> None:
    state = undisturbed(world, with_change=False)

    ada = state["contacts"]["ada@nordwind-spedition.de"]
    eve = state["contacts"]["eve@brightwater-tools.co.uk"]
    dan = state["contacts"]["dan@gmail.com"]
    assert ["brightwater-tools.co.uk", "nordwind-spedition.de"] == state["companies"]
    assert ("Ada", "Nordwind Spedition") == (ada["firstname"], ada["company"])
    assert "nordwind-spedition.de" == ada["company of"]
    assert [ada["pinned"]] == ada["notes"]
    assert (["called"], "called") == (eve["notes"], eve["pinned"])
    assert (None, "O'Neill") == (dan["company of"], dan["lastname"])
    assert 5 == len(state["contacts"])


@pytest.mark.parametrize("accident", Accident)
def test_no_accident_at_any_call_does_harm(world: World, accident: Accident) -> None:
    expected = undisturbed(world, with_change=accident in DISTURBING)

    assert [] == list(sweep(world, expected, accident))


def test_a_contact_that_is_deleted_at_any_call_is_let_go(world: World) -> None:
    """There is nothing left that a person could mend: it makes no dead letter."""
    harmful = []
    trip = Trip(0, happened=True)
    while trip.happened:
        trip = Trip(trip.at + 1, Accident.MEANWHILE, world.delete_somebody)
        world.begin()
        world.work(trip)
        world.finish()
        law = world.law
        if not law.holds or law.waiting or law.working or law.dead:
            harmful.append((trip.at, str(law)))

    assert [] == harmful


def lua(name: str, right: str, wrong: str) -> Callable[[str], str]:
    """Return the scripts with one of them broken."""

    def broken(script: str) -> str:
        text = scripts.source(script)
        if script == name:
            assert right in text
            text = text.replace(right, wrong)
        return text

    return broken


BROKEN_SCRIPTS = {
    "trims more than was taken": (
        lua(
            "settle",
            "'LTRIM', events_of(contact), taken, -1",
            "'DEL', events_of(contact)",
        ),
        Accident.MEANWHILE,
    ),
    "settles without looking at the token": (
        lua("settle", "if holds(contact, token) then", "if true then"),
        Accident.OVERTAKEN,
    ),
    "never gives a dead worker's contacts back": (
        lua(
            "claim",
            "'ZRANGEBYSCORE', p .. 'leased', '-inf', now",
            "'ZRANGE', p .. '', 0, 0",
        ),
        Accident.KILLED_AFTER,
    ),
    "hands contacts out without a lease": (
        lua("claim", "redis.call('ZREM', p .. from[i], contact)", ""),
        Accident.KILLED_BEFORE,
    ),
}


@pytest.mark.parametrize("name", BROKEN_SCRIPTS)
def test_a_broken_script_is_caught(world: World, name: str) -> None:
    """A sweep that cannot fail would prove nothing."""
    source_of, accident = BROKEN_SCRIPTS[name]
    expected = undisturbed(world, with_change=accident in DISTURBING)
    broken = World(world.sandbox, world.store, source_of=source_of)

    assert next(sweep(broken, expected, accident), None)


def test_writing_over_what_a_person_just_typed_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit comes between our last look at the contact and our write."""
    expected = undisturbed(world, with_change=True)
    monkeypatch.setattr(reconcile, "uncover", lambda round_: None)

    assert next(sweep(world, expected, Accident.MEANWHILE), None)


def test_writing_after_others_took_over_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that never looks at its lease makes notes and companies twice."""
    expected = undisturbed(world, with_change=True)
    monkeypatch.setattr(Lease, "hold", lambda self: None)

    assert next(sweep(world, expected, Accident.RELIEVED), None)


def test_settling_before_writing_is_caught(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies between the two, and nobody ever writes."""
    write = writeback.write

    def settle_and_write(round_: Round) -> None:
        outcomes = [(job.id, "written") for job in round_.at_work()]
        round_.inbox.settle(round_.claim, outcomes)
        write(round_)

    expected = undisturbed(world, with_change=False)
    monkeypatch.setattr(writeback, "write", settle_and_write)

    assert next(sweep(world, expected, Accident.KILLED_BEFORE), None)
