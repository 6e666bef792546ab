"""What names a contact that must be forgotten and is no event of it; and what HubSpot
sends once more after the erasure, because nobody had answered it before."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest

from app.events import keys, wire
from app.events.model import Event
from app.services import open_door
from app.settings import Settings
from tests.content import everything
from tests.integration.machine.conftest import Machine
from workers.action import reactor
from workers.changes import Change, SetProperties
from workers.contact import Contact

EMAIL = "ada.forgotten@nordwind-spedition.de"
NEIGHBOUR = "9000000501"


@pytest.fixture
def keeper(machine: Machine) -> Machine:
    """Give a machine whose archive is on."""
    machine.more = {"archive_mb": 10}
    return machine


def deliver(machine: Machine, *raws: Any, delivery: str = "d1") -> None:
    """Take a delivery as the door does."""
    items = wire.parse(orjson.dumps(raws))
    machine.services.archive.keep(delivery, items)
    machine.services.inbox.accept(items, delivery=delivery)


def event(
    machine: Machine, contact: str, number: int, **more: object
) -> dict[str, Any]:
    return {
        "eventId": number,
        "portalId": int(machine.portal),
        "subscriptionType": "contact.propertyChange",
        "propertyName": "email",
        "propertyValue": EMAIL,
        "objectId": int(contact),
        "occurredAt": int(time.time() * 1000),
        **more,
    }


def forgotten(machine: Machine) -> str:
    """Let a contact be made, deleted for good, and forgotten."""
    ada = machine.contact()
    machine.sandbox.control.delete("contacts", [ada])
    machine.work(ada, "contact.privacyDeletion")
    return ada


def odd(machine: Machine) -> list[Any]:
    """Return what the odd letters of the portal and of no portal hold."""
    dead = machine.services.dead
    return [
        raw
        for portal in (machine.portal, keys.NOWHERE)
        for letter in dead.all(portal)
        for raw in dead.events(portal, letter.id)
    ]


def raws(machine: Machine, delivery: str) -> list[Any]:
    """Return what is archived of a delivery."""
    items = machine.services.archive.items(machine.portal, delivery)
    return [item.raw for item in items]


def check_books(machine: Machine) -> None:
    for portal in (machine.portal, keys.NOWHERE):
        law = machine.services.books.law(portal)
        assert law.holds, str(law)


def test_an_odd_letter_that_names_the_contact_goes_and_its_neighbours_stay(
    machine: Machine,
) -> None:
    ada, portal = machine.contact(), int(machine.portal)
    letters = [
        {"portalId": portal, "objectId": int(ada), "x": EMAIL},
        {"portalId": portal, "objectId": f" 0{ada} ", "x": EMAIL},
        {"portalId": portal, "objectId": float(ada), "x": EMAIL},
        {"portalId": portal, "change": {"objectId": int(ada), "to": EMAIL}},
        {"objectId": int(ada), "x": EMAIL},
        [event(machine, ada, 1)],
    ]
    strangers = [
        {"portalId": portal, "objectId": int(NEIGHBOUR), "x": "bob@example.com"},
        {"portalId": portal, "eventId": int(ada)},
    ]
    deliver(machine, *letters, *strangers)
    assert 8 == len(odd(machine))

    machine.sandbox.control.delete("contacts", [ada])
    machine.work(ada, "contact.privacyDeletion")

    assert strangers == odd(machine)
    assert EMAIL.encode() not in everything(machine.store)
    discarded = [
        machine.services.books.law(each).discarded
        for each in (machine.portal, keys.NOWHERE)
    ]
    assert [4, 2] == discarded
    check_books(machine)


def test_an_odd_letter_goes_that_names_the_contact_only_as_it_was_edited(
    machine: Machine,
) -> None:
    ada = machine.contact()
    deliver(machine, {"portalId": int(machine.portal), "x": "garbled"})
    (letter,) = machine.services.dead.all(machine.portal)
    (edited,) = wire.parse(orjson.dumps([event(machine, ada, 1)]))
    assert isinstance(edited, Event)
    machine.services.dead.amend(machine.portal, letter.id, 0, edited)

    machine.sandbox.control.delete("contacts", [ada])
    machine.work(ada, "contact.privacyDeletion")

    assert [] == odd(machine)
    assert EMAIL.encode() not in everything(machine.store)
    check_books(machine)


def test_more_odd_letters_than_a_page_are_looked_through(machine: Machine) -> None:
    ada, portal = machine.contact(), int(machine.portal)
    for start in range(0, 2_500, 500):
        deliver(
            machine,
            *({"portalId": portal, "x": n} for n in range(start, start + 499)),
            {"portalId": portal, "objectId": int(ada), "x": [start, EMAIL]},
        )

    machine.sandbox.control.delete("contacts", [ada])
    machine.work(ada, "contact.privacyDeletion")

    assert 2_495 == machine.services.dead.count(machine.portal)
    assert EMAIL.encode() not in everything(machine.store)
    check_books(machine)


def test_what_is_sent_again_after_the_erasure_is_not_archived_again(
    keeper: Machine,
) -> None:
    ada = keeper.contact()
    change = event(keeper, ada, 1)
    deliver(keeper, change)
    keeper.sandbox.control.delete("contacts", [ada])
    deliver(keeper, event(keeper, ada, 2, subscriptionType="contact.privacyDeletion"))
    keeper.work()

    lost = {"objectId": int(ada), "x": "lost its portal"}
    neighbour = event(keeper, NEIGHBOUR, 3, propertyValue="bob@example.com")
    again = {**change, "attemptNumber": 1}
    deliver(keeper, again, neighbour, lost, delivery="d2")
    deliver(keeper, again, delivery="d3")
    keeper.work()

    archive = keeper.services.archive
    assert set() == archive.of_contact(keeper.portal, ada)
    assert [neighbour] == raws(keeper, "d2")
    assert ([], []) == (raws(keeper, "d3"), archive.items(keys.NOWHERE, "d2"))
    assert EMAIL.encode() not in everything(keeper.store)
    check_books(keeper)


def test_nothing_is_archived_of_a_contact_while_it_is_forgotten(
    keeper: Machine, store_url: str
) -> None:
    """Or what a web process archives during an erasure would stay."""
    ada = keeper.contact()
    keeper.sandbox.control.delete("contacts", [ada])
    items = wire.parse(orjson.dumps([event(keeper, ada, 1)]))
    door = open_door(Settings(redis_url=store_url, archive_mb=10))
    over = threading.Event()

    def insist() -> int:
        tries = 0
        while not over.is_set():
            tries += 1
            door.archive.keep(f"d{tries}", items)
        return tries

    with ThreadPoolExecutor(1) as pool:
        sender = pool.submit(insist)
        while not keeper.services.archive.of_contact(keeper.portal, ada):
            time.sleep(0.001)
        keeper.work(ada, "contact.privacyDeletion")
        kept = keeper.services.archive.of_contact(keeper.portal, ada)
        over.set()

    assert 0 < sender.result()
    assert set() == kept
    assert set() == keeper.services.archive.of_contact(keeper.portal, ada)


def test_an_odd_item_that_is_sent_after_the_erasure_is_counted_and_not_kept(
    machine: Machine,
) -> None:
    ada = forgotten(machine)
    accepted = machine.services.books.law(machine.portal).accepted
    named = {"portalId": int(machine.portal), "objectId": int(ada), "x": EMAIL}
    deliver(machine, named, [event(machine, ada, 1)], {"x": "about nobody"})

    assert [{"x": "about nobody"}] == odd(machine)
    assert 1 + accepted == machine.services.books.law(machine.portal).accepted
    assert EMAIL.encode() not in everything(machine.store)
    check_books(machine)


def test_an_erasure_that_is_sent_again_erases_again(machine: Machine) -> None:
    heard: list[str] = []

    @reactor(on=("contact.privacyDeletion",), reads=())
    def hear(contact: Contact, events: object) -> Iterator[Change]:
        heard.append(contact.id)
        yield from ()

    machine.follow(hear)
    ada = forgotten(machine)
    deliver(machine, event(machine, ada, 1))
    machine.work(ada, "contact.privacyDeletion")

    assert [ada, ada] == heard
    assert EMAIL.encode() not in everything(machine.store)


def test_who_was_merged_into_a_forgotten_contact_is_forgotten_as_well(
    keeper: Machine,
) -> None:
    ada, other = keeper.contact(), keeper.contact()
    merged = {
        "subscriptionType": "contact.merge",
        "mergedObjectIds": [int(other)],
        "newObjectId": int(ada),
    }
    deliver(keeper, event(keeper, ada, 1, **merged))
    keeper.work()
    keeper.sandbox.control.delete("contacts", [ada, other])
    keeper.work(ada, "contact.privacyDeletion")

    assert 0 < keeper.store.pttl(keys.of(keeper.portal, f"was:{ada}"))
    deliver(keeper, event(keeper, other, 2), delivery="d2")
    named = {"portalId": int(keeper.portal), "objectId": int(other), "x": EMAIL}
    deliver(keeper, named, delivery="d3")
    keeper.work()

    assert ([], []) == (odd(keeper), raws(keeper, "d2"))
    assert EMAIL.encode() not in everything(keeper.store)


def test_the_file_is_written_anew_for_what_came_after_the_erasure(
    machine: Machine,
) -> None:
    """An event that waited has been in the file, although its round found nobody."""
    machine.settle_on(SetProperties(city="Ulm"), on=("contact.propertyChange",))
    ada = forgotten(machine)
    machine.store.delete(keys.ERASED)

    deliver(machine, event(machine, NEIGHBOUR, 1))
    machine.work()
    assert not machine.store.exists(keys.ERASED)

    deliver(machine, event(machine, ada, 2))
    machine.work()
    assert machine.store.exists(keys.ERASED)


@pytest.fixture
def hasty(machine: Machine) -> Iterator[Machine]:
    """Give a machine that buries what fails once, and what it reads does fail."""
    machine.more = {"max_attempts": 1}
    machine.settle_on(SetProperties(city="Ulm"), on=("contact.propertyChange",))
    yield machine
    machine.sandbox.control.clear_faults()


def test_what_fails_after_the_erasure_makes_no_dead_letter(hasty: Machine) -> None:
    ada = forgotten(hasty)
    hasty.sandbox.control.put_faults({"kind": "503", "path": "*/batch/read"})
    deliver(hasty, event(hasty, ada, 1), event(hasty, NEIGHBOUR, 2))
    hasty.work()

    assert [NEIGHBOUR] == [letter.contact_id for letter in hasty.dead()]
    assert 1 == hasty.services.books.law(hasty.portal).discarded


def test_a_contact_that_is_still_there_was_not_forgotten(hasty: Machine) -> None:
    """The button in HubSpot that tries a webhook names a contact that may exist."""
    ada = hasty.contact()
    hasty.work(ada, "contact.privacyDeletion")
    hasty.sandbox.control.put_faults({"kind": "503", "path": "*/batch/update"})
    deliver(hasty, event(hasty, ada, 1))
    hasty.work()

    assert [ada] == [letter.contact_id for letter in hasty.dead()]
    check_books(hasty)
