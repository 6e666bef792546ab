"""The service at work: what a person does in HubSpot is answered, then all is quiet."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.cli import embedded
from app.cli.stack import Stack, StackPlan
from app.errors import ConfigError
from tests.acceptance.conftest import PORTAL, Service, start

UNTIDY = {"firstname": "ADA", "lastname": "LOVELACE", "phone": "030/90 18 20"}


def person(email: str, **more: str) -> dict[str, str]:
    return {"email": email, "country": "Germany", **UNTIDY, **more}


def test_a_new_contact_is_tidied_associated_and_pinned(service: Service) -> None:
    (ada,) = service.create(person("ada@quellhof-energie.de"))
    service.until_quiet()

    found = service.contact(ada)
    companies = {c["id"]: c["properties"] for c in service.control.dump("companies")}
    notes = {n["id"]: n["properties"] for n in service.control.dump("notes")}
    assert ("Ada", "Lovelace") == (found["firstname"], found["lastname"])
    assert ("+4930901820", "Quellhof Energie") == (found["phone"], found["company"])
    company = companies[found["associatedcompanyid"]]
    assert ("quellhof-energie.de", "Quellhof Energie") == (
        company["domain"],
        company["name"],
    )
    assert "Ada Lovelace" in notes[found["hs_pinned_engagement_id"]]["hs_note_body"]


def test_its_own_writes_come_back_and_the_service_falls_silent(
    service: Service,
) -> None:
    (bob,) = service.create(person("bob@quellhof-energie.de"))
    service.until_quiet()
    before = service.services.books.counts(PORTAL)["echoes"]

    changed_at = time.time()
    service.update(bob, lastname="MÜLLER")
    service.until_quiet()
    calls = service.calls()
    time.sleep(5)

    assert "Müller" == service.contact(bob)["lastname"]
    assert service.services.books.counts(PORTAL)["echoes"] > before
    assert service.control.summary()["last_request_at"] < changed_at + 5
    assert calls == service.calls()


def test_events_that_no_action_wants_cost_no_call(service: Service) -> None:
    (cyd,) = service.create(person("cyd@quellhof-energie.de"))
    service.until_quiet()
    calls = service.calls()

    service.update(cyd, city="Berlin")
    service.until_quiet()

    assert calls == service.calls()


def test_a_deleted_contact_is_let_go(service: Service) -> None:
    (dan,) = service.create(person("dan@quellhof-energie.de"))
    service.control.delete("contacts", [dan])
    service.until_quiet()

    assert [] == service.dead()


def test_generic_events_are_understood_like_classic_ones(service: Service) -> None:
    subscriptions = [
        {"eventType": "object.creation", "objectTypeId": "0-1"},
        {"eventType": "object.propertyChange", "objectTypeId": "0-1"},
    ]
    service.control.put_webhooks(subscriptions=subscriptions)
    try:
        (eve,) = service.create(person("eve@quellhof-energie.de"))
        service.until(lambda: service.contact(eve)["firstname"] == "Ada")
        service.until_quiet()
    finally:
        service.control.put_webhooks(subscriptions=None)

    assert service.contact(eve)["hs_pinned_engagement_id"]


def test_the_doctor_finds_nothing_wrong(service: Service) -> None:
    service.until_quiet()

    assert "WRONG" not in service.command("doctor")


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
def test_dated_api_versions_are_one_setting(tmp_path: Path, version: str) -> None:
    with start(tmp_path, HUBSPOT_API_VERSION=version) as service:
        (ada,) = service.create(person("ada@quellhof-energie.de"))
        service.until_quiet()

        assert service.contact(ada)["hs_pinned_engagement_id"]
        assert service.contact(ada)["associatedcompanyid"]


def test_accepted_events_survive_a_store_that_is_killed(tmp_path: Path) -> None:
    """And workers find it again by themselves; HubSpot resends what got a 503."""
    with start(tmp_path) as service:
        created = service.create(
            *(person(f"p{n}@firma-{n % 7}-werke.de") for n in range(300))
        )
        service.until(lambda: bool(service.services.inbox.holders(PORTAL)))
        service.stack.kill("store")
        port = int(
            service.stack.environ["REDIS_URL"].rpartition(":")[2].partition("/")[0]
        )
        service.stack.children["store"] = embedded.start(
            tmp_path / "store", port, fsync="always"
        )

        service.until_quiet()

        contacts = service.control.dump("contacts")
        assert set(created) == {contact["id"] for contact in contacts}
        assert all(c["properties"]["hs_pinned_engagement_id"] for c in contacts)
        assert 300 == len(service.control.dump("notes"))
        assert 7 == len(service.control.dump("companies"))


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("RULES_FILE", "/no/such/rules.toml", "cannot be read"),
        ("ACTION_MODULES", "no_such_module", "does not import"),
    ],
)
def test_a_worker_that_could_do_nothing_does_not_start(
    service: Service, setting: str, value: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "worker"],
        env={**service.stack.environ, setting: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 2 == done.returncode
    assert said in done.stderr


def test_a_directory_belongs_to_one_hubkeeper(service: Service) -> None:
    """Two stores that write one file would lose what they accepted."""
    environ = {"PORT": str(embedded.free_port())}
    plan = StackPlan(service.stack.plan.directory, environ, fresh=True)

    with pytest.raises(ConfigError, match="another hubkeeper runs"), Stack(plan):
        pass

    assert service.stack.log_of("web").exists()
