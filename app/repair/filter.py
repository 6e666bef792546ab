"""Which dead letters are meant: conditions that a letter must meet, all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields

from app.errors import HubkeeperError
from app.events.letter import DeadLetter
from app.logs import EMAIL
from app.repair import moment as moments


class Unclear(HubkeeperError):
    """What was asked for cannot be understood; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions; one that is empty holds for every letter.

    Attributes:
        portal: the customer account.
        contact: the contact, or "odd" for items that could not be read.
        type: of an event in the letter, "contact.creation" or, more narrowly,
            "contact.propertyChange:email".
        errors: classes ("Refused", "ZeroDivisionError") or reasons ("bug",
            "attempts"), of which one must be the letter's.
        action: the rule or action concerned, or the part of its name before the dot.
        since: buried then or later, epoch seconds.
        until: buried then or earlier.
        text: stands somewhere in the error, in large or small letters.

    """

    portal: str = ""
    contact: str = ""
    type: str = ""
    errors: tuple[str, ...] = ()
    action: str = ""
    since: float | None = None
    until: float | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether it leaves out nothing; a portal alone is no condition."""
        return dataclasses.replace(self, portal="") == Filter()

    @property
    def is_only_of_time(self) -> bool:
        """Tell whether every letter of that time is meant, without a look at it."""
        return dataclasses.replace(self, since=None, until=None).is_empty

    @property
    def since_ms(self) -> int | None:
        """Return the earliest time of burial as the store counts it."""
        return None if self.since is None else round(self.since * 1000)

    @property
    def until_ms(self) -> int | None:
        """Return the latest time of burial as the store counts it."""
        return None if self.until is None else round(self.until * 1000)

    def fits(self, letter: DeadLetter) -> bool:
        """Tell whether a letter meets the conditions, but for its events' type."""
        buried_ms = round(letter.buried_at * 1000)
        return (
            self.portal in ("", letter.portal)
            and self.contact in ("", letter.contact_id)
            and not (self.since_ms is not None and buried_ms < self.since_ms)
            and not (self.until_ms is not None and buried_ms > self.until_ms)
            and (not self.errors or self._is_named(letter))
            and (not self.action or self.action in _names(letter.action))
            and self.text.casefold() in letter.error.casefold()
        )

    def fits_kinds(self, kinds: Collection[str]) -> bool:
        """Tell whether one of a letter's types of events is the one that is meant."""
        return not self.type or self.type in kinds

    def _is_named(self, letter: DeadLetter) -> bool:
        return letter.reason in self.errors or letter.error_class in self.errors

    def masked(self) -> Filter:
        """Return the filter without what could be somebody's personal data."""
        return dataclasses.replace(self, text=EMAIL.sub("***@***", self.text))

    def to_mapping(self) -> dict[str, Any]:
        """Return the conditions that are not empty; `parse` reads them again."""
        given = dataclasses.asdict(self)
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given.items()
            if value not in ("", (), None)
        }

    def __str__(self) -> str:
        said = []
        for name, value in self.to_mapping().items():
            if name in ("since", "until"):
                value = datetime.fromtimestamp(value, UTC).isoformat()
            elif isinstance(value, list):
                value = " or ".join(value)
            said.append(f"{name} {value}")
        return ", ".join(said) or "every dead letter"


def _names(action: str) -> set[str]:
    """Return the names by which the rules of a letter may be called."""
    names = [name.strip() for name in action.split(",")]
    return {*names, *(name.partition(".")[0] for name in names)}


class Moment(fields.Field[float]):
    """A time: epoch seconds, ISO 8601, or how long ago ("90m", "2h", "3d")."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        try:
            return moment(value)
        except Unclear as error:
            raise ValidationError(str(error)) from error


class Several(fields.Field[tuple[str, ...]]):
    """A list of words, or one text with commas between them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        words = value.split(",") if isinstance(value, str) else value
        if not isinstance(words, list | tuple):
            raise ValidationError("Not a list of words.")
        return tuple(str(word).strip() for word in words if str(word).strip())


class FilterSchema(Schema):
    """Reads a filter from words as they come from a command or a request."""

    portal = fields.String()
    contact = fields.String()
    type = fields.String()
    errors = Several()
    action = fields.String()
    since = Moment()
    until = Moment()
    text = fields.String()


def parse(conditions: Mapping[str, Any]) -> Filter:
    """Return the filter of these conditions, by name; None and "" are no condition.

    Raises:
        Unclear: names every condition that is unknown or wrong.

    """
    given = {name: v for name, v in conditions.items() if v not in (None, "", (), [])}
    try:
        return Filter(**FilterSchema().load(given))
    except ValidationError as error:
        problems = [
            f"{name}: {' '.join(said)}" for name, said in error.messages_dict.items()
        ]
        raise Unclear(f"the filter is unclear: {'; '.join(problems)}") from error


def moment(text: object, now: float | None = None) -> float:
    """Return the time that is meant, epoch seconds; see `app.repair.moment`.

    Raises:
        Unclear: it is none.

    """
    try:
        return moments.read(text, now)
    except ValueError as error:
        raise Unclear(str(error)) from None
