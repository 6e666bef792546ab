"""Replay of the past: what was accepted is put in again, once for each run."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
import redis
from click.testing import CliRunner, Result

from app import services
from app.cli.replay import replay
from app.errors import ConfigError, StoreDown
from app.events import wire
from app.repair import past
from app.repair.past import Past
from app.services import Services
from app.settings import Settings

PORTAL = "20000001"


def event(number: int, contact: int, **fields: object) -> dict[str, object]:
    return {
        "eventId": number,
        "subscriptionId": 7,
        "portalId": int(PORTAL),
        "appId": 11,
        "occurredAt": 1_795_166_400_123,
        "subscriptionType": "contact.propertyChange",
        "propertyName": "email",
        "propertyValue": "ada@example.org",
        "attemptNumber": 0,
        "objectId": contact,
        "changeSource": "CRM_UI",
        **fields,
    }


@pytest.fixture
def at(store: redis.Redis, store_url: str) -> Services:
    settings = Settings(redis_url=store_url, archive_mb=10, linger_s=0.0)
    return services.connect(settings)


def deliver(at: Services, delivery_id: str, *events: dict[str, object]) -> None:
    """Take a delivery as the door does."""
    items = wire.parse(json.dumps(events).encode())
    at.archive.keep(delivery_id, items)
    at.inbox.accept(items)


def work_off(at: Services, portal: str = PORTAL) -> set[str]:
    """Settle all that is due; return the contacts."""
    claim = at.inbox.claim(portal, "t", 1000)
    contacts = [each.contact_id for each in claim.contacts]
    return at.inbox.settle(claim, [(contact, "unchanged") for contact in contacts])


def everything(at: Services) -> Past:
    return Past(0.0, at.deliveries.now() + 1)


def quickly(at: Services, meant: Past, name: str = "r1") -> past.Progress:
    """Run a replay to its end."""
    *_, last = past.run(at, meant, name, rate=1e9)
    return last


def test_what_was_settled_waits_again_behind_what_people_do(at: Services) -> None:
    deliver(at, "d1", event(1, 501), event(2, 502))
    assert {"501", "502"} == work_off(at)

    done = quickly(at, everything(at))

    assert past.Progress(put_in=2) == done
    law = at.books.law(PORTAL)
    assert (4, 2, 2) == (law.accepted, law.settled, law.waiting)
    assert law.holds
    assert 2 == at.store.zcard(f"hk:{{{PORTAL}}}:bulk")
    assert {"501", "502"} == work_off(at)


def test_a_run_that_is_begun_again_puts_nothing_in_twice(at: Services) -> None:
    for n in range(10):
        deliver(at, f"d{n}", event(n, 500 + n))
    work_off(at)
    meant = everything(at)
    cut_short = past.run(at, meant, "r1", rate=1e9)
    for _ in range(4):
        next(cut_short)
    cut_short.close()

    assert past.Progress(put_in=6, known=4) == quickly(at, meant)
    assert past.Progress(put_in=0, known=10) == quickly(at, meant)
    assert past.Progress(put_in=10) == quickly(at, meant, "another run")
    assert 30 == at.books.law(PORTAL).accepted
    assert at.books.law(PORTAL).holds


def test_what_hubspot_sent_twice_is_put_in_once(at: Services) -> None:
    deliver(at, "d1", event(1, 501))
    deliver(at, "d2", event(1, 501, attemptNumber=1))
    meant = everything(at)

    assert 1 == past.plan(at, meant).events
    assert 1 == quickly(at, meant).put_in


@pytest.mark.parametrize(
    ("narrower", "expected"),
    [
        ({}, {"501", "502", "503"}),
        ({"contact": "502"}, {"502"}),
        ({"kind": "contact.creation"}, {"503"}),
        ({"kind": "creation"}, {"503"}),
        ({"kind": "company"}, set()),
        ({"portal": PORTAL}, {"501", "502", "503"}),
        ({"portal": "33"}, set()),
    ],
)
def test_only_what_is_meant_is_put_in(
    at: Services, narrower: dict[str, str], expected: set[str]
) -> None:
    deliver(at, "d1", event(1, 501), event(2, 502))
    deliver(at, "d2", event(3, 503, subscriptionType="contact.creation"))
    meant = dataclasses.replace(everything(at), **narrower)  # type: ignore[arg-type]

    planned = past.plan(at, meant)

    assert expected == {contact for _, contact in planned.contacts}
    assert len(expected) == planned.events
    if expected:
        quickly(at, meant)
    work_off(at)


def test_only_what_came_in_the_time_is_put_in(at: Services) -> None:
    deliver(at, "d1", event(1, 501))
    between = at.deliveries.now()
    while at.deliveries.now() < between + 0.01:
        pass
    deliver(at, "d2", event(2, 502))
    later = at.deliveries.now() + 1

    first = past.plan(at, Past(0.0, between + 0.005))
    second = past.plan(at, Past(between + 0.005, later))

    assert [{(PORTAL, "501")}, {(PORTAL, "502")}] == [first.contacts, second.contacts]


def test_a_plan_changes_nothing_and_shows_no_value(at: Services) -> None:
    deliver(at, "d1", *(event(n, 500 + n) for n in range(20)))
    before = at.books.counts(PORTAL)

    planned = past.plan(at, everything(at))

    assert before == at.books.counts(PORTAL)
    assert past.SAMPLE == len(planned.sample)
    assert f"{PORTAL}/500  contact.propertyChange of email" == planned.sample[0]
    assert "ada" not in "".join(planned.sample)


def test_the_calls_are_foretold_from_those_that_were_made(at: Services) -> None:
    deliver(at, "d1", *(event(n, 500 + n) for n in range(20)))
    unknown = past.plan(at, everything(at)).calls
    work_off(at)
    for _ in range(10):
        at.books.record_call(PORTAL, "POST /crm/{version}/objects/{type}", 100)

    assert None is unknown
    assert 10 == past.plan(at, everything(at)).calls


def test_the_rate_is_kept(at: Services) -> None:
    for n in range(10):
        deliver(at, f"d{n}", event(n, 500 + n))
    slept: list[float] = []

    list(past.run(at, everything(at), "r", 10.0, sleep=slept.append, clock=lambda: 0.0))

    assert pytest.approx([n / 10 for n in range(1, 11)]) == slept


def test_a_full_inbox_is_waited_for(at: Services) -> None:
    deliver(at, "d1", event(1, 501))
    small = dataclasses.replace(at.settings, max_waiting_events=1)
    full = services.connect(small)
    waits: list[float] = []

    def worker(seconds: float) -> None:
        waits.append(seconds)
        work_off(at)

    (done,) = past.run(full, everything(at), "r", 1e9, sleep=worker)

    assert 1 == done.put_in
    assert past.BACKLOG_PAUSE_S == waits[0]
    assert at.books.law(PORTAL).holds


def test_a_forgotten_contact_is_not_brought_back(at: Services) -> None:
    deliver(at, "d1", event(1, 501), event(2, 502))
    work_off(at)
    at.archive.forget(PORTAL, "501")
    quickly(at, everything(at))

    assert {"502"} == work_off(at)


def said(store_url: str, *words: str, typed: str = "", archive: str = "10") -> Result:
    env = {"REDIS_URL": store_url, "ARCHIVE_MB": archive}
    return CliRunner().invoke(replay, list(words), input=typed, env=env)


def test_the_command_shows_its_plan_and_asks(at: Services, store_url: str) -> None:
    deliver(at, "d1", event(1, 501))

    told = said(store_url, "--all", typed="n\n")

    assert 1 == told.exit_code
    assert "1 events of 1 contacts in 1 deliveries" in told.stdout
    assert 1 == at.books.law(PORTAL).accepted


def test_the_command_puts_in_what_it_showed(at: Services, store_url: str) -> None:
    deliver(at, "d1", event(1, 501))

    told = said(store_url, "--since", "1h", "--yes", "--run", "r")
    again = said(store_url, "--since", "1h", "--yes", "--run", "r")

    assert "1 events wait again, 0 did already" in told.stdout
    assert "0 events wait again, 1 did already" in again.stdout
    assert 2 == at.books.law(PORTAL).accepted


def test_no_filter_at_all_is_refused(store_url: str) -> None:
    for words in ([], ["--all", "--contact", "501"]):
        assert isinstance(said(store_url, *words).exception, ConfigError)


def test_a_span_that_ends_before_it_begins_is_refused(store_url: str) -> None:
    told = said(store_url, "--since", "2h", "--until", "3h")

    assert 2 == told.exit_code
    assert "--until: is not after --since" in told.output


def test_an_archive_that_is_off_is_named(at: Services, store_url: str) -> None:
    assert "the archive is off" in said(store_url, "--all", archive="0").stdout


@pytest.mark.parametrize("moment", ["yesterday", "", "-1h", "2026-13-01"])
def test_a_time_that_is_none_is_refused_with_examples(
    store_url: str, moment: str
) -> None:
    told = said(store_url, "--since", moment)

    assert 2 == told.exit_code
    assert "say 90m, 2h or 3d" in told.output


def test_a_run_that_is_cut_short_says_how_to_go_on(
    at: Services, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        deliver(at, f"d{n}", event(n, 500 + n))
    real = past.run

    def cut(*args: object, **kwargs: object) -> object:
        yield next(iter(real(*args, **kwargs)))  # type: ignore[arg-type, call-overload]
        raise StoreDown("gone")

    with monkeypatch.context() as patch:
        patch.setattr(past, "run", cut)
        told = said(store_url, "--contact", "500", "--yes", "--rate", "1000")
    assert 1 == told.exit_code
    found = re.search(r"^    hubkeeper replay (.*)$", told.output, re.M)
    assert found

    assert (
        "0 events wait again, 1 did already"
        in said(store_url, *found[1].split()).stdout
    )
