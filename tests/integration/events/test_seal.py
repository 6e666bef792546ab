"""With a key, who reads the store reads no contact; and keys can be changed."""

from __future__ import annotations

import time

import pytest
import redis
from cryptography.fernet import Fernet

from app import services
from app.errors import ConfigError
from app.events import keys, resealing, seal
from app.events.claim import Postponement
from app.events.dead import DeadLetters
from app.events.inbox import Inbox, InboxOptions
from app.events.journal import Entry, Journal
from app.events.letter import Burial
from app.events.scripts import Scripts
from app.events.swings import Swings
from app.events.trail import Trail
from app.events.vault import Vault
from app.events.writes import Write, Writes
from app.repair.audit import Audit, Line
from app.repair.filter import Filter
from app.repair.order import REPLAY
from app.repair.orders import Orders
from app.settings import Settings
from tests.content import everything
from tests.integration.events.conftest import PORTAL, MakeEvent
from workers.providers.answers import Answers

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
EMAIL = b"ada@example.com"
REFUSAL = "Email address ada@example.com is invalid"


def scripts(store: redis.Redis, *held: str) -> Scripts:
    return Scripts(store, vault=Vault(held))


def inbox(store: redis.Redis, *held: str) -> Inbox:
    return Inbox(scripts(store, *held), InboxOptions(linger_s=0, lease_s=60))


def bury_and_remember(store: redis.Redis, event: MakeEvent, *held: str) -> None:
    """Leave the contact's address wherever the service may put it."""
    at, box = scripts(store, *held), inbox(store, *held)
    box.accept([event(501), event("nobody")])
    taken = box.claim(PORTAL, "t", 10)
    box.postpone(taken, [Postponement("501", 0, True, REFUSAL)])
    taken = box.claim(PORTAL, "t", 10)
    box.bury(taken, [Burial("501", "refused", REFUSAL, REFUSAL)])
    box.accept([event(501), event(502)])
    written = {"501": {"email": Write(EMAIL.decode(), time.time())}}
    Writes(at).remember(PORTAL, written)
    swings = Swings(at)
    push = swings.push("", EMAIL.decode(), "a rule")
    swings.remember(PORTAL, {"501": {"email": [push]}})
    remark = Entry("501", "left", REFUSAL, time.time())
    Journal(at, "remarks", 10).write(PORTAL, [remark])
    book = Answers(store, PORTAL, "source", at.vault)
    book.take(["ada"], lease_s=60)
    book.keep({"ada": {"email": EMAIL.decode()}}, 60)


def test_without_a_key_the_address_is_there_for_all_to_read(
    store: redis.Redis, event: MakeEvent
) -> None:
    bury_and_remember(store, event)

    assert everything(store).count(EMAIL) >= 8


def test_with_a_key_the_address_is_nowhere(
    store: redis.Redis, event: MakeEvent
) -> None:
    bury_and_remember(store, event, NEW)

    assert EMAIL not in everything(store)


def test_whoever_has_the_key_reads_it_all(store: redis.Redis, event: MakeEvent) -> None:
    bury_and_remember(store, event, NEW)
    at = scripts(store, NEW)

    letters = list(DeadLetters(at).all(PORTAL))
    assert {REFUSAL} == {each.error for each in letters if each.reason == "refused"}
    assert (
        EMAIL.decode()
        == DeadLetters(at).events(PORTAL, letters[-1].id)[0]["propertyValue"]
    )
    assert EMAIL.decode() == Writes(at).of(PORTAL, ["501"])["501"]["email"].value
    assert [REFUSAL] == [
        entry.text for entry in Journal(at, "remarks", 10).latest(PORTAL)
    ]
    steps = DeadLetters(at), Trail(at).standing(PORTAL, "501")
    assert {"501", "502"} == {
        claimed.contact_id
        for claimed in inbox(store, NEW).claim(PORTAL, "t", 10).contacts
    }
    assert steps[1].events[0].property_name == "email"


def test_what_was_stored_before_there_was_a_key_can_still_be_read(
    store: redis.Redis, event: MakeEvent
) -> None:
    inbox(store).accept([event(501)])

    (claimed,) = inbox(store, NEW).claim(PORTAL, "t", 10).contacts

    assert EMAIL.decode() == claimed.events[0].property_value


