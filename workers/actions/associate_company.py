"""Associates the contact with the company that owns its e-mail domain.

Trigger: the contact is created, or its e-mail address changes.
Reads:   email, associatedcompanyid, company, createdate.
Writes:  an association with the company of that domain; the company is made when
         there is none, named as the contact's `company` says, else after the domain.
Parameters:
    aliases     domain to the domain under which its company is in HubSpot; a company
                that bears another name abroad, or was bought
    subdomains  hosts that are companies of their own, e.g. "lab.uni-nordwind.de"
    create      make a company that is missing; on by default

    a new contact without a company            ->  associated, as its primary company
    a new contact that came with a company     ->  nothing: whoever made it has chosen
    its e-mail address changes later           ->  the new employer is associated too;
                                                   the primary company stays as it is
    aliases { "nordwind.at" = "nordwind.de" }  ->  ada@nordwind.at is of nordwind.de
    free-mail and invalid addresses            ->  nothing

HubSpot reports the address that a contact was created with as a change too, and may
deliver it much later than the creation. Such an event counts as part of the creation
(within CREATION_SPAN_S of `createdate`), so the outcome is the same in any order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from marshmallow import fields

from workers.actions import (
    AssociateCompany,
    Change,
    Contact,
    Event,
    associator,
    business_domain,
    host_of,
    name_from_domain,
    parameter,
)

CREATION_SPAN_S = 10.0


@associator(
    on=("contact.creation", "contact.propertyChange:email"),
    reads=("email", "associatedcompanyid", "company", "createdate"),
    parameters={
        "aliases": fields.Dict(parameter.host(), parameter.host(), load_default=dict),
        "subdomains": fields.List(parameter.host(), load_default=list),
        "create": fields.Boolean(load_default=True),
    },
)
def associate_company(
    contact: Contact,
    events: Sequence[Event],
    *,
    aliases: Mapping[str, str],
    subdomains: Sequence[str],
    create: bool,
) -> Iterator[Change]:
    """Associate the owner of the e-mail domain; never displace a primary company."""
    domain = _domain(contact["email"], aliases, subdomains)
    if not domain:
        return
    has_primary = bool(contact["associatedcompanyid"])
    if has_primary and not _address_changed(contact, events):
        return
    yield AssociateCompany(
        domain=domain,
        create=create,
        name=contact["company"].strip() or name_from_domain(domain),
        primary=not has_primary,
    )


def _domain(email: str, aliases: Mapping[str, str], subdomains: Sequence[str]) -> str:
    host = host_of(email) if subdomains else ""
    own = [each for each in subdomains if host == each or host.endswith(f".{each}")]
    domain = max(own, key=len) if own else business_domain(email)
    return aliases.get(domain, domain)


def _address_changed(contact: Contact, events: Sequence[Event]) -> bool:
    born_at = _epoch_s(contact["createdate"])
    return any(
        event.kind == "contact.propertyChange"
        and event.property_name == "email"
        and event.occurred_at > born_at + CREATION_SPAN_S
        for event in events
    )


def _epoch_s(date: str) -> float:
    try:
        return datetime.fromisoformat(date).timestamp()
    except ValueError:
        return 0.0
