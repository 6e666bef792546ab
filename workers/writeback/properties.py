"""Writes the properties that differ, the pin among them."""

from __future__ import annotations

from app.errors import Snooze
from workers.round import Round


def write(round_: Round) -> None:
    """Update each contact whose properties should change."""
    step_aside(round_)
    updates = {job.id: job.values for job in round_.at_work() if job.values}
    if not updates:
        return
    result = round_.hubspot.objects("contacts").batch_update(updates)
    round_.fail(result.errors)
    for contact_id in result.records:
        round_.jobs[contact_id].outcome = "written"


def step_aside(round_: Round) -> None:
    """Leave contacts alone that changed since they were read.

    HubSpot has no If-Match: what was worked out from the old state could overwrite
    what a person typed a moment ago. The old events stay with the newer ones, and the
    contact is done again.
    """
    writing = [job.id for job in round_.at_work() if job.values]
    for contact_id in round_.inbox.moved(round_.claim, writing):
        round_.jobs[contact_id].fail(Snooze(0, "changed meanwhile; done again"))
