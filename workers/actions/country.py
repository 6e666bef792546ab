"""Fills in an empty country from the contact's phone number, or its e-mail domain.

Trigger: the contact is created, or phone, mobilephone or email changes.
Reads:   country, phone, mobilephone, email.
Writes:  country, by its English name, only where there is none.
Parameters:
    from_domain  also believe the top-level domain of a business address where no
                 number tells; off by default, as many a .de address is read elsewhere

    phone "+49 30 901820"                            ->  country "Germany"
    phone "030 901820"                               ->  nothing: whose 030?
    ada@nordwind.co.uk, with from_domain             ->  country "United Kingdom"
    ada@nordwind.io or @gmail.com, with from_domain  ->  nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    business_domain,
    country_name,
    e164,
    enricher,
    region_of_domain,
    region_of_phone,
)


@enricher(
    on=(
        "contact.creation",
        "contact.propertyChange:phone",
        "contact.propertyChange:mobilephone",
        "contact.propertyChange:email",
    ),
    reads=("country", "phone", "mobilephone", "email"),
    parameters={"from_domain": fields.Boolean(load_default=False)},
)
def country(
    contact: Contact, events: Sequence[Event], *, from_domain: bool = False
) -> Iterator[Change]:
    """Name the country of the first number that has one."""
    if contact["country"].strip():
        return
    regions = (region_of_phone(e164(contact[n])) for n in ("phone", "mobilephone"))
    region = next(filter(None, regions), None)
    if not region and from_domain:
        region = region_of_domain(business_domain(contact["email"]))
    if region and country_name(region):
        yield SetProperties(country=country_name(region)).if_empty()
