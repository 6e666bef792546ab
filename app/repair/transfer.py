"""Dead letters as JSON lines: out of one store, and into the same or another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from app.errors import Unreadable
from app.events import wire
from app.events.dead import DeadLetter
from app.events.letter import Death
from app.events.model import Event
from app.events.steps import Step
from app.events.wire import Oddity
from app.repair.audit import Audit, Line
from app.repair.filter import Filter, Unclear
from app.repair.selection import each, portals
from app.services import Services

DIGITS = validate.Regexp(r"[0-9]{1,19}\Z", error="Must be digits.")


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the lines: letters taken in, their events, and those known."""

    letters: int
    events: int
    here_already: int


class DeathShape(Schema):
    """An earlier end of a letter's events."""

    class Meta:
        """Exports of newer versions may say more."""

        unknown = EXCLUDE

    reason = fields.String(required=True)
    error = fields.String(required=True)
    error_class = fields.String()
    attempts = fields.Integer()
    buried_at = fields.Float()

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Death:
        """Return the death."""
        return Death(**data)


class StepShape(Schema):
    """What kept the contact from being finished."""

    at = fields.Float(required=True, validate=validate.Range(min=0))
    what = fields.String(required=True, validate=validate.Regexp(r"[a-z]{1,20}\Z"))
    attempts = fields.Integer(required=True)
    why = fields.String(required=True)

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Step:
        """Return the step."""
        return Step(**data)


class LetterShape(Schema):
    """One line of an export."""

    class Meta:
        """Exports of newer versions may say more."""

        unknown = EXCLUDE

    portal = fields.String(required=True, validate=DIGITS)
    id = fields.String(required=True, validate=validate.Regexp(r"[0-9a-z]{1,40}\Z"))
    contact_id = fields.String(
        required=True, validate=validate.Regexp(r"(odd|[0-9]{1,19})\Z")
    )
    reason = fields.String(required=True, validate=validate.Length(1))
    error = fields.String(required=True)
    detail = fields.String(load_default="")
    attempts = fields.Integer(load_default=0)
    buried_at = fields.Float(required=True, validate=validate.Range(min=0))
    error_class = fields.String()
    category = fields.String()
    correlation_id = fields.String()
    location = fields.String()
    action = fields.String()
    replays = fields.Integer()
    earlier = fields.List(fields.Nested(DeathShape))
    history = fields.List(fields.Nested(StepShape))
    raw = fields.List(fields.Raw(), required=True, validate=validate.Length(1, 1_000))
    edits = fields.Dict(keys=fields.Integer(), values=fields.Raw(), load_default=dict)


def export(services: Services, filter_: Filter) -> Iterator[str]:
    """Yield the letters that are meant, one JSON object a line; changes nothing."""
    for portal in portals(services, filter_):
        for letter in each(services.dead, portal, filter_):
            held = services.dead.held(portal, letter.id)
            edits = {str(n): h.edited for n, h in enumerate(held) if h.edited}
            raw = [h.original for h in held]
            line = {**asdict(letter), "raw": raw, "edits": edits}
            yield orjson.dumps(line).decode()


def take_in(services: Services, lines: Iterable[str], who: str) -> Import:
    """Take exported letters in, as dead letters; each of them once.

    A line that is wrong ends it; what came before is in, and is known the next time.

    Raises:
        Unclear: names the line, and what is wrong with it.

    """
    taken: dict[str, list[int]] = {}
    known = 0
    try:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            letter, items, edits = _read(number, line)
            events = services.dead.restore(letter, items, edits)
            known += not events
            if events:
                taken.setdefault(letter.portal, []).append(events)
    finally:
        for portal, counts in taken.items():
            entry = Line(who, "import", "JSON lines", len(counts), sum(counts))
            Audit(services).write(portal, entry)
    counts = [events for portal in taken.values() for events in portal]
    return Import(len(counts), sum(counts), known)


def _read(
    number: int, line: str
) -> tuple[DeadLetter, list[Event | Oddity], dict[int, Event]]:
    try:
        read = LetterShape().load(orjson.loads(line))
        raw, edited = read.pop("raw"), read.pop("edits")
        items = _items(raw, read["portal"])
        edits = dict(
            zip(edited, _items(list(edited.values()), read["portal"]), strict=True)
        )
        if not all(isinstance(each, Event) for each in edits.values()):
            raise ValueError("edits: one is no event")
        if any(not 0 <= place < len(raw) for place in edits):
            raise ValueError("edits: there is no such event")
    except ValidationError as error:
        problems = "; ".join(
            f"{k}: {v}" for k, v in sorted(error.messages_dict.items())
        )
        raise Unclear(f"line {number} is no dead letter: {problems}") from error
    except (ValueError, Unreadable) as error:
        raise Unclear(f"line {number} is no dead letter: {error}") from error
    for name in ("earlier", "history"):
        read[name] = tuple(read.get(name, ()))
    letter = DeadLetter(**read, events=len(items), edited=len(edits))
    return letter, items, {n: e for n, e in edits.items() if isinstance(e, Event)}


def _items(raw: list[Any], portal: str) -> list[Event | Oddity]:
    """Return the events; each must be of the letter's portal.

    Raises:
        ValueError: one is not.

    """
    items = wire.parse(orjson.dumps(raw))
    for item in items:
        if item.portal_id != portal:
            raise ValueError(f"an event of portal {item.portal_id} is in it")
    return items
