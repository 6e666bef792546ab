"""Writes the properties that differ, the pin among them."""

from __future__ import annotations

from app.errors import Snooze
from app.events.writes import Write
from workers.round import Job, Round


def write(round_: Round) -> None:
    """Update each contact whose properties should change."""
    step_aside(round_)
    jobs = {job.id: job for job in round_.at_work() if job.values}
    if not jobs:
        return
    based = {job.id: _based(job) for job in jobs.values()}
    round_.services.writes.remember(round_.portal, based)
    updates = {job.id: job.values for job in jobs.values()}
    result = round_.hubspot.objects("contacts").batch_update(updates)
    round_.fail(result.errors)
    for contact_id in result.records:
        jobs[contact_id].outcome = "written"


def step_aside(round_: Round) -> None:
    """Leave contacts alone that changed since they were read.

    What was worked out from the old state could cover what a person typed a moment
    ago. The old events stay with the newer ones, and the contact is done again.
    """
    writing = [job.id for job in round_.at_work() if job.values]
    for contact_id in round_.services.inbox.moved(round_.claim, writing):
        round_.jobs[contact_id].fail(Snooze(0, "changed meanwhile; done again"))


def _based(job: Job) -> dict[str, Write]:
    return {name: Write(value, job.updated_at) for name, value in job.values.items()}
