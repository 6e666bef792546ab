"""Deletion, privacy, merge and restore: what happens to contacts, and to their work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from app.events.model import Event
from tests.integration.machine.conftest import Machine
from workers.action import Action, reactor
from workers.changes import Change, SetProperties
from workers.contact import Contact
from workers.reading import MOST_ASKED_FOR
from workers.reconcile import reconcile

HAPPENINGS = (
    "contact.creation",
    "contact.propertyChange",
    "contact.deletion",
    "contact.privacyDeletion",
    "contact.merge",
    "contact.restore",
    "contact.associationChange",
)
Seen = list[tuple[str, bool, list[str]]]


def looking(seen: Seen) -> Action:
    """Return an action that notes down what it is shown, and wants a company set."""

    @reactor(on=HAPPENINGS, reads=("firstname",))
    def look(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        assert contact["firstname"] in ("", "Ada")
        shown = sorted(event.happening for event in events)
        seen.append((contact.id, contact.deleted, shown))
        yield SetProperties(company="Seen")

    return look


@pytest.fixture
def seen(machine: Machine) -> Seen:
    found: Seen = []
    machine.follow(looking(found))
    return found


@pytest.mark.parametrize("kind", ["contact.deletion", "contact.privacyDeletion"])
def test_a_deletion_reaches_actions_with_a_contact_that_is_gone(
    machine: Machine, seen: Seen, kind: str
) -> None:
    ada = machine.contact()
    machine.sandbox.control.delete("contacts", [ada])

    machine.work(ada, kind)

    assert [(ada, True, [kind.partition(".")[2]])] == seen
    assert [] == machine.dead()


def test_a_contact_that_is_deleted_before_anybody_looks_was_never_created(
    machine: Machine, seen: Seen
) -> None:
    ada = machine.contact()
    machine.sandbox.control.delete("contacts", [ada])
    machine.tell(ada)
    machine.work(ada, "contact.deletion")

    assert [(ada, True, ["deletion"])] == seen


def test_a_restored_contact_is_there_whatever_was_said_before(
    machine: Machine, seen: Seen
) -> None:
    ada = machine.contact()
    machine.tell(ada, "contact.deletion")
    machine.work(ada, "contact.restore")

    assert [(ada, False, ["restore"])] == seen
    assert "Seen" == machine.read(ada)["company"]


def test_nobody_who_did_not_ask_hears_of_a_deletion(machine: Machine) -> None:
    machine.settle_on(SetProperties(company="Acme"))
    ada = machine.contact()
    machine.sandbox.control.delete("contacts", [ada])
    machine.work(ada, "contact.deletion")

    assert [] == machine.dead()
    assert [] == machine.remarks()


def test_a_privacy_deletion_leaves_no_trace(machine: Machine, seen: Seen) -> None:
    ada = machine.contact()
    machine.settle_on(SetProperties(no_such_property="x"))
    machine.work(ada)
    assert machine.dead()
    assert machine.remarks()

    machine.sandbox.control.delete("contacts", [ada])
    machine.work(ada, "contact.privacyDeletion")

    traces = [key for key in machine.store.scan_iter("*") if ada.encode() in key]
    assert ([], []) == (machine.dead(), traces)
    assert not any(remark.contact_id == ada for remark in machine.remarks())


def merged(machine: Machine, primary: str, other: str) -> str:
    """Let a person merge two contacts; return the survivor."""
    client = machine.services.clients.of(machine.portal)
    return client.objects("contacts").merge(primary, other).id


def tell_of_merge(machine: Machine, primary: str, other: str, survivor: str) -> None:
    machine.tell(
        survivor,
        "contact.merge",
        primaryObjectId=int(primary),
        mergedObjectIds=[int(other)],
        newObjectId=int(survivor),
    )


def test_what_waited_for_merged_contacts_is_done_for_the_survivor(
    machine: Machine, seen: Seen
) -> None:
    ada, augusta = machine.contact(firstname="Ada"), machine.contact()
    machine.tell(ada)
    machine.tell(augusta, "contact.restore")
    survivor = merged(machine, ada, augusta)
    tell_of_merge(machine, ada, augusta, survivor)

    machine.work()

    shown = {happening for id_, _, names in seen for happening in names}
    assert {survivor} == {id_ for id_, _, _ in seen}
    assert {"creation", "merge", "restore"} == shown
    assert "Seen" == machine.read(survivor)["company"]


def test_what_is_not_due_yet_waits_for_the_survivor_from_then_on(
    machine: Machine, seen: Seen
) -> None:
    ada, augusta = machine.contact(), machine.contact()
    machine.tell(augusta)
    live = f"hk:{{{machine.portal}}}:live"
    machine.store.zadd(live, {augusta: 2**52})
    survivor = merged(machine, ada, augusta)
    tell_of_merge(machine, ada, augusta, survivor)

    reconcile(machine.services, machine.rules, machine.portal)

    assert None is machine.store.zscore(live, augusta)
    machine.work()
    assert {survivor} == {id_ for id_, _, _ in seen}


def test_events_of_a_merged_contact_that_come_late_find_the_survivor(
    machine: Machine, seen: Seen
) -> None:
    ada, augusta = machine.contact(), machine.contact()
    survivor = merged(machine, ada, augusta)
    tell_of_merge(machine, ada, augusta, survivor)
    machine.work()
    seen.clear()

    machine.work(augusta)

    assert [(survivor, False, ["creation"])] == seen


def test_events_that_come_before_the_one_of_the_merge_find_the_survivor_too(
    machine: Machine, seen: Seen
) -> None:
    ada, augusta = machine.contact(), machine.contact()
    survivor = merged(machine, ada, augusta)

    machine.work(augusta)

    assert [(survivor, False, ["creation"])] == seen
    assert "Seen" == machine.read(survivor)["company"]


def test_more_merged_contacts_than_a_round_asks_for_all_find_their_survivors(
    machine: Machine, seen: Seen
) -> None:
    """No webhook has told of any of the merges."""
    survivors = set()
    for _ in range(MOST_ASKED_FOR + 2):
        ada, augusta = machine.contact(), machine.contact()
        survivors.add(merged(machine, ada, augusta))
        machine.tell(augusta)

    machine.work()

    assert survivors == {id_ for id_, _, _ in seen}
