"""Decides whether a value fits its property, and how it is stored.

Stored values are text: times as ISO-8601 with milliseconds, so that they sort and
compare as text; dates as YYYY-MM-DD; "" clears.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.sandbox.crm import digits, moment
from app.sandbox.crm.definitions import Definition, Schema
from app.sandbox.errors import Problem

# https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
MAX_TEXT = 65_536

_EMAIL = re.compile(r"[^\s@,;<>()\"]+@[^\s@.,;<>()\"]+(\.[^\s@.,;<>()\"]+)+")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_LONG = re.compile(r"[-+]?\d{1,19}(\.0+)?")
# An epoch in seconds rather than milliseconds: 1973 to 5138, read as milliseconds 1970.
_SECONDS = re.compile(r"\d{9,10}")


class _Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class Checked:
    """Values that were looked at.

    Attributes:
        values: what to store, by property; "" clears.
        problems: what is wrong; with any, nothing may be stored.
        normalized: dates that were close enough: name to (raw, stored).

    """

    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    normalized: dict[str, tuple[str, str]] = field(default_factory=dict)


def check(
    schema: Schema,
    given: Mapping[str, object],
    *,
    writable: frozenset[str] = frozenset(),
    lenient_dates: bool = False,
) -> Checked:
    """Look at every value of `given`; collect all problems rather than the first.

    Args:
        schema: the properties of the object.
        given: JSON values by property name.
        writable: read-only properties that may be written this time.
        lenient_dates: near-miss dates are normalised (version 2026-09).

    """
    checked = Checked()
    for name, raw in given.items():
        definition = schema.active.get(name)
        if definition is None:
            checked.problems.append(
                Problem(
                    name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'
                )
            )
        elif definition.read_only and name not in writable:
            checked.problems.append(_read_only(definition))
        else:
            _check_one(checked, definition, as_text(raw), lenient_dates)
    return checked


def as_text(raw: object) -> str:
    """Return the text of a JSON scalar: null clears, true is "true", 3 is "3"."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return str(raw)


def _read_only(definition: Definition) -> Problem:
    kind = "calculated" if definition.calculated else "read only"
    message = f'"{definition.name}" is a {kind} property; its value cannot be set.'
    return Problem(definition.name, "READ_ONLY_VALUE", message)


def _check_one(
    checked: Checked, definition: Definition, text: str, lenient_dates: bool
) -> None:
    name = definition.name
    if not text:
        checked.values[name] = ""
        return
    try:
        stored = stored_form(definition, text)
    except _Refused as refused:
        near = _near_date(definition, text) if lenient_dates else ""
        if not near:
            problem = Problem(name, refused.code, refused.message, text)
            checked.problems.append(problem)
            return
        checked.normalized[name] = (text, near)
        stored = near
    checked.values[name] = stored


def stored_form(definition: Definition, text: str) -> str:
    """Return how the non-empty `text` is stored; raise what is wrong with it."""
    if len(text) > MAX_TEXT:
        raise _Refused(
            "VALUE_TOO_LONG",
            f"Value is {len(text)} characters long; at most {MAX_TEXT} are allowed",
        )
    return _READERS[definition.type](definition, text)


def not_an_owner(name: str, text: str) -> Problem:
    """Return what is wrong with an owner id that is nobody's."""
    return Problem(name, "INVALID_OWNER_ID", f"{text} was not a valid owner id.", text)


def event_form(definition: Definition, stored: str) -> str:
    """Return how webhooks write a stored value: times as epoch milliseconds."""
    if stored and definition.type in ("date", "datetime"):
        return str(moment.parse_ms(stored))
    return stored


def _text(definition: Definition, text: str) -> str:
    if definition.value_format != "email":
        return text
    email = text.strip().lower()
    if not _EMAIL.fullmatch(email):
        raise _Refused("INVALID_EMAIL", f"Email address {text} is invalid")
    return email


def _number(definition: Definition, text: str) -> str:
    if definition.value_format == "long":
        if not _LONG.fullmatch(text):
            raise _Refused("INVALID_LONG", f"{text} was not a valid long.")
        return text.partition(".")[0]
    if not _NUMBER.fullmatch(text):
        raise _Refused("INVALID_INTEGER", f"{text} was not a valid number.")
    return text.removesuffix(".0")


def _enumeration(definition: Definition, text: str) -> str:
    if definition.name == "hubspot_owner_id" and not digits.are_all(text):
        raise _Refused("INVALID_OWNER_ID", f"{text} was not a valid owner id.")
    if definition.external_options:
        return text
    chosen = text.strip(";").split(";") if definition.multiple else [text]
    for value in chosen:
        if value not in definition.choices:
            raise _Refused("INVALID_OPTION", _not_allowed(definition, value))
    return text


def _not_allowed(definition: Definition, value: str) -> str:
    options = ", ".join(
        f'label: "{option.label}"\nvalue: "{option.value}"\n'
        f"display_order: {option.display_order}\n"
        f"hidden: {str(option.hidden).lower()}\nread_only: false\n"
        for option in definition.options
    )
    return f"{value} was not one of the allowed options: [{options}]"


def _datetime(definition: Definition, text: str) -> str:
    try:
        return moment.iso(moment.parse_ms(text))
    except ValueError as error:
        raise _Refused("INVALID_DATE", f"{text} was not a valid date.") from error


def _date(definition: Definition, text: str) -> str:
    try:
        ms = moment.parse_ms(text)
    except ValueError as error:
        raise _Refused("INVALID_DATE", f"{text} was not a valid date.") from error
    rest = ms % moment.DAY_MS
    if rest or "T" in text:
        minutes, milliseconds = divmod(rest, 60_000)
        at = f"{minutes // 60}:{minutes % 60}:{milliseconds / 1000}"
        raise _Refused("INVALID_DATE", f"{text} is at {at} UTC, not midnight!")
    return moment.iso_date(ms)


def _near_date(definition: Definition, text: str) -> str:
    """Read a date that 2026-09 forgives, "" if there is nothing to forgive."""
    if definition.type not in ("date", "datetime"):
        return ""
    candidate = text.strip()
    if _SECONDS.fullmatch(candidate):
        candidate += "000"
    try:
        ms = moment.parse_ms(candidate)
    except ValueError:
        return ""
    return moment.iso_date(ms) if definition.type == "date" else moment.iso(ms)


_READERS: Mapping[str, Callable[[Definition, str], str]] = {
    "string": _text,
    "phone_number": _text,
    "object_coordinates": _text,
    "number": _number,
    "enumeration": _enumeration,
    "bool": _enumeration,
    "datetime": _datetime,
    "date": _date,
}
