"""Writes the properties that differ, the pin among them."""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import Refused, Snooze
from app.events.swings import Push, Pushes, is_fight
from app.events.writes import Write
from app.hubspot import batch
from workers.round import Job, Round

# What a refusal may be about that is one property's fault.
# https://developers.hubspot.com/docs/api-reference/error-handling
DIVISIBLE = frozenset({400, 409, 422})

# So many events waiting for one contact mean that it changes all the time.
RESTLESS = 50


def write(round_: Round) -> None:
    """Update each contact whose properties should change."""
    step_aside(round_)
    fights = _part_fighters(round_)
    jobs = {job.id: job for job in round_.at_work() if job.values}
    if jobs:
        based = {job.id: _based(job) for job in jobs.values()}
        round_.services.writes.remember(round_.portal, based)
        written = _update(round_, jobs)
        _count(round_, written, fights)
    for job in round_.at_work():
        for name, reason in job.refused.items():
            round_.remark(job, "dropped", f"{name}: {reason}")


def step_aside(round_: Round) -> None:
    """Leave contacts alone that changed since they were read.

    What was worked out from the old state could cover what a person typed a moment
    ago. The old events stay with the newer ones, and the contact is done again. One
    that never comes to rest is written all the same: what that covers is put back.
    """
    patient = [
        job.id
        for job in round_.at_work()
        if job.values and len(job.claimed.events) < RESTLESS
    ]
    linger_s = round_.services.settings.linger_s
    for contact_id in round_.services.inbox.moved(round_.claim, patient):
        round_.jobs[contact_id].fail(Snooze(linger_s, "changed meanwhile; done again"))


def _update(round_: Round, jobs: Mapping[str, Job]) -> dict[str, Job]:
    """Write; once more without the properties that HubSpot finds fault with."""
    contacts = round_.hubspot.objects("contacts")
    result = contacts.batch_update({job.id: job.values for job in jobs.values()})
    written = {contact_id: jobs[contact_id] for contact_id in result.records}
    errors = dict(result.errors)
    mended = {i: jobs[i] for i, error in errors.items() if _mend(jobs[i], error)}
    if mended:
        again = contacts.batch_update({i: job.values for i, job in mended.items()})
        written |= {contact_id: jobs[contact_id] for contact_id in again.records}
        errors = {i: e for i, e in errors.items() if i not in mended} | again.errors
    round_.fail(errors)
    for job in written.values():
        job.outcome = "written"
    return written


def _mend(job: Job, error: Exception) -> bool:
    """Leave out what HubSpot names as the fault; tell whether anything is left."""
    if not isinstance(error, Refused) or error.status not in DIVISIBLE:
        return False
    faults = {
        name: str(detail.get("message") or error)
        for detail in error.details
        for name in batch.context(detail, "propertyName")
        if name in job.values
    }
    if error.status == 409 and "email" in job.values:
        faults["email"] = str(error)  # the address is another contact's
    if not faults or len(faults) == len(job.values):
        return False
    job.refused |= faults
    for name in faults:
        del job.values[name]
    return True


def _part_fighters(round_: Round) -> dict[str, Pushes]:
    """Leave properties alone that are written to and fro; return earlier writes."""
    wanted = {job.id: job.values for job in round_.at_work() if job.values}
    pushes = round_.services.swings.of(round_.portal, wanted)
    for contact_id, by_name in pushes.items():
        job = round_.jobs[contact_id]
        for name, earlier in by_name.items():
            if is_fight(earlier, job.values[name]):
                round_.remark(job, "frozen", _story(job, name, earlier))
                del job.values[name]
    return pushes


def _story(job: Job, name: str, earlier: list[Push]) -> str:
    sides = dict.fromkeys(str(push) for push in earlier)
    return (
        f"{name} swings to and fro and is left alone for an hour: "
        f"{'; '.join(sides)}; somebody made it {job.before(name)!r:.60} again"
    )


def _count(
    round_: Round, written: Mapping[str, Job], earlier: Mapping[str, Pushes]
) -> None:
    swings = round_.services.swings
    round_.services.swings.remember(
        round_.portal,
        {
            job.id: {
                name: [
                    *earlier.get(job.id, {}).get(name, []),
                    swings.push(job.before(name), value, job.by.get(name, "")),
                ]
                for name, value in job.values.items()
            }
            for job in written.values()
        },
    )


def _based(job: Job) -> dict[str, Write]:
    return {name: Write(value, job.updated_at) for name, value in job.values.items()}
