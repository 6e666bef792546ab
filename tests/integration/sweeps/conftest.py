"""A store, a sandbox over HTTP, and what sweeps work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
import redis

from app import services
from app.events import keys
from app.events.stored import StoredForm
from app.events.vault import Vault
from app.repair.sweep import Sweeper
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running
from app.services import Services
from app.settings import Settings

PORTAL = SandboxConfig().portal_id


@pytest.fixture(scope="module")
def standing_sandbox() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as started:
        yield started


@pytest.fixture
def sandbox(standing_sandbox: Sandbox) -> Sandbox:
    control = standing_sandbox.control
    control.reset()
    control.clear_faults()
    control.forget_requests()
    return standing_sandbox


Connect = Callable[..., Services]


@pytest.fixture
def connect(sandbox: Sandbox, store: redis.Redis, store_url: str) -> Connect:
    """Connect with settings of one's own; as a process does that begins anew."""

    def connected(**others: object) -> Services:
        plain: dict[str, object] = {
            "redis_url": store_url,
            "hubspot_access_token": sandbox.config.token,
            "hubspot_api_url": sandbox.url,
            "linger_s": 0,
            "rate_calls": 0,
            "rate_searches": 0,
            "search_lag_s": 0,
        }
        return services.connect(Settings(**{**plain, **others}))  # type: ignore[arg-type]

    return connected


@pytest.fixture
def at(connect: Connect) -> Services:
    return connect()


def waiting(at: Services) -> list[str]:
    """Return the contacts of all events that wait, one entry for each event."""
    contacts = at.store.zrange(keys.of(PORTAL, "bulk"), 0, -1)
    return [
        StoredForm(Vault()).load(stored).object_id
        for contact in contacts
        for stored in at.store.lrange(
            keys.of(PORTAL, f"events:{contact.decode()}"), 0, -1
        )
    ]


def drive(sweeper: Sweeper, most: int = 1_000) -> None:
    """Let a sweep go to its end, without any patience for what holds it up."""
    for _ in range(most):
        if sweeper.sweep.ended_at:
            return
        sweeper.step()
    raise AssertionError(f"not at its end after {most} steps: {sweeper.sweep}")


def ids(first: int, count: int) -> Sequence[str]:
    return [str(first + n) for n in range(count)]
