"""Asking a slow and moody source, without holding up those who need nothing of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest
import redis

from app.errors import ConfigError, GiveUp, Snooze
from tests.integration.providers.conftest import NewDesk
from tests.integration.providers.source import Source
from workers.contact import Contact
from workers.providers import Provider, SourceError, answers
from workers.providers.desk import Desk

NAME = "people_source"


def contacts(*emails: str) -> list[Contact]:
    return [Contact(str(501 + i), {"email": email}) for i, email in enumerate(emails)]


def until_told(
    desk: Desk, who: Sequence[Contact], within_s: float = 30.0
) -> dict[str, Any]:
    """Ask again as often as the desk says that it will have an answer."""
    told: dict[str, Any] = {}
    end = time.monotonic() + within_s
    while len(told) < len(who):
        assert time.monotonic() < end, f"{len(who) - len(told)} never got an answer"
        waiting = [contact for contact in who if contact.id not in told]
        found = desk.ask("7", NAME, waiting)
        snoozes = [f for f in found.values() if isinstance(f, Snooze)]
        told |= {i: f for i, f in found.items() if not isinstance(f, Snooze)}
        if snoozes:
            time.sleep(min(0.5, min(snooze.seconds for snooze in snoozes)))
    return told


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let failed calls be repeated soon."""
    monkeypatch.setattr(answers, "FIRST_DELAY_S", 0.2)


def test_a_quick_answer_is_there_in_the_same_round(new_desk: NewDesk) -> None:
    desk = new_desk(patience_s=5)

    found = desk.ask("7", NAME, contacts("ada@nordwind.de"))

    assert {"501": {"jobtitle": "Chief of ada@nordwind.de"}} == found


