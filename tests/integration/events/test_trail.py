"""The trail: what became of a contact's events can be told, step by step."""

from __future__ import annotations

import pytest

from app.events.claim import Postponement
from app.events.letter import Burial
from app.events.scripts import Scripts
from app.events.trail import Trail
from tests.integration.events.conftest import PORTAL, MakeEvent, Shelf


@pytest.fixture
def trail(shelf: Shelf) -> Trail:
    return Trail(Scripts(shelf.store))


def test_what_waits_says_when_it_came_and_with_which_delivery(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    before, _ = shelf.store.time()
    shelf.inbox.accept([event(501)], delivery="d-7")

    now = trail.standing(PORTAL, "501")

    (waiting,) = now.events
    assert ("live", "d-7", "email") == (
        now.place,
        waiting.delivery,
        waiting.property_name,
    )
    assert before <= waiting.accepted_at < before + 60


def test_every_failed_attempt_is_a_step_and_goes_along_when_all_is_well(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501), event(501)])
    taken = shelf.inbox.claim(PORTAL, "one", 10)
    words = "HubSpot answered 502,\nand nothing more"
    shelf.inbox.postpone(taken, [Postponement("501", 0, True, words)])
    now = trail.standing(PORTAL, "501")
    again = shelf.inbox.claim(PORTAL, "two", 10)
    shelf.inbox.settle(again, [("501", "written")])

    assert 1 == now.attempts
    assert [("postponed", 1, "HubSpot answered 502, and nothing more")] == [
        (step.what, step.attempts, step.why) for step in now.steps
    ]
    (finished,) = trail.finished(PORTAL, "501")
    assert ("written", 2, 2, now.steps) == (
        finished.outcome,
        finished.count,
        len(finished.events),
        finished.steps,
    )
    assert finished.claimed_at <= finished.finished_at
    assert () == trail.standing(PORTAL, "501").steps


def test_a_worker_that_died_is_a_step(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    shelf.inbox.claim(PORTAL, "killed", 10)
    shelf.store.zadd(f"hk:{{{PORTAL}}}:leased", {"501": 0})
    shelf.inbox.claim(PORTAL, "another", 10)

    assert ["lost"] == [step.what for step in trail.standing(PORTAL, "501").steps]


def test_a_replay_that_fails_goes_back_with_its_history(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    for _ in range(2):
        taken = shelf.inbox.claim(PORTAL, "t", 10)
        shelf.inbox.bury(taken, [Burial("501", "refused", "no such property")])
        (letter,) = trail.standing(PORTAL, "501").letters
        shelf.dead.replay(PORTAL, letter)

    steps = trail.standing(PORTAL, "501").steps
    assert ["buried", "replayed"] * 2 == [step.what for step in steps]


def test_the_newest_finished_contacts_are_kept_and_the_others_are_not(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    inbox = shelf.with_options(linger_s=0, lease_s=60, most_finished=5)
    for contact in range(1, 301):
        inbox.accept([event(contact)])
        taken = inbox.claim(PORTAL, "t", 10)
        inbox.settle(taken, [(str(contact), "unchanged")])

    kept = [each.contact_id for each in trail.finished(PORTAL, most=300)]
    assert ["300", "299", "298"] == kept[:3]
    # The store cuts whole pages of a stream, never into the number that is kept.
    assert len(kept) < 150

    trail.trim([PORTAL], keep_s=-1)
    assert [] == trail.finished(PORTAL)


def test_a_contact_can_be_struck_out(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501), event(502)])
    taken = shelf.inbox.claim(PORTAL, "t", 10)
    shelf.inbox.settle(taken, [("501", "written"), ("502", "written")])

    trail.forget(PORTAL, ["501"])

    assert ["502"] == [each.contact_id for each in trail.finished(PORTAL)]


def test_what_is_too_old_is_gone_to_the_last_one(
    shelf: Shelf, trail: Trail, event: MakeEvent
) -> None:
    shelf.inbox.accept([event(501)])
    taken = shelf.inbox.claim(PORTAL, "t", 10)
    shelf.inbox.settle(taken, [("501", "written")])

    trail.trim([PORTAL], keep_s=3600)
    assert 1 == len(trail.finished(PORTAL))
    trail.trim([PORTAL], keep_s=-1)
    assert [] == trail.finished(PORTAL)


def test_a_letter_that_was_imported_is_told_of_too(shelf: Shelf, trail: Trail) -> None:
    shelf.store.sadd(f"hk:{{{PORTAL}}}:dead_of:501", "9", "10", "x285f00")

    assert ("9", "10", "x285f00") == trail.standing(PORTAL, "501").letters
