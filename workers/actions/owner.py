"""Gives a contact without an owner one: by its country, or in turn.

Trigger: the contact is created, or country changes.
Reads:   hubspot_owner_id, country.
Writes:  hubspot_owner_id, only where there is none.
Parameters:
    owners       ids of owners (not of users) that share all other contacts evenly
    territories  country, as an ISO code or by name, to the ids of its owners

    territories { AT = ["11"], Germany = ["12", "13"] }, owners ["14"]
    country "Österreich"  ->  owner 11
    country "Germany"     ->  owner 12 or 13: the same for this contact, always
    country "France"      ->  owner 14

Who is next follows from the contact's id, so it needs no memory, is fair over many
contacts, and comes out the same however often an event comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from marshmallow import fields, validate

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    enricher,
    parameter,
    region_of,
)

_OWNER = fields.String(
    validate=validate.Regexp(r"\d+\Z", error="Must be an owner's id: digits.")
)


@enricher(
    on=("contact.creation", "contact.propertyChange:country"),
    reads=("hubspot_owner_id", "country"),
    parameters={
        "owners": fields.List(_OWNER, required=True),
        "territories": fields.Dict(
            parameter.country(),
            fields.List(_OWNER, validate=validate.Length(min=1)),
            load_default=dict,
        ),
    },
    default=False,
)
def owner(
    contact: Contact,
    events: Sequence[Event],
    *,
    owners: Sequence[str],
    territories: Mapping[str, Sequence[str]],
) -> Iterator[Change]:
    """Choose among the owners of the contact's country, or among all others."""
    if contact["hubspot_owner_id"]:
        return
    region = region_of(contact["country"])
    theirs = next(
        (
            ids
            for name, ids in territories.items()
            if region and region_of(name) == region
        ),
        owners,
    )
    if theirs:
        yield SetProperties(hubspot_owner_id=_chosen(theirs, contact.id)).if_empty()


def _chosen(owners: Sequence[str], contact_id: str) -> str:
    """Return the contact's owner; another list moves as few contacts as it can."""
    return max(
        owners, key=lambda id_: hashlib.sha256(f"{contact_id}:{id_}".encode()).digest()
    )
