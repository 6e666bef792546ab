"""Finds the activity to pin on each contact, or writes the note that is pinned.

The pin itself is a property of the contact; it is written with the others, after the
association that HubSpot wants to see first.
https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from app.errors import HubSpotError, Verdict
from app.events.ledger import Standing, Thing
from app.hubspot.association_type import DEFAULT_TYPES, Association
from app.hubspot.record import NewRecord
from workers.changes import Note
from workers.round import Job, Round

PIN = "hs_pinned_engagement_id"
# Of a contact with more activities of a kind than this only the youngest are compared.
MOST_COMPARED = 100
NOTE_TO_CONTACT = (DEFAULT_TYPES["notes", "contacts"],)
# How long a note that was written counts as written, although a person deleted it.
REMEMBERED_S = 30 * 24 * 3600.0


def resolve(round_: Round, now: Callable[[], float] = time.time) -> None:
    """Put the id of the activity to pin among the properties of each job."""
    wishes = {
        job.id: job for job in round_.at_work() if job.pin and not job.current(PIN)
    }
    activities = _activities(round_, wishes)
    newest = _newest(round_, activities)
    notes: dict[str, Note] = {}
    for job in _still(wishes):
        if job.id in newest:
            job.values[PIN] = newest[job.id]
        elif job.pin and job.pin.otherwise and not activities.get(job.id):
            notes[job.id] = job.pin.otherwise
    for contact_id, note_id in _write_once(round_, notes, now).items():
        round_.jobs[contact_id].values[PIN] = note_id


def _still(jobs: Mapping[str, Job]) -> list[Job]:
    return [job for job in jobs.values() if not job.finished]


def _activities(
    round_: Round, wishes: Mapping[str, Job]
) -> dict[str, list[tuple[str, str]]]:
    """Return (kind, id) of each contact's activities of the kinds it wants."""
    found: dict[str, list[tuple[str, str]]] = {}
    kinds = sorted(
        {kind for job in wishes.values() if job.pin for kind in job.pin.kinds}
    )
    for kind in kinds:
        wanting = [j.id for j in _still(wishes) if j.pin and kind in j.pin.kinds]
        if not wanting:
            continue
        result = round_.hubspot.associations("contacts", kind).batch_read(wanting)
        round_.fail(result.errors)
        for contact_id, links in result.records.items():
            ids = sorted((link.to_id for link in links), key=int)[-MOST_COMPARED:]
            found.setdefault(contact_id, []).extend((kind, id_) for id_ in ids)
    return found


def _newest(
    round_: Round, activities: Mapping[str, Iterable[tuple[str, str]]]
) -> dict[str, str]:
    """Return the id of each contact's newest activity, by hs_timestamp."""
    owners: dict[str, dict[str, list[str]]] = {}
    for contact_id, pairs in activities.items():
        for kind, id_ in pairs:
            owners.setdefault(kind, {}).setdefault(id_, []).append(contact_id)
    best: dict[str, tuple[str, int]] = {}
    for kind, by_id in owners.items():
        result = round_.hubspot.objects(kind).batch_read(list(by_id), ["hs_timestamp"])
        for record in result.records.values():
            # ISO 8601 in UTC: the order of the texts is the order of the times.
            age = (record.properties.get("hs_timestamp") or "", int(record.id))
            for contact_id in by_id[record.id]:
                best[contact_id] = max(best.get(contact_id, ("", 0)), age)
        _fail_unread(round_, by_id, result.errors)
    return {contact_id: str(id_) for contact_id, (_, id_) in best.items()}


def _fail_unread(
    round_: Round, owners: Mapping[str, list[str]], errors: Mapping[str, HubSpotError]
) -> None:
    """Fail the contacts of activities that could not be read; deleted ones are none."""
    for id_, error in errors.items():
        if error.status != 404:
            round_.fail(dict.fromkeys(owners[id_], error))


def _write_once(
    round_: Round, notes: Mapping[str, Note], now: Callable[[], float]
) -> dict[str, str]:
    """Write notes that were never written; return their ids by contact.

    No grace: an open announcement can only be of an earlier round with this contact,
    and what that round may have written would have been among the activities.
    """
    things = {
        contact_id: _thing(contact_id, note) for contact_id, note in notes.items()
    }
    entries = round_.ledger.reserve(
        round_.portal,
        round_.token,
        list(things.values()),
        ttl_s=REMEMBERED_S,
        grace_s=0,
    )
    ours = [c for c in notes if entries[things[c]].standing is Standing.YOURS]
    if not ours:
        return {}
    new = [_record(contact_id, notes[contact_id], now()) for contact_id in ours]
    result = round_.hubspot.objects("notes").batch_create(new)
    made = {contact_id: record.id for contact_id, record in result.records.items()}
    ids = {things[contact_id]: note_id for contact_id, note_id in made.items()}
    round_.ledger.confirm(round_.portal, round_.token, ids, ttl_s=REMEMBERED_S)
    # A refusal is certain; after a broken answer the next round has to look.
    refused = [c for c, e in result.errors.items() if e.verdict is not Verdict.RETRY]
    round_.ledger.release(round_.portal, round_.token, [things[c] for c in refused])
    round_.fail(result.errors)
    return made


def _thing(contact_id: str, note: Note) -> Thing:
    return contact_id, f"note:{note.key}"


def _record(contact_id: str, note: Note, written_at: float) -> NewRecord:
    return NewRecord(
        {"hs_note_body": note.body, "hs_timestamp": str(int(written_at * 1000))},
        associations=[Association(contact_id, NOTE_TO_CONTACT)],
        key=contact_id,
    )
