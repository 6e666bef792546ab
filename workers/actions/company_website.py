"""Fills in an empty website from the domain of the contact's e-mail address.

Trigger: the contact is created, or its e-mail address changes.
Reads:   email, website.
Writes:  website, only where there is none.

    ada@mail.nordwind-logistik.co.uk   ->  website "nordwind-logistik.co.uk"
    ada@gmail.com, a@10.0.0.1          ->  nothing
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
)


@enricher(
    on=("contact.creation", "contact.propertyChange:email"), reads=("email", "website")
)
def company_website(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Write the domain that the e-mail address belongs to, unless there is a site."""
    domain = business_domain(contact["email"])
    if domain and not contact["website"].strip():
        yield SetProperties(website=domain).if_empty()
