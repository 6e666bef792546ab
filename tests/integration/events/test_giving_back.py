"""A worker that lost sight of the store says later that it did not die."""

from __future__ import annotations

from app.events.inbox import FATAL_DEATHS, SUSPECT_GROUP
from tests.integration.events.conftest import PORTAL, MakeEvent, Shelf

LEASED, SUSPECT = f"hk:{{{PORTAL}}}:leased", f"hk:{{{PORTAL}}}:suspect"


def let_leases_end(shelf: Shelf) -> None:
    for contact in shelf.store.zrange(LEASED, 0, -1):
        shelf.store.zadd(LEASED, {contact: 0})


def claim(shelf: Shelf, token: str) -> list[str]:
    claimed = shelf.inbox.claim(PORTAL, token)
    return sorted(each.contact_id for each in claimed.contacts)


def test_what_is_given_back_is_due_at_once_and_another_can_finish_it(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501), event(501), event(502)])
    claim(shelf, "mine")

    assert 2 == shelf.inbox.give_back(PORTAL, "mine")

    law = shelf.books.law(PORTAL)
    assert (3, 0) == (law.waiting, law.working)
    assert law.holds
    assert ["501", "502"] == claim(shelf, "another's")


def test_only_what_was_claimed_under_the_token_is_given_back(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    claim(shelf, "another's")
    shelf.inbox.accept([event(502)])
    claim(shelf, "mine")

    assert 1 == shelf.inbox.give_back(PORTAL, "mine")
    assert {"another's": 1} == shelf.inbox.holders(PORTAL)


def test_a_store_that_was_away_again_and_again_makes_no_dead_letter(
    shelf: Shelf, event: MakeEvent
) -> None:
    """The lease runs out before the worker can say that it lives."""
    shelf.inbox.accept([event(501)])

    for turn in range(FATAL_DEATHS + 1):
        assert ["501"] == claim(shelf, f"round {turn}")
        let_leases_end(shelf)
        assert ["501"] == claim(shelf, f"heir {turn}")
        assert 1 == shelf.inbox.give_back(PORTAL, f"round {turn}")
        # The heir loses sight of it, too.
        assert 1 == shelf.inbox.give_back(PORTAL, f"heir {turn}")

    law = shelf.books.law(PORTAL)
    assert (1, 0) == (law.waiting, law.dead)
    assert law.holds


def test_a_forgiven_suspect_stands_among_the_others_again(
    shelf: Shelf, event: MakeEvent
) -> None:
    """The heir takes a few suspects together; the others are none any more."""
    more = 5
    shelf.inbox.accept([event(n) for n in range(1, SUSPECT_GROUP + more + 1)])
    claim(shelf, "mine")
    let_leases_end(shelf)
    assert SUSPECT_GROUP == len(claim(shelf, "heir"))
    assert more == shelf.store.zcard(SUSPECT)

    assert SUSPECT_GROUP + more == shelf.inbox.give_back(PORTAL, "mine")

    assert 0 == shelf.store.zcard(SUSPECT)
    assert {PORTAL: more} == shelf.inbox.due()
    assert {"heir": SUSPECT_GROUP} == shelf.inbox.holders(PORTAL)
    assert shelf.books.law(PORTAL).holds


def test_deaths_of_others_still_count(shelf: Shelf, event: MakeEvent) -> None:
    """A contact that kills workers is buried, whatever the store does in between."""
    shelf.inbox.accept([event(501)])
    for turn in range(FATAL_DEATHS):
        claim(shelf, f"killed {turn}")
        let_leases_end(shelf)
        claim(shelf, f"lost {turn}")
        shelf.inbox.give_back(PORTAL, f"lost {turn}")

    assert 1 == shelf.books.law(PORTAL).dead
