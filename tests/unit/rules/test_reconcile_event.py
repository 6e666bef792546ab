"""Which rules a sweep's event is for, and what it does not pretend to know."""

from __future__ import annotations

import pytest

from app.events import wire
from app.events.model import Event, Lane
from workers import registry
from workers.action import matches
from workers.actions import RECONCILE, Contact
from workers.rules import document
from workers.testing import event_for

ACTIONS = registry.discover()
EVENT = event_for(RECONCILE)


@pytest.mark.parametrize(
    ("triggers", "wanted"),
    [
        (["contact.creation"], True),
        (["contact.propertyChange"], True),
        (["contact.propertyChange:phone"], True),
        (["contact.associationChange"], True),
        (["contact.deletion", "contact.creation"], True),
        (["contact.deletion"], False),
        (["contact.privacyDeletion"], False),
        (["contact.merge", "contact.restore"], False),
        ([], False),
    ],
)
def test_it_stands_for_whatever_leaves_its_mark(
    triggers: list[str], wanted: bool
) -> None:
    assert wanted == matches(frozenset(triggers), EVENT)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_shipped_action_takes_part(action: object) -> None:
    assert action.wants(EVENT)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("when", "source", "holds"),
    [
        ('phone = {changed_to = "1"}', "RECONCILE", False),
        ('phone = {changed_from = ""}', "RECONCILE", False),
        ('phone = {equals = "1"}', "RECONCILE", True),
        ('source = {equals = "RECONCILE"}', "RECONCILE", True),
        ('source = {in = ["BACKFILL"]}', "RECONCILE", False),
        ('source = {matches = "^(?!BACKFILL)"}', "BACKFILL", False),
        ('source = {matches = "^(?!BACKFILL)"}', "CRM_UI", True),
    ],
)
def test_conditions_see_where_it_comes_from_and_no_change(
    when: str, source: str, holds: bool
) -> None:
    text = f'[[rule]]\nname = "r"\naction = "tidy_phone"\nwhen.{when}'
    (rule,) = document.parse(text, ACTIONS)

    event = event_for(RECONCILE, source=source)

    assert holds == (not rule.objection(Contact("501", {"phone": "1"}), [event]))


@pytest.mark.parametrize("source", ["RECONCILE", "BACKFILL"])
def test_it_waits_behind_what_people_do(source: str) -> None:
    assert Lane.BULK is wire.lane(event_for(RECONCILE, source=source))


@pytest.mark.parametrize(
    ("event", "tells"),
    [
        (Event("contact.creation", "1", "501", 0.0, "k"), True),
        (Event("contact.restore", "1", "501", 0.0, "k"), False),
        (EVENT, False),
        (Event(RECONCILE, "1", "5", 0.0, "k", raw={"changeFlag": "CREATED"}), True),
        (Event("contact.deletion", "1", "5", 0.0, "k", raw={"changeFlag": "x"}), False),
    ],
)
def test_what_tells_of_a_creation(event: Event, tells: bool) -> None:
    assert tells == event.tells_of_creation
