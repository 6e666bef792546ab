"""The ledger: each thing is made by one, once."""

from __future__ import annotations

from app.events.ledger import Entry, Standing, Thing
from tests.integration.events.conftest import PORTAL, Shelf

ACME: Thing = ("domain:acme.com", "company")


def reserve(shelf: Shelf, token: str, grace_s: float = 60) -> Entry:
    made = shelf.ledger.reserve(PORTAL, token, [ACME], ttl_s=60, grace_s=grace_s)
    return made[ACME]


def test_the_first_to_announce_has_it_and_the_others_wait(shelf: Shelf) -> None:
    assert Standing.YOURS is reserve(shelf, "first").standing
    assert Standing.BUSY is reserve(shelf, "second").standing
    assert 0 < reserve(shelf, "second").wait_s <= 60


def test_what_was_made_is_known_to_all(shelf: Shelf) -> None:
    reserve(shelf, "first")

    shelf.ledger.confirm(PORTAL, "first", {ACME: "901"}, ttl_s=60)

    assert Entry(Standing.MADE, made_id="901") == reserve(shelf, "second")


def test_an_announcement_without_an_end_falls_to_the_next_after_its_grace(
    shelf: Shelf,
) -> None:
    reserve(shelf, "dies")

    assert Standing.YOURS is reserve(shelf, "heir", grace_s=0).standing
    assert Standing.BUSY is reserve(shelf, "third").standing


def test_what_was_certainly_not_made_is_free_again(shelf: Shelf) -> None:
    reserve(shelf, "first")

    shelf.ledger.release(PORTAL, "first", [ACME])

    assert Standing.YOURS is reserve(shelf, "second").standing


def test_nobody_releases_the_announcement_of_another(shelf: Shelf) -> None:
    reserve(shelf, "first")

    shelf.ledger.release(PORTAL, "second", [ACME])

    assert Standing.BUSY is reserve(shelf, "second").standing


def test_whoever_was_overtaken_does_not_release_what_the_other_made(
    shelf: Shelf,
) -> None:
    reserve(shelf, "sleeper")
    reserve(shelf, "heir", grace_s=0)
    shelf.ledger.confirm(PORTAL, "heir", {ACME: "901"}, ttl_s=60)

    shelf.ledger.release(PORTAL, "sleeper", [ACME])

    assert Entry(Standing.MADE, made_id="901") == reserve(shelf, "third")


def test_an_announcement_can_be_renewed_by_its_owner_only(shelf: Shelf) -> None:
    reserve(shelf, "first")

    assert Standing.YOURS is reserve(shelf, "first").standing
    assert Standing.BUSY is reserve(shelf, "second").standing

    reserve(shelf, "second", grace_s=0)
    assert Standing.BUSY is reserve(shelf, "first").standing


def test_a_record_that_is_no_more_can_be_made_again(shelf: Shelf) -> None:
    reserve(shelf, "first")
    shelf.ledger.confirm(PORTAL, "first", {ACME: "901"}, ttl_s=60)

    shelf.ledger.strike(PORTAL, "second", {ACME: "900"})
    assert Standing.MADE is reserve(shelf, "third").standing

    shelf.ledger.strike(PORTAL, "second", {ACME: "901"})
    assert Standing.YOURS is reserve(shelf, "third").standing
