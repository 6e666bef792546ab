"""A contact that must be forgotten leaves nothing behind: not in the store, not in its
file, not in the archive, not in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests

from app.cli.local import SANDBOX
from app.events import keys
from app.hubspot import signature
from tests.acceptance.conftest import PORTAL, Service, start
from tests.content import everything
from workers import upkeep

EMAIL = b"ada.forgotten@nordwind-spedition.de"
FAREWELL = "contact.privacyDeletion"
RULES = """
[[rule]]
name = "indiscreet"
action = "indiscreet_actions.indiscreet"

[[rule]]
name = "only tried"
action = "associate_company"
dry_run = true

[[rule]]
name = "again, only tried"
action = "indiscreet_actions.indiscreet"
dry_run = true
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    directory = tmp_path_factory.mktemp("privacy")
    rules = directory / "rules.toml"
    rules.write_text(RULES)
    with start(
        directory,
        ACTION_MODULES="tests.acceptance.indiscreet_actions",
        RULES_FILE=str(rules),
        ARCHIVE_MB="10",
        LOG_LEVEL="DEBUG",
    ) as running:
        yield running


def ours(service: Service) -> bytes:
    """Return every file of the service: the store's, and all logs but HubSpot's."""
    files = [
        file
        for file in service.stack.plan.directory.rglob("*")
        if file.is_file() and file.name != "sandbox.log"
    ]
    return b"".join(file.read_bytes() for file in files)


def waiting(service: Service) -> int:
    return service.services.books.counts(PORTAL).get("postponed", 0)


def letters(service: Service) -> int:
    """Return how many dead letters there are, of the portal and of none."""
    dead = service.services.dead
    return dead.count(PORTAL) + dead.count(keys.NOWHERE)


def send(service: Service, *items: Any) -> None:
    """Deliver a webhook as HubSpot does; it is answered with 2xx."""
    url = f"{service.stack.web_url}/webhooks/hubspot"
    body, now = orjson.dumps(items), str(int(time.time() * 1000))
    proof = signature.sign_v3(SANDBOX.client_secret, "POST", url, body, now)
    headers = {signature.TIMESTAMP: now, signature.SIGNATURE_V3: proof}
    requests.post(url, body, headers=headers, timeout=10).raise_for_status()


def change(contact: str, number: int, **more: object) -> dict[str, object]:
    return {
        "eventId": number,
        "portalId": int(PORTAL),
        "occurredAt": int(time.time() * 1000),
        "subscriptionType": "contact.propertyChange",
        "propertyName": "email",
        "propertyValue": EMAIL.decode(),
        "objectId": int(contact),
        **more,
    }


def odd(contact: str, **more: object) -> list[Any]:
    """Return items that are no events, and name the contact and its address."""
    item = {"objectId": int(contact), "propertyValue": EMAIL.decode(), **more}
    return [{**item, "portalId": int(PORTAL)}, item, [item]]


def test_nothing_is_left_of_a_contact_that_must_be_forgotten(service: Service) -> None:
    store, control = service.services.store, service.control
    (ada,) = service.create({"email": EMAIL.decode(), "jobtitle": "write"})
    service.until_quiet()
    service.update(ada, jobtitle="fail")
    service.until(lambda: len(service.dead()) > 0)
    service.update(ada, jobtitle="wait", email=EMAIL.decode().upper())
    service.until(lambda: waiting(service) > 0)
    seen = change(ada, 1)
    send(service, seen, *odd(ada))
    service.until(lambda: letters(service) >= 4)
    assert service.services.archive.of_contact(PORTAL, ada)
    assert service.services.archive.of_contact(keys.NOWHERE, ada)
    assert everything(store).count(EMAIL) >= 8
    assert EMAIL in ours(service)

    control.call("POST", "/objects/contacts/gdpr-delete", {"ids": [ada]})
    service.until_quiet()

    assert EMAIL not in everything(store).lower()
    assert set() == service.services.archive.of_contact(PORTAL, ada)
    assert [] == service.dead()
    assert 0 == letters(service)

    # HubSpot sends again what was answered, and what was not; and the end itself.
    again = {"attemptNumber": 3}
    send(service, {**seen, **again}, change(ada, 2, **again), *odd(ada, number=2))
    send(service, change(ada, 3), change(ada, 4, subscriptionType=FAREWELL))
    service.until_quiet()

    assert EMAIL not in everything(store).lower()
    assert set() == service.services.archive.of_contact(PORTAL, ada)
    assert 0 == letters(service)
    upkeep.write_file_anew(service.services)
    service.until(lambda: EMAIL not in ours(service).lower())
    service.until_quiet()
    for portal in (PORTAL, keys.NOWHERE):
        assert service.services.books.law(portal).holds
