"""Decides which of the wished values are written: types, policies, differences.

What no action declared to read is read here, once for the batch, and so is the history
of properties whose policy asks who set them; so most rounds read nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.hubspot.record import PropertyVersion, Record
from workers import definitions
from workers.contact import Contact
from workers.round import Job, Round
from workers.values import Definition, Unfit, fitted, same
from workers.wish import PLAIN, Standing, Wish, outcome

# HubSpot does not document the list; whatever begins with "CRM_UI" or "MOBILE" counts.
# https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
PEOPLES_SOURCES = frozenset({"CONTACTS", "CONTACTS_WEB", "FORM", "SALES"})

Standings = dict[str, Standing]


def weigh(round_: Round) -> None:
    """Give every job the values to write: what differs, fits and may be written."""
    _complete(round_)
    _fit(round_)
    histories = _histories(round_)
    for job in round_.at_work():
        theirs = histories.get(job.id, {})
        for name, wishes in job.plan.wishes.items():
            standing = theirs.get(name) or Standing(_value(job, name))
            end = outcome(wishes, standing)
            if end.value != standing.value:
                job.values[name] = end.value
                job.by[name] = next(w.by for w in wishes[::-1] if w.value == end.value)


def _complete(round_: Round) -> None:
    """Read what the plans are about and no action declared to read."""
    missing = {
        job.id: job.plan.needs - set(job.contact.properties)
        for job in round_.at_work()
        if job.contact and not job.contact.deleted
    }
    names = set().union(*missing.values())
    if not names:
        return
    asked = [contact_id for contact_id, lacking in missing.items() if lacking]
    contacts = round_.hubspot.objects("contacts")
    found = contacts.batch_read(asked, sorted(names))
    round_.fail(found.errors)
    for record in found.records.values():
        job = round_.jobs[record.id]
        if job.contact:
            extra = {name: record.properties.get(name) for name in names}
            properties = {**extra, **job.contact.properties}
            job.contact = Contact(job.id, properties, job.contact.lookups)


def _fit(round_: Round) -> None:
    """Give the wished values the form of their types; leave out what does not fit."""
    differing = {job.id: _differing(job) for job in round_.at_work()}
    names = set().union(*differing.values())
    if not names:
        return
    known = definitions.of(round_, sorted(names))
    for job in round_.at_work():
        for name in differing[job.id]:
            if name in known:
                _fit_one(job, name, known[name])


def _differing(job: Job) -> list[str]:
    """Return the properties with a wish for another value than they have."""
    return [
        name
        for name, wishes in job.plan.wishes.items()
        if _differ(wishes, _value(job, name))
    ]


def _differ(wishes: Sequence[Wish], now: str) -> bool:
    return any(wish.value != now for wish in wishes)


def _fit_one(job: Job, name: str, definition: Definition | None) -> None:
    if definition is None:
        job.refused[name] = "does not exist"
        job.by[name] = job.plan.wishes.pop(name)[-1].by
        return
    kept: list[Wish] = []
    for wish in job.plan.wishes[name]:
        try:
            value = _form(name, definition, wish.value, _value(job, name))
        except Unfit as error:
            job.refused[name] = str(error)
            job.by.setdefault(name, wish.by)
        else:
            kept.append(replace(wish, value=value))
    job.plan.wishes[name] = kept


def _form(name: str, definition: Definition, value: str, now: str) -> str:
    """Return the value in HubSpot's form, or the present one where that is the same."""
    if name == "email":
        value = value.strip().lower()
    form = fitted(definition, value)
    try:
        return now if same(definition, form, fitted(definition, now)) else form
    except Unfit:  # what HubSpot itself holds is not always what it would take
        return form


def _value(job: Job, name: str) -> str:
    properties: Mapping[str, str | None] = job.contact.properties if job.contact else {}
    return properties.get(name) or ""


def _histories(round_: Round) -> dict[str, Standings]:
    """Read who set the properties, and when, where a policy asks for it."""
    asked = {
        job.id: asking for job in round_.at_work() if (asking := _asking_policies(job))
    }
    if not asked:
        return {}
    names = sorted(set().union(*asked.values()))
    contacts = round_.hubspot.objects("contacts")
    found = contacts.batch_read(list(asked), names, properties_with_history=names)
    round_.fail(found.errors)
    return {
        record.id: {name: _standing(record, name) for name in asked[record.id]}
        for record in found.records.values()
    }


def _asking_policies(job: Job) -> set[str]:
    return {
        name
        for name in _differing(job)
        if any(wish.policy not in PLAIN for wish in job.plan.wishes[name])
    }


def _standing(record: Record, name: str) -> Standing:
    value = record.properties.get(name) or ""
    versions: Sequence[PropertyVersion] = record.history.get(name, ())
    if not versions:
        return Standing(value)
    newest = versions[0]
    return Standing(value, newest.set_at or 0.0, _is_a_persons(newest.source_type))


def _is_a_persons(source: str) -> bool:
    return source in PEOPLES_SOURCES or source.startswith(("CRM_UI", "MOBILE"))
