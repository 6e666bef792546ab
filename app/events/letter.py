"""A dead letter: the events of one contact that were given up together, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.events.steps import Step, steps_from
from app.events.vault import Vault

# How many earlier errors a letter that dies again and again remembers.
MOST_EARLIER = 10


@dataclass(frozen=True, slots=True)
class Death:
    """An earlier end of the same events, before they were replayed."""

    reason: str
    error: str
    error_class: str = ""
    attempts: int = 0
    buried_at: float = 0.0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """The events of one contact that were given up together.

    Attributes:
        id: names the letter within its portal.
        contact_id: the contact, or "odd" for an item that could not be read.
        reason: in one word: "refused", "attempts", "bug", "worker_died", "unreadable".
        error: in HubSpot's or Python's own words.
        detail: what else is known, e.g. a traceback.
        attempts: how often it was tried.
        buried_at: epoch seconds on the store's clock.
        events: how many events the letter holds.
        error_class: name of the error's class, "Refused" or "ZeroDivisionError"; ""
            where there was none: a worker that died, an item that is no event.
        category: HubSpot's name for the kind of error, e.g. "VALIDATION_ERROR".
        correlation_id: what HubSpot's support asks for.
        location: for what an action raised, file:line of the action.
        action: the rule that was being followed, or the rules whose wishes were
            refused, with commas between; "" where that is not known.
        edited: how many of the events have another form that a replay takes.
        replays: how often these events were replayed before.
        earlier: how they died before that, oldest first.
        history: the contact's steps up to its burial.

    """

    portal: str
    id: str
    contact_id: str
    reason: str
    error: str
    detail: str
    attempts: int
    buried_at: float
    events: int
    error_class: str = ""
    category: str = ""
    correlation_id: str = ""
    location: str = ""
    action: str = ""
    edited: int = 0
    replays: int = 0
    earlier: tuple[Death, ...] = ()
    history: tuple[Step, ...] = ()

    @property
    def deaths(self) -> tuple[Death, ...]:
        """How these events died, this time included, oldest first."""
        last = Death(
            self.reason, self.error, self.error_class, self.attempts, self.buried_at
        )
        return (*self.earlier, last)[-MOST_EARLIER:]


@dataclass(frozen=True, slots=True)
class Burial:
    """Make a dead letter; the fields are those of a DeadLetter.

    Only `reason`, in one word, and `error`, in words, must be known.
    """

    contact_id: str
    reason: str
    error: str
    detail: str = ""
    error_class: str = ""
    category: str = ""
    correlation_id: str = ""
    location: str = ""
    action: str = ""

    def row(self, seal: Callable[[str], str]) -> list[str | int]:
        """Return what the script is told: contact, number of fields, the fields."""
        about = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self)
        }
        contact = about.pop("contact_id")
        about |= {name: seal(about[name]) for name in SEALED if about[name]}
        told = [part for pair in about.items() if pair[1] for part in pair]
        return [contact, len(told) // 2, *told]


# These may repeat what a contact holds.
SEALED = ("error", "detail")
# Left out where they are empty.
TEXTS = (
    "reason",
    "error",
    "detail",
    "error_class",
    "category",
    "correlation_id",
    "location",
    "action",
)


def load(
    vault: Vault,
    portal: str,
    id_: str,
    fields: Mapping[bytes, bytes],
    events: int,
    edited: int,
) -> DeadLetter:
    """Return the letter that these fields of the store are about.

    Raises:
        Sealed: they were sealed with a key that is not there.

    """
    text = {name.decode(): value.decode() for name, value in fields.items()}
    opened = {name: vault.open_text(text.get(name, "").encode()) for name in SEALED}
    return DeadLetter(
        portal=portal,
        id=id_,
        contact_id=text["contact"],
        attempts=int(text.get("attempts", 0)),
        buried_at=int(text["buried_at"]) / 1000,
        events=events,
        edited=edited,
        replays=int(text.get("replays", 0)),
        earlier=load_deaths(text.get("earlier", ""), vault),
        history=steps_from(text.get("history", "").encode().splitlines(), vault),
        **{name: text.get(name, "") for name in TEXTS} | opened,
    )


def fields_of(letter: DeadLetter, vault: Vault) -> dict[str, str | int]:
    """Return what the store keeps of a letter besides contact and time."""
    texts: dict[str, str | int] = {name: getattr(letter, name) for name in TEXTS}
    texts |= {name: vault.seal_text(getattr(letter, name)) for name in SEALED}
    return {
        **texts,
        "attempts": letter.attempts,
        "replays": letter.replays,
        "earlier": dump_deaths(letter.earlier, vault),
        "history": "\n".join(step.line(vault) for step in letter.history),
    }


def dump_deaths(deaths: tuple[Death, ...], vault: Vault) -> str:
    """Return the stored form of earlier deaths: one JSON array a line."""
    return "\n".join(vault.seal(orjson.dumps(_row(death))).decode() for death in deaths)


def load_deaths(lines: str, vault: Vault) -> tuple[Death, ...]:
    """Return the deaths that were stored, the newest of them."""
    kept = [line for line in lines.split("\n") if line][-MOST_EARLIER:]
    return tuple(Death(*orjson.loads(vault.open(line.encode()))) for line in kept)


def _row(death: Death) -> tuple[Any, ...]:
    return (
        death.reason,
        death.error,
        death.error_class,
        death.attempts,
        death.buried_at,
    )
