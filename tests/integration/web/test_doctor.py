"""The doctor at the door: is what HubSpot sends let in?"""

from __future__ import annotations

import time

import pytest

from app import services, settings
from app.cli.doctor import Finding, deliveries
from app.services import Services
from tests.integration.web.conftest import Door, event


@pytest.fixture
def at(store_url: str) -> Services:
    return services.connect(settings.from_environ({"REDIS_URL": store_url}))


def seen(at: Services, words: str) -> Finding:
    """Wait until the log, which is written a little later, makes the doctor say so."""
    deadline = time.monotonic() + 10
    while words not in (found := deliveries(at)[0]).seen:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


def test_where_nothing_came_nothing_is_wrong(door: Door, at: Services) -> None:
    assert seen(at, "none came yet").good


def test_a_secret_that_never_fitted_is_wrong(door: Door, at: Services) -> None:
    door.send([event()], secret="another-secret")

    found = seen(at, "none of 1 was accepted, see `hubkeeper deliveries`")

    assert not found.good
    assert "no secret of HUBSPOT_CLIENT_SECRET fits" in found.seen


def test_a_stranger_is_mentioned_and_alarms_nobody(door: Door, at: Services) -> None:
    door.send([event()])
    seen(at, "the last one was accepted")
    door.send([event()], headers={})

    assert seen(at, "1 since then were not").good
