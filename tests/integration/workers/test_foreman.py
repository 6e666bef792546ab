"""The foreman on a real store: what was ordered is done, whoever ordered it."""

from __future__ import annotations

import time

import pytest
import redis

from app import services
from app.events import keys
from app.events.letter import Burial
from app.events.model import Event
from app.repair.filter import Filter
from app.repair.order import DISCARD
from app.repair.orders import Orders
from app.services import Services
from app.settings import Settings
from workers.foreman import Foreman

PORTALS = ("1", "2")
DEADLINE_S = 20.0


@pytest.fixture
def connected(store: redis.Redis, store_url: str) -> Services:
    """Bury ten contacts of each portal."""
    made = services.connect(Settings(redis_url=store_url, linger_s=0))
    for portal in PORTALS:
        made.inbox.accept(
            [Event("contact.creation", portal, str(n), 0.0, f"{n}") for n in range(10)]
        )
        claim = made.inbox.claim(portal, "t", 10)
        made.inbox.bury(
            claim, [Burial(c.contact_id, "bug", "oops") for c in claim.contacts]
        )
    return made


def place(connected: Services, portal: str) -> None:
    filter_ = Filter(portal=portal, errors=("bug",))
    Orders(connected).place(DISCARD, filter_, "ada", rate=1_000)


def test_the_orders_of_every_portal_are_carried_out(connected: Services) -> None:
    for portal in PORTALS:
        place(connected, portal)
    foreman = Foreman(connected)
    foreman.start()
    try:
        deadline = time.monotonic() + DEADLINE_S
        while Orders(connected).portals():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        foreman.stop()
        foreman.join(DEADLINE_S)

    assert not foreman.is_alive()
    assert [0, 0] == [connected.dead.count(portal) for portal in PORTALS]


def test_an_order_that_cannot_be_read_holds_up_no_other_portal(
    connected: Services, store: redis.Redis
) -> None:
    for portal in PORTALS:
        place(connected, portal)
    store.hset(keys.of("1", "order:1"), "filter", "{")
    foreman = Foreman(connected)

    deadline = time.monotonic() + DEADLINE_S
    while connected.dead.count("2"):
        foreman.step()
        assert time.monotonic() < deadline

    assert 10 == connected.dead.count("1")
