"""Merged contacts: what waits for them waits for the survivor, and the law holds."""

from __future__ import annotations

from app.events.letter import Burial
from tests.integration.events.conftest import PORTAL, MakeEvent, Shelf

MERGED, SURVIVOR = "501", "777"


def test_waiting_events_move_and_keep_their_order(
    shelf: Shelf, event: MakeEvent
) -> None:
    first, second, own = event(501), event(501), event(777)
    shelf.inbox.accept([own, first, second])
    claim = shelf.inbox.claim(PORTAL, "nobody", most=0)

    moved = shelf.inbox.reaim(claim, [MERGED], SURVIVOR)

    (found,) = shelf.inbox.claim(PORTAL, "heir").contacts
    assert 2 == moved
    assert SURVIVOR == found.contact_id
    assert [own, first, second] == list(found.events)
    assert shelf.books.law(PORTAL).holds


def test_what_we_have_in_hand_moves_too(shelf: Shelf, event: MakeEvent) -> None:
    shelf.inbox.accept([event(501)])
    claim = shelf.inbox.claim(PORTAL, "ours")
    shelf.inbox.accept([event(501)])

    assert 2 == shelf.inbox.reaim(claim, [MERGED], SURVIVOR)

    law = shelf.books.law(PORTAL)
    assert law.holds
    assert (2, 0) == (law.waiting, law.working)
    assert set() == shelf.inbox.settle(claim, [(MERGED, "merged")])
    assert 2 == len(shelf.inbox.claim(PORTAL, "heir").contacts[0].events)


def test_what_another_worker_has_in_hand_stays_with_it(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    theirs = shelf.inbox.claim(PORTAL, "theirs")
    shelf.inbox.accept([event(777)])
    ours = shelf.inbox.claim(PORTAL, "ours")

    assert 0 == shelf.inbox.reaim(ours, [MERGED], SURVIVOR)

    assert {MERGED} == shelf.inbox.settle(theirs, [(MERGED, "gone")])
    assert shelf.books.law(PORTAL).holds


def test_a_survivor_in_hand_is_due_again_for_what_was_moved(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(777)])
    claim = shelf.inbox.claim(PORTAL, "ours")
    shelf.inbox.accept([event(501)])
    shelf.inbox.reaim(claim, [MERGED], SURVIVOR)
    shelf.inbox.settle(claim, [(SURVIVOR, "written")])

    (found,) = shelf.inbox.claim(PORTAL, "heir").contacts
    assert (SURVIVOR, 1) == (found.contact_id, len(found.events))
    assert shelf.books.law(PORTAL).holds


def test_bulk_work_stays_bulk_work(shelf: Shelf, event: MakeEvent) -> None:
    shelf.inbox.accept([event(501, changeSource="IMPORT")])
    claim = shelf.inbox.claim(PORTAL, "nobody", most=0)
    shelf.inbox.reaim(claim, [MERGED], SURVIVOR)

    assert [SURVIVOR.encode()] == shelf.store.zrange(f"hk:{{{PORTAL}}}:bulk", 0, -1)


def test_who_is_forgotten_is_so_under_every_name(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    claim = shelf.inbox.claim(PORTAL, "t")
    shelf.inbox.bury(claim, [Burial("501", "refused", "ada@example.com is taken")])
    shelf.inbox.reaim(claim, [MERGED], "600")
    shelf.inbox.reaim(claim, ["600"], SURVIVOR)
    shelf.inbox.accept([event(SURVIVOR)])
    claim = shelf.inbox.claim(PORTAL, "t")

    assert {MERGED, "600"} == shelf.inbox.former(PORTAL, SURVIVOR)
    assert 1 == shelf.inbox.forget(claim, SURVIVOR)

    assert [] == list(shelf.dead.all(PORTAL))
    assert {MERGED, "600"} == shelf.inbox.former(PORTAL, SURVIVOR)
    assert shelf.books.law(PORTAL).holds
