"""Rate limits: windows, headers, and HubSpot's 429 bodies."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import Plan
from app.sandbox.testing import Sandbox, running
from tests.integration.sandbox.conftest import CONTACTS, Clock, error_of

LINKS = "/crm/v4/associations/contacts/companies/labels"


class World:
    """A sandbox with a small plan, and the time."""

    def __init__(self, sandbox: Sandbox, clock: Clock) -> None:
        self.control = sandbox.control
        self.clock = clock
        self._url = sandbox.url
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {sandbox.config.token}"

    def get(self, path: str = CONTACTS) -> requests.Response:
        return self._http.get(self._url + path, timeout=10)

    def search(self) -> requests.Response:
        return self._http.post(f"{self._url}{CONTACTS}/search", json={}, timeout=10)

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def world() -> Iterator[World]:
    clock = Clock()
    plan = Plan(per_10_s=5, search_per_s=2, daily=9, associations_per_10_s=2)
    with running(SandboxConfig(plan=plan), clock=clock) as sandbox:
        world = World(sandbox, clock)
        yield world
        world.close()


def test_headers_count_down(world):
    headers = [world.get().headers for _ in range(2)][1]

    assert {
        "X-HubSpot-RateLimit-Daily": "9",
        "X-HubSpot-RateLimit-Daily-Remaining": "7",
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        "X-HubSpot-RateLimit-Max": "5",
        "X-HubSpot-RateLimit-Remaining": "3",
        "X-HubSpot-RateLimit-Secondly": "1",
        "X-HubSpot-RateLimit-Secondly-Remaining": "0",
    } == {n: v for n, v in headers.items() if n.startswith("X-HubSpot-RateLimit")}


def test_the_window_of_ten_seconds_rolls(world):
    """What was called at second 0 and 4 is forgiven at second 10 and 14."""
    statuses = []
    for second, calls in ((0, 3), (4, 3), (9.9, 1), (10, 1)):
        world.clock.time = 1_795_165_200.0 + second
        statuses += [world.get().status_code for _ in range(calls)]

    assert [200] * 5 + [429, 429] + [200] == statuses


def test_the_429_of_the_burst_limit(world):
    answer = [world.get() for _ in range(6)][-1]

    assert {
        "message": "You have reached your ten_secondly_rolling limit.",
        "errorType": "RATE_LIMIT",
        "policyName": "TEN_SECONDLY_ROLLING",
        "groupName": "publicapi:private_app-api-calls-ten-secondly:1160452:20000001",
    } == error_of(answer)
    assert "Retry-After" not in answer.headers


def test_search_has_its_own_limit_and_no_headers(world):
    answers = [world.search() for _ in range(3)]
    world.clock.time += 1
    later = world.search()

    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert not [n for n in answers[0].headers if n.startswith("X-HubSpot-RateLimit")]
    body = error_of(answers[2])
    assert ("You have reached your secondly limit.", "SECONDLY", "RATE_LIMIT") == (
        body["message"],
        body["policyName"],
        body["errorType"],
    )
    assert 200 == later.status_code
    assert 200 == world.get().status_code


def test_associations_have_a_second_window(world):
    statuses = [world.get(LINKS).status_code for _ in range(3)]

    assert [200, 200, 429] == statuses
    assert 200 == world.get().status_code


def test_the_day_ends_at_midnight(world):
    for _ in range(2):
        for _ in range(4):
            world.get()
        world.clock.time += 10
    statuses = [world.get().status_code for _ in range(2)]
    refused = world.get()
    world.clock.time += 86_400

    assert [200, 429] == statuses
    body = error_of(refused)
    assert ("You have reached your daily limit.", "DAILY") == (
        body["message"],
        body["policyName"],
    )
    assert "requestId" in body
    assert 200 == world.get().status_code


def test_throttled_calls_are_counted_and_the_worst_window_is_known(world):
    for _ in range(7):
        world.get()
    world.search()
    summary = world.control.summary()

    assert (2, 8, 7) == (summary["throttled"], summary["total"], summary["worst_10s"])


def test_a_plan_is_chosen_by_name_and_its_numbers_changed(world):
    plan = world.control.put_limits(plan="free", search_per_s=None)
    answer = world.get()

    assert (100, None, 250_000) == (
        plan["per_10_s"],
        plan["search_per_s"],
        plan["daily"],
    )
    assert "100" == answer.headers["X-HubSpot-RateLimit-Max"]


@pytest.mark.parametrize("wanted", [{"plan": "gold"}, {"speed": 3}, {"daily": "x"}])
def test_a_plan_that_makes_no_sense_is_refused(world, wanted):
    with pytest.raises(ValueError, match=r"plan|limit|number"):
        world.control.put_limits(**wanted)


def test_oauth_apps_hear_nothing_of_a_daily_limit(world):
    world.control.put_limits(plan="oauth")
    headers = world.get().headers

    assert "110" == headers["X-HubSpot-RateLimit-Max"]
    assert "X-HubSpot-RateLimit-Daily" not in headers


def test_threads_together_get_no_more_than_the_plan(world):
    """Forty calls at once on a plan of five, with the time standing still."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: world.get().status_code, range(40)))

    assert (5, 35) == (answers.count(200), answers.count(429))
