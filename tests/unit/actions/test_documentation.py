"""What the actions say about themselves is what they do."""

from __future__ import annotations

import re

import pytest

from workers import catalogue, registry
from workers.action import Action

ACTIONS = registry.discover()
IDS = [action.name.partition(".")[0] for action in ACTIONS]
HAPPENINGS = {
    "contact.creation": "created",
    "contact.propertyChange": "properties changes",
    "contact.associationChange": "associat",
}
# What the text may call by a plainer word.
PLAIN_WORDS = {"email": "e-mail address"}

each_action = pytest.mark.parametrize("action", ACTIONS, ids=IDS)


def listed(text: str) -> set[str]:
    """Return the names in "email, phone, and the property it writes; looks up..."."""
    return set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]{3,}\b", text.split(";")[0]))


@each_action
def test_every_section_is_there(action: Action) -> None:
    sections = catalogue.sections(action)

    needed = {"Trigger", "Reads", "Writes", "Example"}
    needed |= {"Parameters"} if action.parameters else set()
    assert set() == needed - {name for name, text in sections.items() if text}
    assert "->" in sections["Example"]


@each_action
def test_every_trigger_is_told(action: Action) -> None:
    told = catalogue.sections(action)["Trigger"]

    for trigger in action.on:
        kind, _, name = trigger.partition(":")
        word = PLAIN_WORDS.get(name, name) if name else HAPPENINGS[kind]
        assert word in told or name in re.findall(r"\w+", told), trigger


@each_action
def test_every_property_that_is_read_is_told_and_no_other(action: Action) -> None:
    told = catalogue.sections(action)["Reads"]

    assert set() == set(action.reads) - listed(told)
    known = {name for each in ACTIONS for name in each.reads}
    assert set() == (listed(told) & known) - set(action.reads)


@each_action
def test_every_lookup_is_told(action: Action) -> None:
    told = catalogue.sections(action)["Reads"]

    assert [] == [name for name in action.looks_up if name not in told]


@each_action
def test_every_parameter_is_told_and_no_other(action: Action) -> None:
    told = catalogue.sections(action).get("Parameters", "")

    assert set(action.parameters) == set(re.findall(r"^ {0,4}(\w+)  ", told, re.M))


@each_action
def test_what_runs_by_default_needs_no_parameter(action: Action) -> None:
    if action.default:
        assert action.completed({}) is not None
        assert () == action.looks_up


def test_the_page_of_all_actions_is_up_to_date() -> None:
    """Write it anew with `python -m workers.catalogue`."""
    assert catalogue.page(ACTIONS) == catalogue.PAGE.read_text(encoding="utf-8")
