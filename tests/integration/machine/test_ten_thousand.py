"""Ten thousand contacts with all default rules: few calls, and once is enough."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import pytest
import redis

from app import services
from app.events import wire
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.people import people
from app.sandbox.testing import Sandbox, running
from app.services import Services
from app.settings import Settings
from workers import registry
from workers.reconcile import reconcile
from workers.rules import RuleBook

CONTACTS = 10_000
MOST_CALLS_PER_CONTACT = 0.08
# What HubSpot tells of a new contact, here: the creation, and two of its values.
HAPPENINGS = ("", "email", "phone")
CREATION, CHANGE = "contact.creation", "contact.propertyChange"
RULES = RuleBook(registry.discover()).rules


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as made:
        made.control.seed("contacts", people(CONTACTS))
        yield made


@pytest.fixture
def connected(sandbox: Sandbox, store: redis.Redis, store_url: str) -> Services:
    settings = Settings(
        redis_url=store_url,
        hubspot_access_token=sandbox.config.token,
        hubspot_api_url=sandbox.url,
        linger_s=0,
        rate_calls=0,
        rate_searches=0,
    )
    return services.connect(settings)


def tell(
    connected: Services, sandbox: Sandbox, told: Sequence[tuple[str, str]], serial: int
) -> None:
    """Accept events (contact, property or "" for its creation), a hundred at a time."""
    raw = [
        {
            "eventId": serial + number,
            "portalId": int(sandbox.config.portal_id),
            "subscriptionType": "contact.propertyChange"
            if name
            else "contact.creation",
            "objectId": int(contact_id),
            "occurredAt": 1_795_166_400_000,
            **({"propertyName": name, "propertyValue": "?"} if name else {}),
        }
        for number, (contact_id, name) in enumerate(told)
    ]
    for start in range(0, len(raw), 100):
        connected.inbox.accept(wire.parse(orjson.dumps(raw[start : start + 100])))


def work_off(connected: Services, portal: str) -> None:
    while reconcile(connected, RULES, portal):
        pass
    law = connected.books.law(portal)
    assert law.holds, str(law)
    assert law.accepted == law.settled


def state(sandbox: Sandbox) -> dict[str, Any]:
    """Return every record there is, whole, its time of change included."""
    kinds = ("contacts", "companies", "notes")
    return {kind: sandbox.control.dump(kind) for kind in kinds}


def writes(sandbox: Sandbox) -> dict[str, int]:
    """Return the calls that could have changed something, by route."""
    routes = sandbox.control.summary()["by_route"].items()
    harmless = ("GET ", "POST /crm/{version}/objects/{type}/search")
    return {
        route: count
        for route, count in routes
        if not route.startswith(harmless) and not route.endswith("/batch/read")
    }


def deliveries(
    told: Sequence[tuple[str, str]], dice: random.Random
) -> Iterator[list[tuple[str, str]]]:
    """Give all of it in another order, then half of it, each event twice."""
    yield dice.sample(told, len(told))
    half = dice.sample(told, len(told) // 2) * 2
    yield dice.sample(half, len(half))


@pytest.mark.timeout(600)
def test_ten_thousand_contacts_take_few_calls_and_nothing_is_written_twice(
    sandbox: Sandbox, connected: Services
) -> None:
    portal = sandbox.config.portal_id
    ids = [contact["id"] for contact in sandbox.control.dump("contacts")]
    everything = [(contact_id, name) for contact_id in ids for name in HAPPENINGS]
    dice = random.Random(7)
    dice.shuffle(everything)
    sandbox.control.forget_requests()

    tell(connected, sandbox, everything, serial=1)
    work_off(connected, portal)

    summary = sandbox.control.summary()
    print(*(f"{count:>6} {r}" for r, count in summary["by_route"].items()), sep="\n")
    print(f"{summary['total'] / CONTACTS:.4f} calls per contact")
    assert summary["total"] <= MOST_CALLS_PER_CONTACT * CONTACTS
    first, written = state(sandbox), writes(sandbox)

    for number, again in enumerate(deliveries(everything, dice), start=1):
        tell(connected, sandbox, again, serial=number * 1_000_000)
        work_off(connected, portal)

        assert written == writes(sandbox)
        assert first == state(sandbox)
