"""The runbook has a section for whatever an alert links to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.cli.command import COMMANDS, PASSED_ON
from app.settings import Settings
from app.watch import message, rule
from app.watch.rule import Rule

RUNBOOK = Path(__file__).parents[3] / message.RUNBOOK
RULES = rule.rules(Settings())
PARTS = ("**It means**", "**Look:**", "**Do:**", "**It ends**")


def sections() -> dict[str, str]:
    """Return the sections by the anchors that Markdown gives them."""
    _, *found = re.split(r"^## (.+)$", RUNBOOK.read_text(), flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize("name", [*RULES, "held-back"])
def test_every_alert_has_a_section_that_says_all_there_is_to_say(name: str) -> None:
    section = sections()[name]

    assert [] == [part for part in PARTS if part not in section]


def test_every_section_belongs_to_an_alert() -> None:
    assert {*RULES, "held-back", "test"} == set(sections())


def test_links_within_the_runbook_lead_somewhere() -> None:
    linked = re.findall(r"\]\(#([\w-]+)\)", RUNBOOK.read_text())

    assert set() == set(linked) - set(sections())


def test_messages_link_to_the_section() -> None:
    assert "deploy/runbook.md#held-back" == message.link("", "held-back")
    assert "https://wiki/x#lag" == message.link("https://wiki/x", "lag")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_the_first_advice_names_commands_that_exist(rule: Rule) -> None:
    text = rule.advice.format(portal="7")
    named = re.findall(r"`hubkeeper (\w+)", text)

    assert [] == [name for name in named if name not in {*COMMANDS, *PASSED_ON}]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_the_steps_of_every_rule_ascend(rule: Rule) -> None:
    assert sorted(set(rule.steps)) == list(rule.steps)
    assert 0 < rule.steps[0]
