"""Dead letters: they keep everything, and there is a way back."""

from __future__ import annotations

import pytest

from app.events.letter import Burial
from tests.integration.events.conftest import PORTAL, MakeEvent, Shelf


@pytest.fixture
def letter_id(shelf: Shelf, event: MakeEvent) -> str:
    """Bury contact 501 with two events."""
    shelf.inbox.accept([event(501, eventId=1), event(501, eventId=2)])
    taken = shelf.inbox.claim(PORTAL, "t", 10)
    burial = Burial("501", "refused", "Property values were not valid", "trace")
    shelf.inbox.bury(taken, [burial])
    (letter,) = shelf.dead.all(PORTAL)
    return letter.id


def test_a_dead_letter_keeps_events_error_attempts_and_reason(
    shelf: Shelf, letter_id: str
) -> None:
    letter = shelf.dead.get(PORTAL, letter_id)

    assert letter is not None
    assert ("501", "refused", 2, 1) == (
        letter.contact_id,
        letter.reason,
        letter.events,
        letter.attempts,
    )
    assert "Property values were not valid" == letter.error
    assert "trace" == letter.detail
    assert [1, 2] == [raw["eventId"] for raw in shelf.dead.events(PORTAL, letter_id)]


def test_a_replayed_letter_is_due_again_with_all_its_events(
    shelf: Shelf, letter_id: str
) -> None:
    assert 2 == shelf.dead.replay(PORTAL, letter_id)

    (claimed,) = shelf.inbox.claim(PORTAL, "t", 10).contacts
    assert ("501", 2, 0) == (claimed.contact_id, len(claimed.events), claimed.attempts)
    assert [] == list(shelf.dead.all(PORTAL))
    assert shelf.books.law(PORTAL).holds


def test_a_letter_cannot_be_replayed_twice(shelf: Shelf, letter_id: str) -> None:
    shelf.dead.replay(PORTAL, letter_id)

    with pytest.raises(LookupError, match="no dead letter"):
        shelf.dead.replay(PORTAL, letter_id)

    assert 2 == shelf.books.law(PORTAL).waiting


def test_a_discarded_letter_is_gone_but_in_the_books(
    shelf: Shelf, letter_id: str
) -> None:
    assert 2 == shelf.dead.discard(PORTAL, letter_id)

    assert None is shelf.dead.get(PORTAL, letter_id)
    assert 2 == shelf.books.law(PORTAL).discarded
    assert shelf.books.law(PORTAL).holds


def test_what_cannot_be_read_stays_dead_and_says_why(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event("five")])
    (letter,) = shelf.dead.all(PORTAL)

    with pytest.raises(ValueError, match="still unreadable"):
        shelf.dead.replay(PORTAL, letter.id)

    assert 1 == shelf.books.law(PORTAL).dead
