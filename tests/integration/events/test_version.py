"""Workers of two versions on one store: each does only what it can read."""

from __future__ import annotations

import pytest

from app.errors import StoreNewer
from app.events import keys, wire
from app.events.model import Event
from tests.integration.events.conftest import PORTAL, MakeEvent, Shelf


def test_events_stored_before_the_state_had_a_version_are_worked_off(
    shelf: Shelf, event: MakeEvent
) -> None:
    """This is what the first release left in the store of somebody who updates."""
    old = event(501)
    assert isinstance(old, Event)
    shelf.inbox.accept([event(501)])
    shelf.store.hdel(keys.of(PORTAL, "counts"), "version")
    shelf.store.lset(keys.of(PORTAL, "events:501"), 0, wire.dump(old))

    (claimed,) = shelf.inbox.claim(PORTAL, "t", 10).contacts

    assert (old,) == claimed.events
    assert 0.0 == claimed.events[0].accepted_at


def test_a_worker_leaves_the_work_of_a_newer_one_alone(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    shelf.store.hset(keys.of(PORTAL, "counts"), "version", 99)

    with pytest.raises(StoreNewer, match=r"version 99.*update this worker"):
        shelf.inbox.claim(PORTAL, "t", 10)

    assert 1 == shelf.books.law(PORTAL).waiting
    assert shelf.books.law(PORTAL).holds


def test_an_older_web_process_beside_a_newer_one_goes_on_accepting(
    shelf: Shelf, event: MakeEvent
) -> None:
    shelf.store.hset(keys.of(PORTAL, "counts"), "version", 99)

    receipt = shelf.inbox.accept([event(501)])

    assert 1 == receipt.accepted
    assert b"99" == shelf.store.hget(keys.of(PORTAL, "counts"), "version")