def test_a_slow_moody_source_holds_up_nobody_loses_nobody_and_is_asked_once(
    source: Source, new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two seconds an answer, one in ten a 500, one in fifty no answer at all."""
    hurry(monkeypatch)
    source.took_s = 2.0
    emails = [f"p{i}@nordwind.de" for i in range(100)]
    source.bad_days |= {email: [500] for email in emails[::10]}
    source.bad_days |= {email: [0] for email in emails[7::50]}
    desks = [new_desk(timeout_s=4, concurrency=64) for _ in range(2)]
    who = contacts(*emails)
    who.append(Contact("unconcerned", {"email": ""}))

    began = time.monotonic()
    first = desks[0].ask("7", NAME, who)
    took_s = time.monotonic() - began
    desks[1].ask("7", NAME, who)
    told = until_told(desks[0], who)

    assert took_s < 1.0
    assert {} == first["unconcerned"]
    assert all(isinstance(first[c.id], Snooze) for c in who if c["email"])
    expected = {c.id: f"Chief of {c['email']}" for c in who if c["email"]}
    assert expected == {i: a["jobtitle"] for i, a in told.items() if a}
    assert dict.fromkeys(emails, 1) == dict(source.answered)


def test_contacts_of_one_key_share_one_question(
    source: Source, new_desk: NewDesk
) -> None:
    desk = new_desk(key="domain", patience_s=5)

    found = desk.ask("7", NAME, contacts("ada@nordwind.de", "bob@mail.nordwind.de"))

    assert [{"jobtitle": "Chief of nordwind.de"}] * 2 == list(found.values())
    assert 1 == source.asked


def test_many_keys_go_in_one_call(source: Source, new_desk: NewDesk) -> None:
    desk = new_desk(
        url=source.url,
        method="POST",
        body={"keys": "{keys}"},
        keys_per_call=100,
        results="people",
        result_key="q",
        patience_s=5,
    )

    found = desk.ask("7", NAME, contacts(*(f"p{i}@nordwind.de" for i in range(100))))

    assert {"jobtitle": "Chief of p99@nordwind.de"} == found["600"]
    assert 1 == source.asked


def test_no_more_calls_at_once_than_agreed(source: Source, new_desk: NewDesk) -> None:
    source.took_s = 0.5
    desk = new_desk(concurrency=3)

    desk.ask("7", NAME, contacts(*(f"p{i}@nordwind.de" for i in range(20))))
    desk.ask("7", NAME, contacts(*(f"q{i}@nordwind.de" for i in range(20))))

    assert 3 >= source.asked


def test_the_secret_goes_where_it_is_configured(
    source: Source, new_desk: NewDesk
) -> None:
    desk = new_desk(secret="KEY", header="X-Key", prefix="is ", patience_s=5)

    desk.ask("7", NAME, contacts("ada@nordwind.de"))

    assert "is hush" == source.seen[0]["X-Key"]


def test_a_source_that_does_not_know_the_contact_gives_an_empty_answer(
    source: Source, new_desk: NewDesk
) -> None:
    source.bad_days["ada@nordwind.de"] = [404]
    desk = new_desk(patience_s=5)

    found = [desk.ask("7", NAME, contacts("ada@nordwind.de")) for _ in range(2)]

    assert [{"501": {}}] * 2 == found
    assert 1 == source.asked


def test_a_key_that_fails_for_good_becomes_a_dead_letter_and_a_replay_asks_anew(
    source: Source, new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurry(monkeypatch)
    source.bad_days["ada@nordwind.de"] = [500, 502]
    desk = new_desk(tries=2)
    who = contacts("ada@nordwind.de")

    told = until_told(desk, who)
    again = until_told(desk, who)

    assert isinstance(told["501"], GiveUp)
    assert {"jobtitle": "Chief of ada@nordwind.de"} == again["501"]


def test_a_source_that_is_down_is_left_alone(source: Source, new_desk: NewDesk) -> None:
    emails = [f"p{i}@nordwind.de" for i in range(40)]
    source.bad_days |= {email: [503] * 9 for email in emails}
    desk = new_desk(concurrency=5, patience_s=5)

    found: dict[str, Any] = {}
    for _ in range(5):
        found = desk.ask("7", NAME, contacts(*emails))

    assert 5 == source.asked
    assert all(isinstance(f, Snooze) and f.seconds > 10 for f in found.values())


def test_a_source_that_says_when_is_left_alone_until_then(
    source: Source, new_desk: NewDesk
) -> None:
    source.headers["Retry-After"] = "120"
    source.bad_days["ada@nordwind.de"] = [429]
    desk = new_desk(patience_s=5)

    found = desk.ask("7", NAME, contacts("ada@nordwind.de", "bob@nordwind.de"))

    assert isinstance(found["501"], Snooze)
    assert 110 < found["501"].seconds < 130


def test_the_months_budget_is_not_overdrawn_by_several_workers(
    source: Source, new_desk: NewDesk
) -> None:
    desks = [new_desk(monthly_budget=5, patience_s=5) for _ in range(2)]
    told = [
        desk.ask("7", NAME, contacts(*(f"{who}{i}@nordwind.de" for i in range(4))))
        for desk, who in zip(desks, "ab", strict=True)
    ]

    assert 5 == source.asked
    assert 3 == sum(1 for found in told for answer in found.values() if answer == {})


def test_a_privacy_deletion_leaves_nothing_of_what_was_said(
    new_desk: NewDesk, store: redis.Redis
) -> None:
    desk = new_desk(patience_s=5)
    desk.ask("7", NAME, contacts("ada@nordwind.de"))
    assert any(b"answer" in key for key in store.keys("hk:{7}:*"))

    desk.forget("7", "501")

    assert [] == store.keys("hk:{7}:*")


def test_no_key_of_the_store_shows_an_address(
    new_desk: NewDesk, store: redis.Redis
) -> None:
    new_desk(patience_s=5).ask("7", NAME, contacts("ada@nordwind.de"))

    assert not [key for key in store.keys("*") if b"ada" in key]


def test_a_provider_is_a_function_of_ones_own(store: redis.Redis) -> None:
    """What it raises or returns by mistake costs a try, and nobody else's answer."""
    calls: list[list[str]] = []

    def ask(keys: Any, timeout_s: float) -> Any:
        calls.append(list(keys))
        if keys == ["rubbish"]:
            return {"rubbish": {"jobtitle": 7}}
        if keys == ["bug"]:
            raise SourceError("no")
        return {key: {"jobtitle": key} for key in keys}

    def key(contact: Contact) -> str:
        return contact["email"].partition("@")[0]

    desk = Desk(store, [Provider(NAME, ("email",), key, ask, patience_s=5)])

    found = desk.ask("7", NAME, contacts("rubbish@a.de", "ada@a.de", "bug@a.de"))

    assert [Snooze, dict, Snooze] == [type(found[i]) for i in ("501", "502", "503")]


def test_a_provider_that_nobody_described_is_named(new_desk: NewDesk) -> None:
    with pytest.raises(ConfigError, match="no provider called 'nobody'"):
        new_desk().reads("nobody")
