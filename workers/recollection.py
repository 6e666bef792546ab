"""Which records were looked up for a contact that has to come again.

The contact itself is read anew in every round, as it may have moved. To search for its
duplicates or to walk along its associations again, a moment later and for the same
events, would only cost calls. Ids are kept, nothing else: the records are read anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from workers.related import RECORDS, read_again
from workers.round import Job, Round

TOPIC = "looked_up"
KEPT_S = 60.0


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
