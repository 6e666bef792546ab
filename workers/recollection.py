"""Which records were looked up for a contact, when it has to come again for others.

The contact itself is read anew in every round, as it may have moved. To search for its
duplicates or to walk along its associations again, a moment later and for the same
events, would only cost calls. Ids are kept, nothing else: the records are read anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from app.errors import Snooze
from workers.related import RECORDS, read_again
from workers.round import Job, Round

TOPIC = "looked_up"
KEPT_S = 60.0
# Lookups that depend on a contact's companies, and when they are made once more.
OF_COMPANIES = frozenset({"companies", "deals"})
AGAIN = "looked_up_again"
AGAIN_S = 1.0


def keep(round_: Round) -> None:
    """Note down what was looked up for contacts of which nothing was written."""
    notes = {}
    for job in round_.jobs.values():
        comes_again = job.failure or job.later
        if not comes_again or job.contact is None or job.outcome == "written":
            continue
        for name in RECORDS.keys() & job.contact.lookups.keys():
            found = job.contact.lookups[name]
            if not isinstance(found, Exception):
                ids = [record.id for record in found]
                notes[_field(name, job)] = orjson.dumps([_mark(job), ids]).decode()
    round_.services.memory.remember(round_.portal, TOPIC, notes, ttl_s=KEPT_S)


def look_again(round_: Round) -> None:
    """Come back, once, for contacts whose companies changed after they were looked up.

    A rule that makes the company of a new contact known comes before one that asks for
    the deals of that company, and HubSpot's event of it is an echo of our own.
    """
    moved = {
        job.id: job
        for job in round_.at_work()
        if job.moved_house and job.contact and OF_COMPANIES & job.contact.lookups.keys()
    }
    memory, portal = round_.services.memory, round_.portal
    before = memory.recall(portal, AGAIN, moved)
    marks = {i: _mark(job) for i, job in moved.items() if before.get(i) != _mark(job)}
    memory.remember(portal, AGAIN, marks, ttl_s=KEPT_S)
    for contact_id in marks:
        moved[contact_id].snooze(
            Snooze(AGAIN_S, "its companies have changed; looked up once more")
        )


def recall(round_: Round, name: str, jobs: Sequence[Job]) -> Mapping[str, Any]:
    """Return what was looked up for those that come again with the same events."""
    if name not in RECORDS:
        return {}
    fields = {_field(name, job): job for job in jobs}
    kept = round_.services.memory.recall(round_.portal, TOPIC, fields)
    known: dict[str, list[str]] = {}
    for field, text in kept.items():
        mark, ids = orjson.loads(text)
        if mark == _mark(fields[field]):
            known[fields[field].id] = ids
    return read_again(round_, name, known)


def _field(name: str, job: Job) -> str:
    return f"{name} {job.id}"


def _mark(job: Job) -> str:
    """Return what is the same as long as nothing new has happened."""
    keys = sorted(event.key for event in job.claimed.events)
    return hashlib.blake2b("\n".join(keys).encode(), digest_size=12).hexdigest()
