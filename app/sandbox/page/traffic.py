"""What went over the wire, for people: webhook deliveries and API requests."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import orjson

from app.sandbox.delivery import Payload
from app.sandbox.delivery_outbox import Letter
from app.sandbox.delivery_subscription import CLASSIC_TYPE_IDS
from app.sandbox.page import naming
from app.sandbox.recorder import Entry, Recorder
from app.sandbox.webhooks import WebhookSender

LETTERS = 50
CALLS = 200
EVENTS = 20

# What an event calls the record that it is about.
_SUBJECTS = ("objectId", "fromObjectId", "newObjectId", "primaryObjectId")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request; `state` is "ok", "bad", or "coming" where it has yet to leave."""

    at: str
    state: str
    answer: str
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One webhook delivery.

    Attributes:
        key: the same for as long as nothing new became of it.
        attempts: its requests, the newest first.
        events: the first of its events: a headline and the JSON.
        more: how many further events it has.

    """

    key: str
    attempts: tuple[Attempt, ...]
    events: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A record, whose events are looked for; `ids` with those merged into it."""

    type_id: str
    ids: frozenset[str]

    def is_of(self, event: Payload) -> bool:
        """Tell whether an event is about the record."""
        family = str(event["subscriptionType"]).partition(".")[0]
        type_id = event.get("objectTypeId") or CLASSIC_TYPE_IDS.get(family)
        ids = [event.get(name) for name in _SUBJECTS]
        return type_id == self.type_id and not self.ids.isdisjoint(map(str, ids))


def letters(sender: WebhookSender, about: Subject | None = None) -> tuple[Sheet, ...]:
    """Return the last deliveries, the newest first, or those with events `about`."""
    requests: dict[int, list[Letter]] = {}
    for letter in sender.letters():
        requests.setdefault(letter.delivery.number, []).append(letter)
    sheets = (_sheet(each, about) for each in requests.values())
    return tuple(islice((sheet for sheet in sheets if sheet.events), LETTERS))


def _sheet(requests: list[Letter], about: Subject | None) -> Sheet:
    sent = requests[0].delivery
    events = [e for e in sent.events if about is None or about.is_of(e)]
    return Sheet(
        f"{sent.number}.{len(requests)}",
        tuple(map(_attempt, requests)),
        tuple((_headline(each), _json(each)) for each in events[:EVENTS]),
        max(0, len(events) - EVENTS),
    )


def _attempt(letter: Letter) -> Attempt:
    sent, answer = letter.delivery, letter.answer
    note = "a copy" if sent.is_copy else f"attempt {sent.attempt + 1}"
    if answer is None:
        return Attempt(_when(sent.due_at), "coming", "on its way", note)
    state = "ok" if 200 <= answer.status < 300 else "bad"
    words = f"{answer.status or answer.error} after {answer.took_s * 1000:,.0f} ms"
    return Attempt(_when(answer.sent_at), state, words, note)


def _when(at: float) -> str:
    return naming.when(int(at * 1000))


def _headline(event: Payload) -> str:
    what = str(event.get("subscriptionType"))
    if "propertyName" in event:
        value = naming.shortened(str(event.get("propertyValue")), 60)
        return f"{what} {event['propertyName']} = {value}"
    if "mergedObjectIds" in event:
        merged = (event.get("primaryObjectId"), *event["mergedObjectIds"])
        return f"{what} {' + '.join(map(str, merged))} → {event.get('newObjectId')}"
    if "toObjectId" in event:
        return f"{what} {event.get('fromObjectId')} → {event['toObjectId']}"
    return f"{what} {event.get('objectId', '')}"


def _json(event: Payload) -> str:
    return orjson.dumps(event, option=orjson.OPT_INDENT_2).decode()


def calls(recorder: Recorder) -> tuple[tuple[str, Entry], ...]:
    """Return the last API requests with their times in words, the newest first."""
    return tuple((_when(entry.at), entry) for entry in recorder.latest(CALLS))