def test_an_old_key_opens_while_the_new_one_seals(
    store: redis.Redis, event: MakeEvent
) -> None:
    inbox(store, OLD).accept([event(501)])
    inbox(store, NEW, OLD).accept([event(502)])

    claim = inbox(store, NEW, OLD).claim(PORTAL, "t", 10)

    assert {"501", "502"} == {each.contact_id for each in claim.contacts}


def test_what_an_old_key_sealed_can_be_sealed_anew(
    store: redis.Redis, event: MakeEvent
) -> None:
    bury_and_remember(store, event, OLD)
    inbox(store, OLD).accept([event(501)])

    assert resealing.reseal(scripts(store, NEW, OLD)) >= 8
    assert 0 < resealing.reseal(scripts(store, NEW, OLD))  # a seal is new every time

    at = scripts(store, NEW)
    assert EMAIL not in everything(store)
    letters = list(DeadLetters(at).all(PORTAL))
    assert [REFUSAL] == [each.error for each in letters if each.reason == "refused"]
    assert {"postponed", "buried"} == {s.what for s in letters[-1].history}
    assert EMAIL.decode() == Writes(at).of(PORTAL, ["501"])["501"]["email"].value
    claim = inbox(store, NEW).claim(PORTAL, "t", 10)
    assert {"501", "502"} == {each.contact_id for each in claim.contacts}


def test_what_people_type_is_sealed_as_well(store: redis.Redis) -> None:
    at = services.assemble(Settings(store_keys=(NEW,)), store, scripts(store, NEW))
    line = Line("bob", "discard", f"the letters of {EMAIL.decode()}")
    Audit(at).write(PORTAL, line)
    order = Orders(at).place(
        REPLAY, Filter(portal=PORTAL, text=EMAIL.decode()), "bob", reason=REFUSAL
    )

    assert EMAIL not in everything(store)
    assert any(EMAIL.decode() in each.which for each in Audit(at).latest(PORTAL))
    kept = Orders(at).get(PORTAL, order.id)
    assert (EMAIL.decode(), REFUSAL) == (kept.filter.text, kept.reason)


def test_what_only_looks_sealed_is_left_alone(store: redis.Redis) -> None:
    store.set("hk:x", b"~gAAAAnothing")

    resealing.reseal(scripts(store, NEW))

    assert b"~gAAAAnothing" == store.get("hk:x")


def test_what_nobody_can_open_waits_and_is_not_lost(
    store: redis.Redis, event: MakeEvent
) -> None:
    inbox(store, OLD).accept([event(501)])
    inbox(store, NEW).accept([event(502)])

    claim = inbox(store, NEW).claim(PORTAL, "t", 10)

    assert ["502"] == [each.contact_id for each in claim.contacts]
    now = Trail(scripts(store, OLD, NEW)).standing(PORTAL, "501")
    assert ("live", 0) == (now.place, now.attempts)
    assert now.steps[0].why.startswith("waits for its key")


def test_a_process_without_the_key_does_not_start(store: redis.Redis) -> None:
    seal.admit(scripts(store, OLD))

    for held in ((), (NEW,)):
        with pytest.raises(ConfigError, match="STORE_KEYS"):
            seal.admit(scripts(store, *held))


def test_a_rotation_is_known_from_the_first_start_on(store: redis.Redis) -> None:
    seal.admit(scripts(store, OLD))
    seal.admit(scripts(store, NEW, OLD))

    with pytest.raises(ConfigError, match="at the end"):
        seal.admit(scripts(store, OLD))
    with pytest.raises(ConfigError, match="at the end"):
        seal.admit(scripts(store, NEW))
    assert EMAIL not in everything(store)
    assert 2 == store.hlen(keys.SEAL)
    resealing.reseal(scripts(store, NEW, OLD))
    seal.admit(scripts(store, NEW))


@pytest.mark.parametrize("text", [b"", b"~", b"~~x", b"[1]", b"~gAAAA"])
def test_a_vault_without_keys_gives_back_what_it_was_given(text: bytes) -> None:
    assert text == Vault().open(Vault().seal(text))
    assert text == Vault((NEW,)).open(Vault((NEW,)).seal(text))
