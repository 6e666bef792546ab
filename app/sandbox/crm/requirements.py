"""What an account demands of its records beyond what HubSpot does.

An admin sets such rules; since version 2026-09 they bind the API, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.rules import Rule
from app.sandbox.errors import Problem


@dataclass(frozen=True, slots=True)
class Situation:
    """A record about to be written: the values it would have, and those given."""

    kind: ObjectType
    new: bool
    after: Mapping[str, str]
    given: Iterable[str]


def unmet(portal: Portal, situation: Situation) -> list[Problem]:
    """Return what the account's rules have against the write."""
    rules = [rule for rule in portal.rules if rule.type_id == situation.kind.type_id]
    return [
        problem
        for rule in rules
        for problem in (
            _conditional(rule, situation) if rule.depends_on else _form(rule, situation)
        )
    ]


def mention(portal: Portal, kind: ObjectType, name: str) -> bool:
    """Tell whether a rule of the account is about the property."""
    return any(
        name in (rule.requires, rule.depends_on)
        for rule in portal.rules
        if rule.type_id == kind.type_id
    )


def _conditional(rule: Rule, situation: Situation) -> list[Problem]:
    touched = {rule.depends_on, rule.requires} & set(situation.given)
    value = situation.after.get(rule.depends_on, "")
    applies = value in rule.values if rule.values else bool(value)
    if not touched or not applies or situation.after.get(rule.requires):
        return []
    return [
        Problem(
            rule.requires,
            "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
            f"{rule.requires} is required because of a conditional property rule "
            f"based on [{rule.depends_on}]",
        )
    ]


def _form(rule: Rule, situation: Situation) -> list[Problem]:
    if not situation.new or situation.after.get(rule.requires):
        return []
    text = f"A value for {rule.requires} must be provided"
    return [Problem(rule.requires, "MISSING_REQUIRED_PROPERTY", text)]
