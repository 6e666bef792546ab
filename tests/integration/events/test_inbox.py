"""The inbox on a real store: nothing lost, nothing twice, everybody gets a turn."""

from __future__ import annotations

import pytest

from app.errors import Backlogged
from app.events.claim import Claim, Postponement
from app.events.letter import Burial
from app.events.receipt import Receipt
from tests.integration.events.conftest import PORTAL, MakeEvent, Shelf


def claim(shelf: Shelf, most: int = 100, token: str = "t") -> Claim:
    return shelf.inbox.claim(PORTAL, token, most)


def ids(claimed: Claim) -> list[str]:
    return sorted(each.contact_id for each in claimed.contacts)


def test_events_of_one_contact_are_one_piece_of_work(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501), event(502), event(501)])

    claimed = claim(shelf)

    assert ["501", "502"] == ids(claimed)
    assert {2, 1} == {len(each.events) for each in claimed.contacts}


def test_a_copy_with_another_attempt_number_is_not_stored_again(
    shelf: Shelf, event: MakeEvent
) -> None:
    first = event(501, eventId=1)
    again = event(501, eventId=1, attemptNumber=3)

    assert Receipt(accepted=1) == shelf.inbox.accept([first])
    assert Receipt(duplicates=1) == shelf.inbox.accept([again])
    assert 1 == shelf.books.law(PORTAL).waiting


def test_other_objects_and_own_echoes_are_settled_at_once(
    shelf: Shelf, event: MakeEvent
) -> None:
    company = event(9, subscriptionType="company.creation")
    echo = event(501, changeSource="INTEGRATION", sourceId="11")

    receipt = shelf.inbox.accept([company, echo], app_id="11")

    assert Receipt(accepted=2, echoes=1, ignored=1) == receipt
    assert 2 == shelf.books.law(PORTAL).settled
    assert shelf.books.law(PORTAL).holds
    assert {PORTAL: 0} == shelf.inbox.due()


def test_an_unreadable_item_is_a_dead_letter_and_the_others_are_stored(
    shelf: Shelf, event: MakeEvent
) -> None:
    receipt = shelf.inbox.accept([event(501), event("five")])

    assert Receipt(accepted=2, unreadable=1) == receipt
    (letter,) = shelf.dead.all(PORTAL)
    assert "unreadable" == letter.reason
    assert "five" == shelf.dead.events(PORTAL, letter.id)[0]["objectId"]
    assert shelf.books.law(PORTAL).holds


def test_a_contact_is_never_in_two_hands(shelf: Shelf, event: MakeEvent) -> None:
    shelf.inbox.accept([event(501)])
    claim(shelf, token="first")
    shelf.inbox.accept([event(501)])

    assert () == claim(shelf, token="second").contacts


def test_what_came_meanwhile_keeps_the_contact_due(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501, eventId=1)])
    taken = claim(shelf)
    shelf.inbox.accept([event(501, eventId=2)])

    shelf.inbox.settle(taken, [("501", "written")])

    (again,) = claim(shelf).contacts
    assert [2] == [each.raw["eventId"] for each in again.events]
    assert shelf.books.law(PORTAL).holds


def test_linger_gathers_what_belongs_together(shelf: Shelf, event: MakeEvent) -> None:
    patient = shelf.with_options(linger_s=60)
    patient.accept([event(501)])

    assert () == claim(shelf).contacts


