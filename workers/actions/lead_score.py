"""Adds up a score from weighted rules about the contact's properties.

Trigger: the contact is created, or any of its properties changes.
Reads:   the properties that the rules name, and the property it writes.
Writes:  the property that is named, a number.
Parameters:
    write     what to write; HubSpot's own hubspotscore cannot be written
    rules     each has a property, points (which may be negative), and one of: in (a
              list of values), matches (a regular expression), at_least (a number),
              filled (true or false)
    lowest    the score is never less, 0 by default
    highest   the score is never more, 100 by default

    rules = [
      { property = "jobtitle", matches = "head|chief", points = 20 },
      { property = "country", in = ["Germany", "Austria"], points = 10 },
      { property = "num_conversion_events", at_least = 3, points = 30 },
      { property = "phone", filled = false, points = -5 },
    ]
    a "Head of Sales" in Austria, without a phone  ->  25
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from workers.actions import Change, Contact, Event, SetProperties, enricher, parameter

CONDITIONS = ("in", "matches", "at_least", "filled")
# A pattern that backtracks must not meet a value of 65,536 characters.
MAX_MATCHED = 500


class Pattern(fields.String):
    """A regular expression; upper and lower case are one."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return re.compile(super()._deserialize(value, *args, **kwargs), re.I)
        except re.error as error:
            raise ValidationError(f"Is no regular expression: {error}.") from None


class Rule(Schema):
    """One line of the score."""

    property = parameter.property_name(required=True)
    points = fields.Float(required=True)
    matches = Pattern()
    at_least = fields.Float()
    filled = fields.Boolean()

    class Meta:
        """`in` is no name that Python lets a field have."""

        include = {"in": fields.List(fields.String())}  # noqa: RUF012

    @validates_schema
    def _says_when(self, data: Mapping[str, Any], **_: Any) -> None:
        if sum(name in data for name in CONDITIONS) != 1:
            raise ValidationError(f"Must have one of {', '.join(CONDITIONS)}.")


def _properties(parameters: Mapping[str, Any]) -> Iterator[str]:
    yield parameters["write"]
    yield from (rule["property"] for rule in parameters["rules"])


@enricher(
    on=("contact.creation", "contact.propertyChange"),
    reads=(),
    parameters={
        "write": parameter.property_name(required=True),
        "rules": fields.List(fields.Nested(Rule), required=True),
        "lowest": fields.Float(load_default=0.0),
        "highest": fields.Float(load_default=100.0),
    },
    default=False,
    also_reads=_properties,
)
def lead_score(
    contact: Contact,
    events: Sequence[Event],
    *,
    write: str,
    rules: Sequence[Mapping[str, Any]],
    lowest: float,
    highest: float,
) -> Iterator[Change]:
    """Write the sum of the points of all rules that apply."""
    points = sum(
        rule["points"] for rule in rules if _applies(rule, contact[rule["property"]])
    )
    score = _text(min(highest, max(lowest, points)))
    if not _is_number(contact[write], float(score)):
        yield SetProperties(**{write: score})


def _text(number: float) -> str:
    """Return a number without the noise of adding floats, and never as 1e+06."""
    return f"{number + 0.0:.6f}".rstrip("0").rstrip(".")


def _applies(rule: Mapping[str, Any], value: str) -> bool:
    if "in" in rule:
        return value.casefold() in {each.casefold() for each in rule["in"]}
    if "matches" in rule:
        return rule["matches"].search(value[:MAX_MATCHED]) is not None
    if "filled" in rule:
        return bool(value.strip()) is rule["filled"]
    try:
        return float(value) >= float(rule["at_least"])
    except ValueError:
        return False


def _is_number(text: str, number: float) -> bool:
    try:
        return float(text) == number
    except ValueError:
        return False
