"""Invents people the way a CRM really holds them: ugly, uneven, and always the same.

    for properties in people(1_000):
        ...   # {"email": "AL.vonHagen+fair@mail.velmora-labs.co.uk", "firstname": ...}

Every record is one that HubSpot accepts: a valid e-mail address that no other record
has in any capitalisation, and no value over 65,536 characters.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.sandbox.people_places import JOBS, PLACES, STEMS, TRADES, Place

# https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
MAX_TEXT_LENGTH = 65_536

FREE_MAIL_SHARE = 0.2
# Of the people at companies, so many are the first of theirs. Of the others, half join
# a company in proportion to its size, half any: a few are large and most are small.
NEW_COMPANY_SHARE = 0.15
CROWD_SHARE = 0.5
UGLY_NAME_SHARE = 0.6
LONG_TEXT_EVERY = 250
_LONG_FIELDS = ("jobtitle", "firstname", "city", "lastname")


@dataclass(frozen=True, slots=True)
class _Company:
    name: str
    domain: str
    place: Place


Name = tuple[str, str]

_UGLINESS: tuple[Callable[[str, str], Name], ...] = (
    lambda first, last: (first.upper(), last.upper()),
    lambda first, last: (first.lower(), last.lower()),
    lambda first, last: (first, last.upper()),
    lambda first, last: (f"  {first} ", last.replace(" ", "   ")),
    lambda first, last: (f"DR. {first.upper()}", f" {last.upper()}"),
    lambda first, last: (f"{first} PhD", last),
    lambda first, last: (f"{first} {last}", ""),
    lambda first, last: (f"{first} {last}".upper(), ""),
    lambda first, last: ("", f"{last}, {first}"),
    lambda first, last: (first, ""),
    lambda first, last: ("", last),
    lambda first, last: ("", ""),
    lambda first, last: (f"{first} 🌟", last),
    lambda first, last: ("🎉", ""),
    lambda first, last: (f"<b>{first}</b>", f"{last}<script>alert(1)</script>"),
    lambda first, last: (first, f"{last} & {last}"),
)


def people(count: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """Yield `count` contacts' properties; the same seed gives the same people.

    A longer run starts with the people of a shorter one. Some properties are "" and
    some are missing.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    invent = _Inventor(rng)
    for index in range(count):
        record = invent.person()
        if index % LONG_TEXT_EVERY == LONG_TEXT_EVERY - 1:
            field = _LONG_FIELDS[index // LONG_TEXT_EVERY % len(_LONG_FIELDS)]
            record[field] = ("Long story. " * MAX_TEXT_LENGTH)[:MAX_TEXT_LENGTH]
        yield record


class _Inventor:
    """Remembers which addresses and companies are taken."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.emails: set[str] = set()
        self.domains: set[str] = set()
        self.companies: list[_Company] = []
        self.employers: list[_Company] = []  # one entry for each person

    def person(self) -> dict[str, str]:
        rng = self.rng
        employer = None if rng.random() < FREE_MAIL_SHARE else self.employer()
        place = employer.place if employer else rng.choice(PLACES)
        first, last, local = rng.choice(place.names)
        if rng.random() < UGLY_NAME_SHARE:
            first, last = rng.choice(_UGLINESS)(first, last)
        record = {
            "email": self.email(local, employer, place),
            "firstname": first,
            "lastname": last,
            "phone": self.phone(place),
            "country": rng.choice(place.spellings),
            "city": rng.choice(place.cities),
            "jobtitle": rng.choice(JOBS),
        }
        if rng.random() < 0.3:
            record["mobilephone"] = self.phone(place)
        if employer:
            record |= self.workplace(employer)
        if rng.random() < 0.1:
            del record[rng.choice(("firstname", "lastname", "phone", "country"))]
        return record

    def workplace(self, employer: _Company) -> dict[str, str]:
        """Say where the person works; half of the people leave the name out."""
        rng, domain = self.rng, employer.domain
        names = ("", "", "", " ", employer.name, employer.name, employer.name.upper())
        sites = ("", domain, f"www.{domain}", f"https://www.{domain}/", domain.upper())
        return {"company": rng.choice(names), "website": rng.choice(sites)}

    def employer(self) -> _Company:
        rng = self.rng
        if not self.companies or rng.random() < NEW_COMPANY_SHARE:
            company = self.company()
            self.companies.append(company)
        elif rng.random() < CROWD_SHARE:
            company = rng.choice(self.employers)
        else:
            company = rng.choice(self.companies)
        self.employers.append(company)
        return company

    def company(self) -> _Company:
        rng = self.rng
        place = rng.choice(PLACES)
        suffix = rng.choice(place.suffixes)
        words = [rng.choice(STEMS), rng.choice(TRADES)]
        name = " ".join(words).title()
        domain = f"{'-'.join(words)}.{suffix}"
        if domain in self.domains:
            number = len(self.domains)
            name, domain = f"{name} {number}", f"{'-'.join(words)}-{number}.{suffix}"
        self.domains.add(domain)
        return _Company(name, domain, place)

    def email(self, local: str, employer: _Company | None, place: Place) -> str:
        rng = self.rng
        host = employer.domain if employer else rng.choice(place.free_mail)
        if employer and rng.random() < 0.15:
            host = f"{rng.choice(('mail', 'eu.post', 'sales'))}.{host}"
        if rng.random() < 0.1:
            local = f"{local}+{rng.choice(('news', 'fair2026', 'x'))}"
        if f"{local}@{host}" in self.emails:
            local = f"{local}{len(self.emails)}"
        email = f"{local}@{host}"
        self.emails.add(email)
        style = rng.random()
        return email.upper() if style < 0.1 else email.title() if style < 0.2 else email

    def phone(self, place: Place) -> str:
        rng = self.rng
        if rng.random() < 0.1:
            return rng.choice(("", "  ", "-", "unknown"))
        pattern = rng.choice(place.phones)
        return "".join(str(rng.randrange(10)) if c == "#" else c for c in pattern)
