"""One condition of a rule: what a property, or the source of a change, must be like."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.events.model import Event
from workers.contact import Contact

# In place of a property: where the change came from, e.g. "CRM_UI" or "IMPORT".
SOURCE = "source"
# What a lookup of a property's earlier values is called: "history:lifecyclestage".
HISTORY = "history:"
# A pattern is tried on this much of a value, so that no value takes for ever.
LONGEST_MATCHED = 1_000
LONGEST_PATTERN = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """A test of one property.

    Attributes:
        name: the property, or SOURCE.
        operator: one of OPERATORS.
        operand: what it is compared with.

    """

    name: str
    operator: str
    operand: Any

    def holds(self, contact: Contact, events: Sequence[Event]) -> bool:
        """Tell whether the contact, or one of the events, is as it must be."""
        if self.operator == "changed_to":
            return any(
                event.property_name == self.name
                and _equals(event.property_value, self.operand)
                for event in events
            )
        if self.operator == "changed_from":
            return self._changed_from(contact, events)
        test = OPERATORS[self.operator]
        if self.name == SOURCE:
            return any(test(event.change_source, self.operand) for event in events)
        return test(contact[self.name], self.operand)

    @property
    def looks_up(self) -> str:
        """What must be fetched for this condition, "" for nothing."""
        return HISTORY + self.name if self.operator == "changed_from" else ""

    def _changed_from(self, contact: Contact, events: Sequence[Event]) -> bool:
        """Events do not tell the earlier value; the property's history does."""
        if not any(event.property_name == self.name for event in events):
            return False
        values = contact.lookup(HISTORY + self.name)
        earlier = values[1] if len(values) > 1 else ""
        return _equals(earlier, self.operand)

    def __str__(self) -> str:
        return f"{self.name} {self.operator} {self.operand!r}"


def _equals(value: str, wanted: Any) -> bool:
    return value.casefold() == str(wanted).casefold()


def _is_in(value: str, wanted: Any) -> bool:
    return any(_equals(value, each) for each in wanted)


def _matches(value: str, pattern: Any) -> bool:
    return re.search(str(pattern), value[:LONGEST_MATCHED]) is not None


def _is_empty(value: str, wanted: Any) -> bool:
    return (not value.strip()) is wanted


OPERATORS: dict[str, Callable[[str, Any], bool]] = {
    "equals": _equals,
    "in": _is_in,
    "matches": _matches,
    "empty": _is_empty,
    "changed_from": _equals,
    "changed_to": _equals,
}


def read(name: str, operator: str, operand: Any) -> Condition:
    """Return the condition that a rule document asks for.

    Raises:
        ValueError: says what is wrong with it.

    """
    if operator not in OPERATORS:
        known = ", ".join(OPERATORS)
        raise ValueError(f"{name}: there is no {operator!r}; there are {known}")
    if name == SOURCE and operator in ("changed_from", "changed_to", "empty"):
        raise ValueError(f"{name}: the source of a change has no {operator!r}")
    if operator == "empty" and not isinstance(operand, bool):
        raise ValueError(f"{name}: empty is true or false, not {operand!r}")
    if operator == "in" and not isinstance(operand, list):
        raise ValueError(f"{name}: in takes a list, not {operand!r}")
    if operator == "matches":
        _check_pattern(name, operand)
    return Condition(name, operator, operand)


def _check_pattern(name: str, pattern: Any) -> None:
    if not isinstance(pattern, str) or len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"{name}: a pattern is a text of at most {LONGEST_PATTERN}")
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{name}: {pattern!r} is no pattern: {error}") from error
