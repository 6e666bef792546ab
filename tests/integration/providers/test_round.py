"""Whole rounds with a slow and moody source, described in a rules file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis

from app import services
from app.errors import ConfigError
from app.events import wire
from app.events.books import Books
from app.events.scripts import Scripts
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running
from app.services import Services
from app.settings import Settings
from tests.integration.providers.source import Source
from workers import registry
from workers.providers import answers
from workers.providers.desk import Desk
from workers.reconcile import reconcile
from workers.rules import RuleBook

RULES = """
[[rule]]
name = "names"
action = "tidy_name"

[[rule]]
name = "titles"
action = "http_enrichment"
parameters = {{ provider = "people_source" }}
when = {{ hs_lead_status = {{ equals = "NEW" }} }}

[[provider]]
name = "people_source"
url = "{url}?q={{key}}"
key = "email"
mapping = {{ jobtitle = "job.title" }}
timeout_s = 4
concurrency = 64
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running(SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)) as server:
        yield server


@pytest.fixture
def connected(sandbox: Sandbox, store: redis.Redis) -> Services:
    sandbox.control.reset()
    settings = Settings(
        hubspot_access_token=sandbox.config.token,
        hubspot_api_url=sandbox.url,
        linger_s=0,
        rate_calls=0,
        rate_searches=0,
    )
    return services.assemble(settings, store, Scripts(store))


@pytest.fixture
def book(source: Source, tmp_path: Path) -> RuleBook:
    file = tmp_path / "rules.toml"
    file.write_text(RULES.format(url=source.url))
    return RuleBook(registry.discover(), file)


def create(sandbox: Sandbox, connected: Services, people: list[dict[str, str]]) -> None:
    """Let people be created, and their webhooks come in."""
    ids = sandbox.control.create("contacts", [{"properties": p} for p in people])
    raw = [
        {
            "eventId": int(contact_id),
            "portalId": int(sandbox.config.portal_id),
            "subscriptionType": "contact.creation",
            "objectId": int(contact_id),
            "occurredAt": int(time.time() * 1000),
        }
        for contact_id in ids
    ]
    connected.inbox.accept(wire.parse(orjson.dumps(raw)))


def contacts(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [contact["properties"] for contact in sandbox.control.dump("contacts")]


def test_a_moody_source_costs_only_those_who_wait_for_it(
    sandbox: Sandbox,
    connected: Services,
    book: RuleBook,
    source: Source,
    store: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two seconds an answer, one in ten a 500, one in fifty no answer at all."""
    monkeypatch.setattr(answers, "FIRST_DELAY_S", 0.2)
    source.took_s = 2.0
    asked = [f"p{i}@nordwind.de" for i in range(100)]
    source.bad_days |= {email: [500] for email in asked[::10]}
    source.bad_days |= {email: [0] for email in asked[7::50]}
    others = [f"q{i}@nordwind.de" for i in range(100)]
    desk, portal = Desk(store, book.providers), sandbox.config.portal_id
    law = Books(Scripts(store)).law

    def a_round() -> float:
        began = time.monotonic()
        reconcile(connected, book.rules, portal, desk=desk)
        return time.monotonic() - began

    calm = [{"email": f"r{i}@nordwind.de", "firstname": "EVE"} for i in range(200)]
    create(sandbox, connected, calm)
    normal_s = a_round()
    people = [{"email": e, "firstname": "ADA", "hs_lead_status": "NEW"} for e in asked]
    create(
        sandbox, connected, people + [{"email": e, "firstname": "BOB"} for e in others]
    )
    began = time.monotonic()
    took_s = a_round()
    after_one_round = {c["email"]: c.get("firstname") for c in contacts(sandbox)}
    while law(portal).waiting:
        assert time.monotonic() < began + 60, "somebody waits for ever"
        if not reconcile(connected, book.rules, portal, desk=desk):
            time.sleep(0.1)

    # Starting a hundred calls takes a moment; waiting for one would take two seconds.
    assert took_s < 2 * normal_s + 1.5
    assert dict.fromkeys(others, "Bob") == {e: after_one_round[e] for e in others}
    assert {e: f"Chief of {e}" for e in asked} == {
        c["email"]: c.get("jobtitle") for c in contacts(sandbox) if c["email"] in asked
    }
    assert dict.fromkeys(asked, 1) == dict(source.answered)
    assert (400, 0) == (law(portal).settled, law(portal).dead)


def test_what_others_want_for_a_waiting_contact_does_not_wait(
    sandbox: Sandbox,
    connected: Services,
    book: RuleBook,
    source: Source,
    store: redis.Redis,
) -> None:
    source.took_s = 2.0
    who = {"email": "p@nordwind.de", "firstname": "ADA", "hs_lead_status": "NEW"}
    create(sandbox, connected, [who])

    reconcile(
        connected,
        book.rules,
        sandbox.config.portal_id,
        desk=Desk(store, book.providers),
    )

    (contact,) = contacts(sandbox)
    assert ("Ada", None) == (contact["firstname"], contact.get("jobtitle"))


def test_a_provider_that_is_wrong_or_missing_is_told_with_its_line(
    tmp_path: Path,
) -> None:
    file = tmp_path / "rules.toml"
    wrong = RULES.format(url="ftp://people.example/").replace("timeout_s = 4", "")
    file.write_text(wrong.replace('key = "email"', "key = 7"))

    with pytest.raises(Exception, match="these rules are wrong") as caught:
        RuleBook(registry.discover(), file)

    lines = wrong.split("\n")
    for field in ("url", "key"):
        line = 1 + next(i for i, text in enumerate(lines) if text.startswith(field))
        assert f"line {line}: {field}" in str(caught.value)


def test_a_rule_that_asks_a_provider_of_nobody_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(RULES.format(url="https://people.example/").partition("[[prov")[0])

    with pytest.raises(Exception, match="there is no provider 'people_source'"):
        RuleBook(registry.discover(), file)


def test_a_secret_that_is_not_set_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    text = RULES.format(url="https://people.example/") + 'secret = "PEOPLE_KEY"\n'
    file.write_text(text)

    with pytest.raises(ConfigError, match=r"line 19: secret: .*PEOPLE_KEY"):
        RuleBook(registry.discover(), file)
    assert RuleBook(registry.discover(), file, environ={"PEOPLE_KEY": "x"}).providers
