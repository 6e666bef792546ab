"""A contact that must be forgotten leaves nothing behind: not in the store, not in its
file, not in the archive, not in a log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.conftest import PORTAL, Service, start
from tests.content import everything
from workers import upkeep

EMAIL = b"ada.forgotten@nordwind-spedition.de"
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


def test_nothing_is_left_of_a_contact_that_must_be_forgotten(service: Service) -> None:
    store, control = service.services.store, service.control
    (ada,) = service.create({"email": EMAIL.decode(), "jobtitle": "write"})
    service.until_quiet()
    service.update(ada, jobtitle="fail")
    service.until(lambda: len(service.dead()) > 0)
    service.update(ada, jobtitle="wait", email=EMAIL.decode().upper())
    service.until(lambda: waiting(service) > 0)
    assert service.services.archive.of_contact(PORTAL, ada)
    assert everything(store).count(EMAIL) >= 4
    assert EMAIL in ours(service)

    control.call("POST", "/objects/contacts/gdpr-delete", {"ids": [ada]})
    service.until_quiet()

    assert EMAIL not in everything(store).lower()
    assert set() == service.services.archive.of_contact(PORTAL, ada)
    assert [] == service.dead()
    upkeep.write_file_anew(service.services)
    service.until(lambda: EMAIL not in ours(service).lower())
    service.until_quiet()
