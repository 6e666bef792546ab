"""Fills in an empty company name from the domain of the contact's e-mail address.

Trigger: the contact is created, or its e-mail address changes.
Reads:   email, company.
Writes:  company, only where there is none. A name that is there is never touched,
         and emptying the company by hand does not bring the guess back; a reconcile
         or backfill does, as it sees but the empty field.

    ada@mail.nordwind-logistik.co.uk   ->  company "Nordwind Logistik"
    ada@bmv.de                         ->  company "BMV" (consonants are initials)
    ada@gmail.com, a@co.uk, a@10.0.0.1, a@example.com, nonsense  ->  nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    business_domain,
    enricher,
    name_from_domain,
)


@enricher(
    on=("contact.creation", "contact.propertyChange:email"), reads=("email", "company")
)
def company_name(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Name the company that owns the e-mail address, unless one is named."""
    if contact["company"].strip():
        return
    name = name_from_domain(business_domain(contact["email"]))
    if name:
        yield SetProperties(company=name)
