"""Contacts as people typed them, and what must have become of each in the end.

This is the model: it knows no event and no round, only what the service promises to do
to what people typed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.testing import Control

SYLLABLES = ("ba", "do", "li", "mi", "ra", "no", "ke", "tu", "sa", "go", "fe", "lu")
WELCOME = "Welcome, "
# Ids of contacts that are put into the sandbox without a word; its own lie elsewhere.
FIRST_OWN_ID = 7_000_000_000

Record = Mapping[str, Any]


@dataclass(slots=True)
class Typed:
    """A contact as people typed it last.

    `told_by_us` is one whose webhooks the harness sends itself.
    """

    email: str
    domain: str
    firstname: str
    lastname: str
    phone: str
    told_by_us: bool = False
    deleted: bool = False

    @property
    def properties(self) -> dict[str, str]:
        """What is typed into HubSpot."""
        return {
            "email": self.email,
            "firstname": self.firstname,
            "lastname": self.lastname,
            "phone": self.phone,
            "country": "Germany",
        }

    @property
    def tidy(self) -> dict[str, str]:
        """What must stand there when all is done."""
        return {
            "firstname": self.firstname.capitalize(),
            "lastname": self.lastname.capitalize(),
            "phone": "+49" + self.phone.replace(" ", "").replace("/", "")[1:],
        }


@dataclass(slots=True)
class Crowd:
    """Everybody there ever was, by id."""

    people: dict[str, Typed] = field(default_factory=dict)
    next_own_id: int = FIRST_OWN_ID

    def newcomers(
        self, count: int, domains: list[str], rng: random.Random
    ) -> list[Typed]:
        """Invent people who have addresses at these domains."""
        return [
            Typed(
                email=f"p{rng.randrange(10**9)}@{(domain := rng.choice(domains))}",
                domain=domain,
                firstname=name(rng),
                lastname=name(rng),
                phone=phone(rng),
            )
            for _ in range(count)
        ]

    def alive(self, ids: list[str]) -> list[str]:
        """Return those that are not deleted."""
        return [i for i in ids if not self.people[i].deleted]


def name(rng: random.Random) -> str:
    """Return a name in capitals, whose tidy form is beyond dispute."""
    return "".join(rng.choices(SYLLABLES, k=3)).upper()


def phone(rng: random.Random) -> str:
    """Return a number in Berlin, as people type it."""
    return f"030/90 18 {rng.randrange(20, 100)}"


def problems(control: Control, crowd: Crowd) -> list[str]:
    """Return in what the CRM differs from the model, in words; empty is good."""
    contacts = {each["id"]: each for each in control.dump("contacts")}
    companies = {each["id"]: each for each in control.dump("companies")}
    notes = {each["id"]: each for each in control.dump("notes")}
    return [
        *_present(contacts, crowd),
        *_tidy(contacts, crowd),
        *_companies(contacts, companies, crowd),
        *_welcomed(contacts, notes, crowd),
    ]


def _living(
    contacts: Mapping[str, Record], crowd: Crowd
) -> Iterator[tuple[str, Typed]]:
    for contact_id, typed in crowd.people.items():
        if contact_id in contacts and not typed.deleted:
            yield contact_id, typed


def _present(contacts: Mapping[str, Record], crowd: Crowd) -> Iterator[str]:
    wanted = {i for i, typed in crowd.people.items() if not typed.deleted}
    for contact_id in sorted(wanted ^ contacts.keys()):
        verb = "should exist" if contact_id in wanted else "should not exist"
        yield f"contact {contact_id}: {verb}"


def _tidy(contacts: Mapping[str, Record], crowd: Crowd) -> Iterator[str]:
    for contact_id, typed in _living(contacts, crowd):
        found = contacts[contact_id]["properties"]
        for field_name, wanted in typed.tidy.items():
            if found.get(field_name) != wanted:
                yield (
                    f"contact {contact_id}: {field_name} is {found.get(field_name)!r},"
                    f" should be {wanted!r}"
                )


def _companies(
    contacts: Mapping[str, Record], companies: Mapping[str, Record], crowd: Crowd
) -> Iterator[str]:
    domains = Counter(c["properties"].get("domain") for c in companies.values())
    for domain, count in domains.items():
        if count > 1:
            yield f"company {domain}: made {count} times"
    for contact_id, typed in _living(contacts, crowd):
        primary = contacts[contact_id]["properties"].get("associatedcompanyid") or ""
        company = companies.get(primary, {"properties": {}})
        if company["properties"].get("domain") != typed.domain:
            yield f"contact {contact_id}: is not associated with {typed.domain}"


def _welcomed(
    contacts: Mapping[str, Record], notes: Mapping[str, Record], crowd: Crowd
) -> Iterator[str]:
    welcomes: dict[str, list[str]] = {}
    for note_id, note in notes.items():
        if WELCOME in (note["properties"].get("hs_note_body") or ""):
            for link in note["associations"].get("contacts", []):
                welcomes.setdefault(str(link["id"]), []).append(note_id)
    for contact_id, _ in _living(contacts, crowd):
        found = welcomes.get(contact_id, [])
        if len(found) != 1:
            yield f"contact {contact_id}: welcomed {len(found)} times"
        elif (
            contacts[contact_id]["properties"].get("hs_pinned_engagement_id")
            not in found
        ):
            yield f"contact {contact_id}: its welcome is not pinned"