def test_a_contact_is_claimed_again_when_its_lease_runs_out(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    forgotten = shelf.with_options(lease_s=0).claim(PORTAL, "dies", 10)

    taken = claim(shelf, token="heir")

    assert ["501"] == ids(taken)
    assert set() == shelf.inbox.settle(forgotten, [("501", "written")])
    assert {"501"} == shelf.inbox.settle(taken, [("501", "written")])
    assert shelf.books.law(PORTAL).holds


def test_who_lost_the_lease_can_neither_settle_nor_bury_nor_postpone_nor_extend(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    lost = shelf.with_options(lease_s=0).claim(PORTAL, "loser", 10)
    claim(shelf, token="heir")

    assert set() == shelf.inbox.settle(lost, [("501", "written")])
    assert set() == shelf.inbox.bury(lost, [Burial("501", "refused", "no")])
    assert set() == shelf.inbox.postpone(lost, [Postponement("501", 0, False, "")])
    assert set() == shelf.inbox.extend(lost, ["501"])
    assert -1 == shelf.inbox.forget(lost, "501")
    assert 1 == shelf.books.law(PORTAL).working


def test_a_contact_that_kills_its_worker_three_times_is_buried_alone(
    shelf: Shelf, event: MakeEvent
) -> None:
    """The others of its round come back in ever smaller company, and are settled."""
    shelf.inbox.accept([event(contact) for contact in range(501, 561)])
    doomed = shelf.with_options(lease_s=0)
    rounds = 0
    while shelf.inbox.due()[PORTAL] and rounds < 200:
        rounds += 1
        taken = doomed.claim(PORTAL, f"round-{rounds}", 100)
        if "530" not in ids(taken):
            doomed.settle(taken, [(contact, "written") for contact in ids(taken)])

    (letter,) = shelf.dead.all(PORTAL)
    law = shelf.books.law(PORTAL)
    assert ("530", "worker_died") == (letter.contact_id, letter.reason)
    assert (59, 1) == (law.settled, law.dead)
    assert law.holds


def test_a_failed_attempt_is_counted_and_a_wait_is_not(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501), event(502)])
    taken = claim(shelf)
    delays = [Postponement("501", 0, True, "500"), Postponement("502", 0, False, "429")]

    shelf.inbox.postpone(taken, delays)

    again = {each.contact_id: each.attempts for each in claim(shelf).contacts}
    assert {"501": 1, "502": 0} == again


def test_a_person_goes_before_an_import_which_still_moves(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(c, changeSource="IMPORT") for c in range(100, 200)])
    shelf.inbox.accept([event(c) for c in range(500, 600)])

    first = claim(shelf, 50)

    people = [contact for contact in ids(first) if contact.startswith("5")]
    assert (45, 50) == (len(people), len(ids(first)))


def test_what_a_person_does_to_an_imported_contact_moves_it_forward(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(c, changeSource="IMPORT") for c in range(100, 200)])
    shelf.inbox.accept([event(150)])

    assert "150" in ids(claim(shelf, 2))


def test_a_full_backlog_refuses_the_delivery_and_stores_nothing_of_it(
    shelf: Shelf, event: MakeEvent
) -> None:
    small = shelf.with_options(linger_s=0, most_waiting=2)
    small.accept([event(501), event(502)])

    with pytest.raises(Backlogged, match="2 waiting events"):
        small.accept([event(503)])

    assert 2 == shelf.books.law(PORTAL).accepted


def test_a_privacy_deletion_leaves_no_trace_of_the_contact(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    shelf.inbox.bury(claim(shelf), [Burial("501", "refused", "no")])
    things = [("501", "note:welcome")]
    shelf.ledger.reserve(PORTAL, "t", things, ttl_s=60, grace_s=60)
    shelf.inbox.accept([event(501, subscriptionType="contact.privacyDeletion")])
    taken = claim(shelf)
    shelf.inbox.accept([event(501)])

    shelf.inbox.forget(taken, "501")
    shelf.inbox.settle(taken, [("501", "forgotten")])

    left = [key for key in shelf.store.scan_iter() if b"501" in key]
    law = shelf.books.law(PORTAL)
    assert [] == left
    assert (2, 1) == (law.discarded, law.settled)
    assert law.holds


def test_a_contact_with_very_many_events_is_worked_off_in_parts(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501) for _ in range(700)])

    sizes = []
    while (taken := claim(shelf)).contacts:
        sizes.append(len(taken.contacts[0].events))
        shelf.inbox.settle(taken, [("501", "written")])

    assert [500, 200] == sizes
    assert shelf.books.law(PORTAL).holds


def test_an_extended_lease_keeps_the_contact(shelf: Shelf, event: MakeEvent) -> None:
    shelf.inbox.accept([event(501)])
    held = shelf.with_options(lease_s=0).claim(PORTAL, "slow", 10)

    assert {"501"} == shelf.inbox.extend(held, ["501"])

    assert () == claim(shelf, token="impatient").contacts
    assert {"501"} == shelf.inbox.settle(held, [("501", "written")])
