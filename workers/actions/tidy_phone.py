"""Writes phone numbers the international way (E.164), so that every dialler reads them.

Trigger: the contact is created, or phone, mobilephone or country changes.
Reads:   phone, mobilephone, country.
Writes:  phone, mobilephone.
Parameters:
    default_country  where a contact is that has no country of its own, as an ISO code
                     or by name; none by default

    "030/90 18 20", country "Deutschland"   ->  "+4930901820"
    "0044 (0)20 7946 0958"                  ->  "+442079460958"
    "(415) 555-2671 x12", country "US"      ->  "+14155552671 ext 12"
    "030 901820" without a known country    ->  left as it is

A leading + or 00 decides; otherwise the contact's country does, as an ISO code or by
name, and after it default_country. Whatever is not surely one valid number is left
exactly as it is: wrong length, letters ("1-800-FLOWERS"), a remark ("ask for Ada"), two
numbers in one field, a number that may lack its area code ("901820" in Germany).

An extension is kept behind " ext ", which people and diallers understand. A portal that
has HubSpot's own phone validation switched on takes no extensions in any spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    e164,
    enricher,
    parameter,
)


@enricher(
    on=(
        "contact.creation",
        "contact.propertyChange:phone",
        "contact.propertyChange:mobilephone",
        "contact.propertyChange:country",
    ),
    reads=("phone", "mobilephone", "country"),
    parameters={"default_country": parameter.country()},
)
def tidy_phone(
    contact: Contact, events: Sequence[Event], *, default_country: str = ""
) -> Iterator[Change]:
    """Write the numbers that can be told for sure, where they differ."""
    country = contact["country"] or default_country
    tidied = {
        name: e164(contact[name], country)
        for name in ("phone", "mobilephone")
        if contact[name]
    }
    changed = {name: new for name, new in tidied.items() if new != contact[name]}
    if changed:
        yield SetProperties(**changed)
