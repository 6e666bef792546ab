"""Marks contacts that write from a free-mail provider.

Trigger: the contact is created, or its e-mail address changes.
Reads:   email, and the property it writes.
Writes:  the property that is named, e.g. a single checkbox.
Parameters:
    write  what to write; there is no such property in a new HubSpot account
    yes    its value for free mail, "true" by default
    no     its value for all other addresses, "false" by default

    ada@gmail.com    ->  "true"
    ada@nordwind.de  ->  "false"
    no address       ->  nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    enricher,
    is_free_mail,
    parameter,
)


@enricher(
    on=("contact.creation", "contact.propertyChange:email"),
    reads=("email",),
    parameters={
        "write": parameter.property_name(required=True),
        "yes": fields.String(load_default="true"),
        "no": fields.String(load_default="false"),
    },
    default=False,
    also_reads=lambda parameters: [parameters["write"]],
)
def free_mail(
    contact: Contact, events: Sequence[Event], *, write: str, yes: str, no: str
) -> Iterator[Change]:
    """Write whether everybody may have an address like this one."""
    if "@" in contact["email"]:
        value = yes if is_free_mail(contact["email"]) else no
        yield SetProperties(**{write: value})
