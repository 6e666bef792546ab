"""What is done to letters that are named one by one; each deed is in the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from app.events import wire
from app.events.dead import DeadLetter, Held
from app.events.model import Event
from app.repair.advice import advice
from app.repair.audit import Audit, Line
from app.repair.filter import Unclear
from app.services import Services


@dataclass(frozen=True, slots=True)
class View:
    """One letter, whole.

    Attributes:
        letter: what is known of it.
        advice: what a person should do.
        held: its events as HubSpot sent them, with their edited forms.

    """

    letter: DeadLetter
    advice: str
    held: tuple[Held, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return it as it is shown: the letter's fields, then the events."""
        edits = {n: held.edited for n, held in enumerate(self.held) if held.edited}
        return {
            **asdict(self.letter),
            "advice": self.advice,
            "raw": [held.original for held in self.held],
            "edits": edits,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of named letters: those that were moved, and why others were not."""

    letters: int
    events: int
    problems: Mapping[str, str]


def view(services: Services, portal: str, letter_id: str) -> View:
    """Return one letter with all that is known of it.

    Raises:
        LookupError: there is no such letter.

    """
    letter = services.dead.get(portal, letter_id)
    if letter is None:
        raise LookupError(f"portal {portal} has no dead letter {letter_id}")
    held = services.dead.held(portal, letter_id)
    return View(letter, advice(letter), tuple(held))


def replay(services: Services, portal: str, ids: Sequence[str], who: str) -> Outcome:
    """Let these letters wait again at once, each whole or not at all."""
    found = services.dead.read(portal, ids)
    missing = set(ids) - {letter.id for letter in found}
    results = services.dead.replay_many(portal, found)
    gone = {id_: f"portal {portal} has no dead letter {id_}" for id_ in missing}
    return _told(services, portal, Line(who, "replay", ", ".join(ids)), results, gone)


def discard(
    services: Services, portal: str, ids: Sequence[str], who: str, reason: str = ""
) -> Outcome:
    """Drop these letters for good."""
    results = services.dead.discard_many(portal, ids)
    line = Line(who, "discard", ", ".join(ids), note=reason)
    return _told(services, portal, line, results, {})


def edit(
    services: Services,
    portal: str,
    letter_id: str,
    place: int,
    payload: Any,
    who: str,
) -> None:
    """Let a replay take another form of one event; the original stays beside it.

    Args:
        services: where the letter is.
        portal: whose it is.
        letter_id: the letter.
        place: of the event in the letter, counted from 0.
        payload: the event as HubSpot might have sent it; None: the original again.
        who: is to be written down as having done it.

    Raises:
        LookupError: there is no such letter, or no such event in it.
        Unclear: the payload is no event of a contact of this portal.

    """
    event = None if payload is None else _event(portal, payload)
    services.dead.amend(portal, letter_id, place, event)
    note = "the original again" if event is None else ""
    line = Line(who, "edit", f"{letter_id}, event {place}", 1, 1, note)
    Audit(services).write(portal, line)


def _event(portal: str, payload: Any) -> Event:
    (event,) = wire.parse(orjson.dumps([payload]))
    if not isinstance(event, Event):
        raise Unclear(f"the edited form is no event: {event.reason}")
    if event.portal_id != portal:
        raise Unclear(
            f"the edited form is of portal {event.portal_id}, the letter of {portal};"
            " an event stays in its portal"
        )
    if event.object_name != "contact":
        raise Unclear(f"the edited form is about a {event.object_name}, not a contact")
    return event


def _told(
    services: Services,
    portal: str,
    line: Line,
    results: Mapping[str, int | Exception],
    problems: dict[str, str],
) -> Outcome:
    """Write down what was done, and return it."""
    moved = [events for events in results.values() if isinstance(events, int)]
    problems |= {
        id_: str(error)
        for id_, error in results.items()
        if isinstance(error, Exception)
    }
    if moved:
        done = Line(line.who, line.what, line.which, len(moved), sum(moved), line.note)
        Audit(services).write(portal, done)
    return Outcome(len(moved), sum(moved), problems)
