"""Finds the activity to pin on each contact, or takes the pin away.

The pin itself is a property of the contact; it is written with the others, after the
association that HubSpot wants to see first. Which pins are hubkeeper's own is noted
down in the ledger; every other pin is a person's.
https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.hubspot.record import Record
from workers.changes import LogActivity, PinActivity, PinLatest, PinPolicy
from workers.plan import PIN
from workers.round import Job, Round
from workers.writeback import activities

# How long a pin that was set by hubkeeper is known to be its own.
REMEMBERED_S = 365 * 24 * 3600.0
# Of a contact with more activities of a kind than this only the youngest are compared.
MOST_COMPARED = 100
READ = ("hs_timestamp", "hs_task_status", "hs_task_priority", "hs_meeting_outcome")
# https://developers.hubspot.com/docs/api-reference/crm-tasks-v3/guide
URGENCY = {"HIGH": 3, "MEDIUM": 2, "LOW": 1}
# https://developers.hubspot.com/docs/api-reference/crm-meetings-v3/guide
CLOSED = frozenset({"COMPLETED", "CANCELED"})

# (kind, id) of an activity
Activity = tuple[str, str]


def resolve(round_: Round) -> None:
    """Put the id of the activity to pin among the properties of each job."""
    jobs = [job for job in round_.at_work() if job.plan.pin or job.plan.unpin]
    if not jobs:
        return
    known = round_.ledger.known(round_.portal, [(job.id, "pin") for job in jobs])
    own = {contact_id: pinned for (contact_id, _), pinned in known.items()}
    _unpin(round_, [job for job in jobs if job.plan.unpin], own)
    free = [job for job in jobs if not job.finished and _may_pin(job, own)]
    latest = {
        job.id: job.plan.pin for job in free if isinstance(job.plan.pin, PinLatest)
    }
    _pin_latest(round_, {i: pin for i, pin in latest.items() if pin}, own)
    for job in free:
        match job.plan.pin:
            case PinActivity(kind=kind, activity_id=activity_id):
                if job.current(PIN) != activity_id:
                    job.plan.links.setdefault((kind, activity_id), set()).add("")
                _set(job, activity_id)
            case LogActivity(key=key):
                _set(job, job.activity_ids.get(key, ""))
    _note_down(round_, jobs)


def _may_pin(job: Job, own: Mapping[str, str]) -> bool:
    pinned, pin = job.current(PIN), job.plan.pin
    return pin is not None and (not pinned or _gives_way(job, pin.policy, own))


def _gives_way(job: Job, policy: PinPolicy, own: Mapping[str, str]) -> bool:
    is_own = own.get(job.id) == job.current(PIN)
    return policy is PinPolicy.ANY or (policy is PinPolicy.OUR_OWN and is_own)


def _set(job: Job, activity_id: str) -> None:
    if activity_id and not job.finished and job.current(PIN) != activity_id:
        job.values[PIN] = activity_id
        job.by[PIN] = "pin"


def _note_down(round_: Round, jobs: Sequence[Job]) -> None:
    """Remember our pins before they are set: a pin that is not noted is a person's."""
    pins = {
        (job.id, "pin"): job.values[PIN]
        for job in jobs
        if not job.finished and job.values.get(PIN)
    }
    round_.ledger.confirm(round_.portal, round_.token, pins, ttl_s=REMEMBERED_S)


def _unpin(round_: Round, jobs: Sequence[Job], own: Mapping[str, str]) -> None:
    """Take away the pins that may go."""
    going = [
        job
        for job in jobs
        if job.plan.unpin
        and job.current(PIN)
        and _gives_way(job, job.plan.unpin.policy, own)
    ]
    asking = [job for job in going if job.plan.unpin and job.plan.unpin.if_closed]
    closed = _closed(round_, {job.current(PIN): job for job in asking})
    for job in going:
        if job.finished:
            continue
        if job not in asking or job.current(PIN) in closed:
            job.values[PIN] = ""
            job.by[PIN] = "unpin"


