"""The ticker on a real store: everybody gets a turn, and nothing queues up."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest
import redis

from app import services
from app.events.model import Event
from app.services import Services
from app.settings import Settings
from workers.ticker import Ticker, Waker


@pytest.fixture
def connected(store: redis.Redis, store_url: str) -> Services:
    return services.connect(
        Settings(redis_url=store_url, linger_s=0, round_contacts=100)
    )


@pytest.fixture
def queue() -> deque[str]:
    """What the broker would hold."""
    return deque()


@pytest.fixture
def waker(connected: Services, queue: deque[str]) -> Waker:
    return Waker(connected, queue.append)


Fill = Callable[[str, int], None]


@pytest.fixture
def fill(connected: Services) -> Fill:
    """Let many contacts of a portal wait."""

    def put(portal: str, contacts: int) -> None:
        for start in range(0, contacts, 100):
            events = [
                Event("contact.creation", portal, str(n), 0.0, f"{portal}-{n}")
                for n in range(start, min(start + 100, contacts))
            ]
            connected.inbox.accept(events)

    return put


def take_turn(connected: Services, waker: Waker, portal: str) -> int:
    """Do what the task does, with work that is done at once."""
    waker.arrived(portal)
    claim = connected.inbox.claim(portal, "t", connected.settings.round_contacts)
    if claim.still_due:
        waker.wake(portal)
    connected.inbox.settle(claim, [(c.contact_id, "unchanged") for c in claim.contacts])
    return len(claim.contacts)


def test_a_big_portal_does_not_starve_a_small_one(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill
) -> None:
    fill("1", 2_000)
    fill("2", 3)
    Ticker(connected, waker).tick()

    turns = [queue.popleft() for _ in range(2) if take_turn(connected, waker, queue[0])]

    assert {"1", "2"} == set(turns)
    assert 0 == connected.inbox.due()["2"]


def test_ticking_on_does_not_pile_up_wake_ups(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill
) -> None:
    fill("1", 2_000)
    ticker = Ticker(connected, waker)

    for _ in range(20):
        ticker.tick()

    assert ["1"] == list(queue)


def test_one_wake_up_leads_to_the_next_until_nothing_is_due(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill
) -> None:
    fill("1", 950)
    Ticker(connected, waker).tick()

    served = 0
    while queue:
        served += take_turn(connected, waker, queue.popleft())

    assert 950 == served


def test_a_lost_wake_up_costs_a_tick_and_nothing_else(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill, store: redis.Redis
) -> None:
    fill("1", 1)
    ticker = Ticker(connected, waker)
    ticker.tick()
    queue.clear()
    store.delete("hk:{1}:woken")  # as it does by itself after two seconds

    ticker.tick()

    assert ["1"] == list(queue)


def test_only_one_ticker_is_on_duty_and_another_takes_over(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill, store: redis.Redis
) -> None:
    fill("1", 1)
    first, second = Ticker(connected, waker), Ticker(connected, waker)
    first.tick()
    queue.clear()
    store.delete("hk:{1}:woken")

    second.tick()
    assert [] == list(queue)

    store.delete("hk:ticker")  # as it does a second after its worker died
    second.tick()
    assert ["1"] == list(queue)


def test_a_ticker_that_stops_gives_its_duty_to_another_at_once(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill, store: redis.Redis
) -> None:
    first, second = Ticker(connected, waker), Ticker(connected, waker)
    first.tick()
    second.stop()
    assert store.exists("hk:ticker"), "it is not the duty of the second"
    first.stop()
    fill("1", 1)

    second.tick()

    assert ["1"] == list(queue)


def test_a_paused_portal_is_left_alone(
    connected: Services, waker: Waker, queue: deque[str], fill: Fill
) -> None:
    fill("1", 1)
    connected.throttle.pause("1", 60, "401: the token is refused")

    Ticker(connected, waker).tick()

    assert [] == list(queue)
