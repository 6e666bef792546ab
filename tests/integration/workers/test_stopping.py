"""Rounds that end early, because the worker has to stop or the store went away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis

from app import services
from app.cli import embedded
from app.errors import Stopped, StoreDown
from app.events import wire
from app.events.model import Event
from app.events.scripts import Scripts
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running
from app.services import Services
from app.settings import Settings
from tests.conftest import missing
from workers.action import Action, reactor
from workers.changes import Change, SetProperties
from workers.contact import Contact
from workers.reconcile import reconcile
from workers.rules.rule import Rule
from workers.stop import Stop


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running(SandboxConfig(plan=PLANS["unlimited"])) as started:
        yield started


def settings(sandbox: Sandbox, **more: Any) -> Settings:
    return Settings(
        hubspot_access_token=sandbox.config.token,
        hubspot_api_url=sandbox.url,
        linger_s=0,
        rate_calls=0,
        **more,
    )


def connect(sandbox: Sandbox, store: redis.Redis) -> Services:
    return services.assemble(settings(sandbox), store, Scripts(store))


def action_that(does: Callable[[], object]) -> Action:
    @reactor(on=("contact.creation",), reads=("lastname",))
    def act(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        does()
        yield SetProperties(jobtitle="CTO")

    return act


def tell(sandbox: Sandbox, connected: Services, count: int) -> list[str]:
    """Let contacts be created, and their events come in."""
    people = [{"properties": {"lastname": f"L{n}"}} for n in range(count)]
    made = sandbox.control.create("contacts", people)
    raw = [
        {
            "eventId": int(contact),
            "portalId": int(sandbox.config.portal_id),
            "subscriptionType": "contact.creation",
            "objectId": int(contact),
            "occurredAt": int(time.time() * 1000),
        }
        for contact in made
    ]
    connected.inbox.accept(wire.parse(orjson.dumps(raw)))
    return made


def job_titles(sandbox: Sandbox, contacts: Sequence[str]) -> set[str]:
    found = sandbox.control.dump("contacts")
    return {c["properties"].get("jobtitle", "") for c in found if c["id"] in contacts}


def test_a_round_without_time_left_hands_everything_back_untouched(
    sandbox: Sandbox, store: redis.Redis
) -> None:
    connected, stop = connect(sandbox, store), Stop()
    portal = sandbox.config.portal_id
    contacts = tell(sandbox, connected, 3)
    rules = [Rule.of(action_that(lambda: stop.order(0)))]

    assert 3 == reconcile(connected, rules, portal, stop=stop)

    law = connected.books.law(portal)
    assert (3, 0, 0) == (law.waiting, law.working, law.dead)
    assert {portal: 3} == connected.inbox.due()
    assert {""} == job_titles(sandbox, contacts)
    for contact in contacts:
        state = store.hgetall(f"hk:{{{portal}}}:state:{contact}")
        assert (b"0", None) == (state[b"attempts"], state.get(b"deaths"))
    assert 0 == reconcile(connected, rules, portal, stop=stop)
    assert 3 == reconcile(connected, rules, portal, stop=Stop())
    assert {"CTO"} == job_titles(sandbox, contacts)


def test_a_round_with_time_left_is_finished(
    sandbox: Sandbox, store: redis.Redis
) -> None:
    connected, stop = connect(sandbox, store), Stop()
    contacts = tell(sandbox, connected, 3)
    rules = [Rule.of(action_that(lambda: stop.order(60)))]

    reconcile(connected, rules, sandbox.config.portal_id, stop=stop)

    assert {"CTO"} == job_titles(sandbox, contacts)
    assert 3 == connected.books.law(sandbox.config.portal_id).settled


def test_a_wait_ends_when_the_time_is_over() -> None:
    stop = Stop()
    threading.Timer(0.2, lambda: stop.order(0)).start()
    began = time.monotonic()

    with pytest.raises(Stopped):
        stop.nap(60)

    assert time.monotonic() - began < 5


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Starts a store, also after it was shut down, and gives its URL."""
    try:
        embedded.server_binary()
    except Exception as error:  # as tests/conftest.py does
        missing(str(error))
    port, processes = embedded.free_port(), []

    def start() -> str:
        processes.append(embedded.start(tmp_path, port, fsync="always"))
        return f"redis://127.0.0.1:{port}/0"

    yield start
    for process in processes:
        process.kill()
        process.wait()


def test_contacts_of_a_round_whose_store_went_away_are_due_when_it_is_back(
    sandbox: Sandbox, own_store: Callable[[], str]
) -> None:
    """Nobody waits for the lease, and nobody takes it for a death."""
    url, portal = own_store(), sandbox.config.portal_id
    connected = services.connect(settings(sandbox, redis_url=url))
    contacts = tell(sandbox, connected, 3)
    again: list[threading.Thread] = []

    def lose_the_store() -> None:
        if not again:
            redis.Redis.from_url(url).shutdown(nosave=True)
            again.append(threading.Timer(1.5, own_store))
            again[0].start()

    rules = [Rule.of(action_that(lose_the_store))]
    with pytest.raises(StoreDown):
        reconcile(connected, rules, portal)
    again[0].join()

    law = connected.books.law(portal)
    assert (3, 0) == (law.waiting, law.working)
    assert {portal: 3} == connected.inbox.due()
    assert 3 == reconcile(connected, rules, portal)
    assert {"CTO"} == job_titles(sandbox, contacts)
    assert connected.books.law(portal).holds