def _closed(round_: Round, pinned: Mapping[str, Job]) -> set[str]:
    """Return those that are completed tasks, or meetings that took place or not."""
    closed: set[str] = set()
    for kind in ("tasks", "meetings") if pinned else ():
        found = round_.hubspot.objects(kind).batch_read(list(pinned), READ)
        closed.update(r.id for r in found.records.values() if _is_closed(r))
        for id_, error in found.errors.items():
            if error.status != 404:  # it may be of another kind, or gone
                round_.fail({pinned[id_].id: error})
    return closed


def _is_closed(record: Record) -> bool:
    now = record.properties
    return bool({now.get("hs_task_status"), now.get("hs_meeting_outcome")} & CLOSED)


def _pin_latest(
    round_: Round, pins: Mapping[str, PinLatest], own: Mapping[str, str]
) -> None:
    linked = _linked(round_, pins)
    records = _read(round_, linked)
    notes: dict[tuple[str, str], LogActivity] = {}
    for contact_id, pin in pins.items():
        job = round_.jobs[contact_id]
        if job.finished:
            continue
        theirs = linked.get(contact_id, [])
        best = _best(pin, [(a[0], records[a]) for a in theirs if a in records])
        if pin.again or best != own.get(contact_id):
            _set(job, best)
        if pin.otherwise and not theirs:
            notes[contact_id, pin.otherwise.key] = pin.otherwise
    activities.write_once(round_, notes)
    for contact_id, key in notes:
        job = round_.jobs[contact_id]
        _set(job, job.activity_ids.get(key, ""))


def _linked(round_: Round, pins: Mapping[str, PinLatest]) -> dict[str, list[Activity]]:
    """Return each contact's activities of the kinds it wants."""
    found: dict[str, list[Activity]] = {}
    for kind in sorted({kind for pin in pins.values() for kind in pin.kinds}):
        wanting = [
            i
            for i, p in pins.items()
            if kind in p.kinds and not round_.jobs[i].finished
        ]
        if not wanting:
            continue
        result = round_.hubspot.associations("contacts", kind).batch_read(wanting)
        round_.fail(result.errors)
        for contact_id, links in result.records.items():
            ids = sorted((link.to_id for link in links), key=int)[-MOST_COMPARED:]
            found.setdefault(contact_id, []).extend((kind, id_) for id_ in ids)
    return found


def _read(
    round_: Round, linked: Mapping[str, Sequence[Activity]]
) -> dict[Activity, Record]:
    """Read the activities; fail the contacts of those that could not be read."""
    owners: dict[str, dict[str, list[str]]] = {}
    for contact_id, each in linked.items():
        for kind, id_ in each:
            owners.setdefault(kind, {}).setdefault(id_, []).append(contact_id)
    records: dict[Activity, Record] = {}
    for kind, by_id in owners.items():
        names = READ if kind in ("tasks", "meetings") else READ[:1]
        result = round_.hubspot.objects(kind).batch_read(list(by_id), names)
        records |= {(kind, id_): record for id_, record in result.records.items()}
        for id_, error in result.errors.items():
            if error.status != 404:  # deleted ones are none
                round_.fail(dict.fromkeys(by_id[id_], error))
    return records


def _best(pin: PinLatest, found: Sequence[tuple[str, Record]]) -> str:
    """Return the id of the activity to pin, "" for none."""
    if pin.order == "priority":
        found = [(k, r) for k, r in found if k == "tasks" and not _is_closed(r)]
        # The most urgent one; of these the one that was due first.
        return min(found, key=_urgency)[1].id if found else ""
    # ISO 8601 in UTC: the order of the texts is the order of the times.
    ages = [(r.properties.get("hs_timestamp") or "", int(r.id)) for _, r in found]
    return str(max(ages)[1]) if ages else ""


def _urgency(activity: tuple[str, Record]) -> tuple[int, str, int]:
    now = activity[1].properties
    priority = URGENCY.get(now.get("hs_task_priority") or "", 0)
    return -priority, now.get("hs_timestamp") or "~", int(activity[1].id)
