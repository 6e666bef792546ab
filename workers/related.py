"""Fetches companies, deals and duplicates of many contacts at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.errors import HubSpotError
from app.hubspot.record import Record
from workers.contact import Contact, Related
from workers.knowledge.phone import e164
from workers.plan import PRIMARY_COMPANY
from workers.round import Round

# https://developers.hubspot.com/docs/api-reference/crm-companies-v3/guide
COMPANY = (
    "name",
    "domain",
    "website",
    "country",
    "industry",
    "lifecyclestage",
    "hs_parent_company_id",
    "hubspot_owner_id",
)
# https://developers.hubspot.com/docs/api-reference/crm-deals-v3/guide
DEAL = (
    "dealname",
    "dealstage",
    "pipeline",
    "amount",
    "closedate",
    "createdate",
    "hs_is_closed",
    "hubspot_owner_id",
)
CLOSED_STAGES = frozenset({"closedwon", "closedlost"})
DUPLICATE = ("email", "firstname", "lastname", "phone", "mobilephone", "createdate")
# What the lookups themselves read of the contact.
READS: Mapping[str, tuple[str, ...]] = {
    "companies": (PRIMARY_COMPANY,),
    "deals": (),
    "duplicates": ("phone", "mobilephone", "country", "work_email", "email"),
}
# What is found, and what is read of it.
RECORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "companies": ("companies", COMPANY),
    "deals": ("deals", DEAL),
    "duplicates": ("contacts", DUPLICATE),
}

Found = dict[str, Any]


def _companies(round_: Round, contacts: Sequence[Contact]) -> Found:
    """Return each contact's companies, the primary one first."""
    ids = [contact.id for contact in contacts]
    links, found = _links(round_, "contacts", "companies", ids)
    records, errors = _records(round_, "companies", links, COMPANY)
    primary = {contact.id: contact[PRIMARY_COMPANY] for contact in contacts}
    for id_, companies in links.items():
        order = sorted(companies, key=lambda each, id_=id_: each != primary[id_])  # type: ignore[misc]
        found[id_] = _related(order, records, errors)
    return found


def _deals(round_: Round, contacts: Sequence[Contact]) -> Found:
    """Return the open deals of each contact and of its companies, oldest first."""
    ids = [contact.id for contact in contacts]
    own, found = _links(round_, "contacts", "deals", ids)
    companies, failed = _links(round_, "contacts", "companies", ids)
    of_company, broken = _links(
        round_, "companies", "deals", {c for each in companies.values() for c in each}
    )
    found |= failed
    deals: dict[str, set[str]] = {}
    for id_ in ids:
        if id_ in found:
            continue
        theirs = companies.get(id_, [])
        if failures := [broken[c] for c in theirs if c in broken]:
            found[id_] = failures[0]
        deals[id_] = set(own.get(id_, ())).union(
            *(of_company.get(c, ()) for c in theirs)
        )
    records, errors = _records(round_, "deals", deals, DEAL)
    closed = {id_ for id_, record in records.items() if _is_closed(record)}
    for id_, each in deals.items():
        if id_ not in found:
            found[id_] = _related(sorted(each - closed, key=int), records, errors)
    return found


def _is_closed(deal: Record) -> bool:
    stage = deal.properties.get("dealstage")
    return deal.properties.get("hs_is_closed") == "true" or stage in CLOSED_STAGES


def _duplicates(round_: Round, contacts: Sequence[Contact]) -> Found:
    """Return the other contacts with one of a contact's numbers or addresses."""
    owners: dict[tuple[str, str], set[str]] = {}
    for contact in contacts:
        for kind, value in _marks(contact):
            owners.setdefault((kind, value), set()).add(contact.id)
    search = round_.hubspot.search("contacts")
    found: dict[str, dict[str, Related]] = {contact.id: {} for contact in contacts}
    try:
        for name, kind in (
            ("phone", "phone"),
            ("mobilephone", "phone"),
            ("email", "email"),
            ("work_email", "email"),
        ):
            values = sorted(value for k, value in owners if k == kind)
            for record in search.by_values(name, values, DUPLICATE) if values else ():
                mark = kind, (record.properties.get(name) or "").lower()
                for contact_id in owners.get(mark, set()) - {record.id}:
                    found[contact_id][record.id] = Related(record.id, record.properties)
    except HubSpotError as error:
        return {contact.id: error for contact in contacts}
    return {
        contact_id: tuple(each[id_] for id_ in sorted(each, key=int))
        for contact_id, each in found.items()
    }


def _marks(contact: Contact) -> Iterable[tuple[str, str]]:
    """Yield what no two people share."""
    for name in ("phone", "mobilephone"):
        # The other one's number has perhaps been tidied already, this one's is not.
        for number in {contact[name], e164(contact[name], contact["country"])} - {""}:
            yield "phone", number.lower()
    for name in ("work_email", "email"):
        if contact[name]:
            yield "email", contact[name].lower()


def _links(
    round_: Round, from_type: str, to_type: str, ids: Iterable[str]
) -> tuple[dict[str, list[str]], Found]:
    """Return the associated ids, and errors, by id."""
    asked = list(ids)
    if not asked:
        return {}, {}
    result = round_.hubspot.associations(from_type, to_type).batch_read(asked)
    links = {
        id_: list(dict.fromkeys(link.to_id for link in found))
        for id_, found in result.records.items()
    }
    return links, dict(result.errors)


def _records(
    round_: Round,
    object_type: str,
    links: Mapping[str, Iterable[str]],
    properties: Sequence[str],
) -> tuple[Mapping[str, Record], Mapping[str, HubSpotError]]:
    ids = sorted({id_ for each in links.values() for id_ in each})
    if not ids:
        return {}, {}
    result = round_.hubspot.objects(object_type).batch_read(ids, properties)
    return result.records, result.errors


def _related(
    ids: Iterable[str],
    records: Mapping[str, Record],
    errors: Mapping[str, HubSpotError],
) -> tuple[Related, ...] | HubSpotError:
    """Return the records; an error, unless it says that the record is gone."""
    found = []
    for id_ in ids:
        if id_ in records:
            found.append(Related(id_, records[id_].properties))
        elif errors[id_].status != 404:
            return errors[id_]
    return tuple(found)


def read_again(round_: Round, name: str, known: Mapping[str, Sequence[str]]) -> Found:
    """Return what was looked up a moment ago, from the ids by contact."""
    object_type, properties = RECORDS[name]
    records, errors = _records(round_, object_type, known, properties)
    closed = {i for i, r in records.items() if name == "deals" and _is_closed(r)}
    return {
        contact_id: _related([i for i in ids if i not in closed], records, errors)
        for contact_id, ids in known.items()
    }


FETCHES: Mapping[str, Callable[[Round, Sequence[Contact]], Found]] = {
    "companies": _companies,
    "deals": _deals,
    "duplicates": _duplicates,
}
