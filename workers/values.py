"""Turns what actions want into what a property's type takes."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass, field

# https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
LONGEST_VALUE = 65_536
# More digits than any number that HubSpot keeps; Python refuses to read thousands.
LONGEST_NUMBER = 400
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[ ',_](?=\d{3}\b)")
_YES = frozenset({"true", "yes", "1", "on"})
_NO = frozenset({"false", "no", "0", "off"})


class Unfit(ValueError):
    """A value that the property does not take; the message says why."""


@dataclass(frozen=True, slots=True)
class Definition:
    """What matters of a property's definition.

    Attributes:
        type: "string", "number", "date", "datetime", "enumeration", "bool"...
        writable: its value can be set.
        multiple: it takes several options, separated by semicolons.
        options: label by value; empty where HubSpot keeps the list elsewhere.

    """

    type: str
    writable: bool = True
    multiple: bool = False
    options: dict[str, str] = field(default_factory=dict)


def fitted(definition: Definition, value: str) -> str:
    """Return the value in the form HubSpot stores it in; "" stays "".

    >>> fitted(Definition("number"), "1 200.50")
    '1200.5'

    Raises:
        Unfit: the property does not take it.

    """
    if not definition.writable:
        raise Unfit("is read-only")
    if len(value) > LONGEST_VALUE:
        raise Unfit(f"{len(value)} characters, of which HubSpot takes {LONGEST_VALUE}")
    if not value:
        return value
    match definition.type:
        case "number":
            return _number(value)
        case "bool":
            return _yes_or_no(value)
        case "date":
            return _date(value)
        case "datetime":
            return _moment(value)
        case "enumeration" if definition.options:
            return _options(definition, value)
    return value


def _number(value: str) -> str:
    bare = _THOUSANDS.sub("", value.strip())
    if len(bare) > LONGEST_NUMBER or not _NUMBER.fullmatch(bare):
        raise Unfit(f"{value:.60} is not a number")
    if re.fullmatch(r"[-+]?\d+", bare):
        return str(int(bare))
    number = float(bare)
    if not math.isfinite(number):
        raise Unfit(f"{value:.60} is too large a number")
    return str(int(number)) if number.is_integer() else repr(number)


def _yes_or_no(value: str) -> str:
    word = value.strip().lower()
    if word not in _YES | _NO:
        raise Unfit(f"{value:.60} is neither true nor false")
    return "true" if word in _YES else "false"


def _date(value: str) -> str:
    return _read_moment(value).date().isoformat()


def _moment(value: str) -> str:
    moment = _read_moment(value)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _read_moment(value: str) -> datetime.datetime:
    """Read ISO 8601, or milliseconds since 1970 as HubSpot's webhooks write times."""
    text = value.strip()
    try:
        if re.fullmatch(r"-?\d{11,14}", text):
            seconds = int(text) / 1000
            return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise Unfit(f"{value:.60} is not a date") from error


def _options(definition: Definition, value: str) -> str:
    if not definition.multiple:
        return _option(definition, value)
    parts = filter(None, map(str.strip, value.split(";")))
    chosen = dict.fromkeys(_option(definition, part) for part in parts)
    # A leading semicolon adds to what is there.
    # https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
    return (";" if value.startswith(";") else "") + ";".join(chosen)


def same(definition: Definition, one: str, now: str) -> bool:
    """Tell whether writing `one`, which fits, would leave what is `now`.

    >>> several = Definition("enumeration", multiple=True)
    >>> same(several, "b;a", "a;b"), same(several, ";a", "a;b")
    (True, True)
    """
    if not definition.multiple:
        return one == now
    chosen, there = set(one.split(";")), set(now.split(";"))
    return chosen - {""} <= there if one.startswith(";") else chosen == there


def _option(definition: Definition, value: str) -> str:
    """Return the option of this value, or else the one of this label."""
    if value in definition.options:
        return value
    folded = value.strip().casefold()
    for name, label in definition.options.items():
        if folded in (name.casefold(), label.casefold()):
            return name
    raise Unfit(f"{value:.60} was not one of the allowed options")
