"""What the demo's people do in the sandbox: create, edit and delete contacts."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from app.sandbox.people import people
from app.sandbox.testing import Control

PART = 100
# One part in five is an import, which goes behind what people do.
SOURCES = ("CRM_UI", "FORM", "CRM_UI", "IMPORT", "CRM_UI")


@dataclass(frozen=True, slots=True)
class Witness:
    """A contact of which the demo knows beforehand how it must end."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    company: str = ""


WITNESSES = (
    Witness(
        {
            "email": "Anna.HAGEN+fair@mail.nordwind-spedition.de",
            "firstname": "DR. ANNA-LENA",
            "lastname": " VON  HAGEN",
            "phone": "030/90 18 20",
            "country": "Deutschland",
        },
        {
            "firstname": "Anna-Lena",
            "lastname": "von Hagen",
            "phone": "+4930901820",
            "company": "Nordwind Spedition",
        },
        company="nordwind-spedition.de",
    ),
    Witness(
        {
            "email": "j.smith@shop.brightwater-tools.co.uk",
            "firstname": "john smith",
            "phone": "0044 (0)20 7946 0958",
        },
        {
            "firstname": "John",
            "lastname": "Smith",
            "phone": "+442079460958",
            "company": "Brightwater Tools",
        },
        company="brightwater-tools.co.uk",
    ),
    Witness(
        {
            "email": "maria.oneill@gmail.com",
            "firstname": "MARIA",
            "lastname": "O'NEILL",
            "phone": "(415) 555-2671",
            "country": "US",
        },
        {"firstname": "Maria", "lastname": "O'Neill", "phone": "+14155552671"},
    ),
)


@dataclass(slots=True)
class Crowd:
    """Who was created, as people typed it last, and who is gone again."""

    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    witnesses: dict[str, Witness] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WavePlan:
    """How much happens."""

    creations: int = 1_000
    updates: int = 200
    deletions: int = 50
    seed: int = 0


def send(control: Control, plan: WavePlan, crowd: Crowd) -> None:
    """Create everybody; half of the edits and deletions come in between."""
    rng = random.Random(plan.seed)  # noqa: S311 - repeatable, not secret
    introduce(control, crowd)
    newcomers = people(plan.creations, plan.seed)
    parts = max(1, -(-plan.creations // PART))
    for number in range(parts):
        source = SOURCES[number % len(SOURCES)]
        add(control, crowd, list(islice(newcomers, PART)), source)
        edits = _share(plan.updates // 2, parts, number)
        edit(control, crowd, list(people(edits, plan.seed + 1 + number)), rng)
        remove(control, crowd, _share(plan.deletions // 2, parts, number), rng)


def come_back(control: Control, plan: WavePlan, crowd: Crowd) -> None:
    """Do the other half of the edits and deletions, to contacts that are tidy now."""
    rng = random.Random(plan.seed + 1)  # noqa: S311 - repeatable, not secret
    strangers = list(people(plan.updates - plan.updates // 2, plan.seed - 1))
    edit(control, crowd, strangers, rng)
    remove(control, crowd, plan.deletions - plan.deletions // 2, rng)


def _share(total: int, parts: int, number: int) -> int:
    return total * (number + 1) // parts - total * number // parts


def introduce(control: Control, crowd: Crowd) -> None:
    """Create the contacts whose end is known."""
    inputs = [{"properties": dict(witness.before)} for witness in WITNESSES]
    ids = control.create("contacts", inputs)
    crowd.witnesses = dict(zip(ids, WITNESSES, strict=True))


def add(
    control: Control, crowd: Crowd, newcomers: list[dict[str, str]], source: str
) -> None:
    """Create contacts."""
    inputs = [{"properties": person} for person in newcomers]
    for contact_id, person in zip(
        control.create("contacts", inputs, source=source), newcomers, strict=True
    ):
        crowd.typed[contact_id] = person


def edit(
    control: Control, crowd: Crowd, strangers: list[dict[str, str]], rng: random.Random
) -> None:
    """Give contacts the phone and the names of somebody else."""
    here = [contact_id for contact_id in crowd.typed if contact_id not in crowd.deleted]
    chosen = rng.sample(here, len(strangers))
    names = ("phone", "firstname", "lastname", "country")
    changes = {
        contact_id: {name: stranger.get(name, "") for name in names}
        for contact_id, stranger in zip(chosen, strangers, strict=True)
    }
    control.update(
        "contacts", [{"id": i, "properties": change} for i, change in changes.items()]
    )
    for contact_id, change in changes.items():
        crowd.typed[contact_id] = {**crowd.typed[contact_id], **change}


def remove(control: Control, crowd: Crowd, count: int, rng: random.Random) -> None:
    """Delete contacts."""
    here = [contact_id for contact_id in crowd.typed if contact_id not in crowd.deleted]
    chosen = rng.sample(here, count)
    if chosen:
        control.delete("contacts", chosen)
    crowd.deleted.update(chosen)
