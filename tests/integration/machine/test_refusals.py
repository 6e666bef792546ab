"""What could not be written is seen by people: once a day, and after each replay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.errors import GiveUp, Snooze
from app.hubspot.shapes.property import NewProperty
from tests.integration.machine.conftest import Machine
from workers.action import reactor
from workers.changes import Change, LogActivity, SetProperties
from workers.contact import Contact
from workers.ending import TOLD_S

LONE_SURROGATE = "\ud800"
SCORE = NewProperty(
    "score_of_theirs",
    "Score",
    "contactinformation",
    type="number",
    field_type="number",
)
NICKNAME = NewProperty("nickname_of_theirs", "Nickname", "contactinformation")


@pytest.fixture
def refused(machine: Machine) -> str:
    """Bury a contact for a property that HubSpot does not know."""
    contact = machine.contact()
    machine.settle_on(SetProperties(nickname_of_theirs="Ada", company="Acme"))
    machine.work(contact)
    assert 1 == len(machine.dead())
    return contact


def replay(machine: Machine) -> None:
    (letter,) = machine.dead()
    machine.services.dead.replay(machine.portal, letter.id)
    machine.work()


def test_a_refusal_is_told_once_and_not_with_every_event(
    machine: Machine, refused: str
) -> None:
    machine.work(refused)

    assert 1 == len(machine.dead())


def test_a_replay_that_is_refused_again_is_a_dead_letter_again(
    machine: Machine, refused: str
) -> None:
    replay(machine)

    (letter,) = machine.dead()
    assert "nickname_of_theirs: does not exist" in letter.error


def test_a_property_that_was_made_meanwhile_is_written_by_the_replay(
    machine: Machine, refused: str
) -> None:
    client = machine.services.clients.of(machine.portal)
    client.properties("contacts").create(NICKNAME)

    replay(machine)

    assert [] == machine.dead()
    assert "Ada" == machine.read(refused)["nickname_of_theirs"]


def test_a_refusal_is_told_again_after_a_day_whatever_else_was_made(
    machine: Machine, refused: str
) -> None:
    """An activity lets everything that is known of the contact live for a month."""
    key = f"hk:{{{machine.portal}}}:made:{refused}"
    field = "refused:nickname_of_theirs"
    machine.settle_on(LogActivity("notes", "hello", {"hs_note_body": "hello"}))
    machine.work(refused)
    assert 24 * 3600 < machine.store.ttl(key)
    told_at = float(machine.store.hget(key, field).split()[-1])
    machine.store.hset(key, field, f"made told {told_at - TOLD_S - 1}")

    machine.work(refused)

    assert 2 == len(machine.dead())


@pytest.mark.parametrize(
    "error",
    [GiveUp(f"no {LONE_SURROGATE}"), ValueError(LONE_SURROGATE), Snooze(float("nan"))],
    ids=["words", "traceback", "nan"],
)
def test_an_error_that_cannot_be_stored_spoils_no_other_contact(
    machine: Machine, error: Exception
) -> None:
    odd, sound = machine.contact(lastname="Odd"), machine.contact()

    @reactor(on=("contact.creation",), reads=("lastname",))
    def stumble(contact: Contact, events: object) -> Iterator[Change]:
        if contact["lastname"] == "Odd":
            raise error
        yield SetProperties(company="Acme")

    machine.follow(stumble)
    machine.tell(odd)
    machine.work(sound)

    assert "Acme" == machine.read(sound)["company"]
    assert [odd] == [letter.contact_id for letter in machine.dead()]


def test_a_number_that_nobody_can_read_spoils_no_other_contact(
    machine: Machine,
) -> None:
    client = machine.services.clients.of(machine.portal)
    client.properties("contacts").create(SCORE)
    odd, sound = machine.contact(lastname="Odd"), machine.contact()

    @reactor(on=("contact.creation",), reads=("lastname",))
    def count(contact: Contact, events: object) -> Iterator[Change]:
        value = "9" * 5_000 if contact["lastname"] == "Odd" else "7"
        yield SetProperties(score_of_theirs=value)

    machine.follow(count)
    machine.tell(odd)
    machine.work(sound)

    (letter,) = machine.dead()
    assert (odd, True) == (letter.contact_id, "is not a number" in letter.error)
    assert "7" == machine.read(sound)["score_of_theirs"]
