"""Contacts that go away while a round is at work on them: deleted, or merged.

HubSpot then refuses what is about them in many ways, and does not say why: a contact
that is missing makes an association invalid, and an update is just left out. So who was
refused is looked for once more. One that is gone is no failure, and the events of one
that was merged meanwhile are the survivor's.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import GiveUp, Outdated, Refused
from workers.reading import is_told_gone, part
from workers.round import Job, Round


def find_out(round_: Round, seen: Sequence[Job]) -> None:
    """Tell those that are gone from those that HubSpot has refused.

    Args:
        round_: whose writing is over.
        seen: the contacts that were there when they were read.

    """
    doubtful = [job.id for job in seen if _is_doubtful(job)]
    if not doubtful:
        return
    found = round_.hubspot.objects("contacts").batch_read(doubtful, [])
    gone = [i for i, error in found.errors.items() if error.status == 404]
    unread = {i: e for i, e in found.errors.items() if e.status != 404}
    for contact_id in gone:
        job = round_.jobs[contact_id]
        job.refused.clear()
        job.failure, job.finished = None, False
        if is_told_gone(job):
            # It was still there when it was read; who reacts to its end comes next.
            job.fail(Outdated(f"contact {contact_id} has just gone"))
    part(round_, gone, {})
    for contact_id in {*found.records, *unread}:
        job = round_.jobs[contact_id]
        if job.failure is None:
            strange = Outdated(f"contact {contact_id} was not found, and now it is")
            job.fail(unread.get(contact_id) or strange)


def _is_doubtful(job: Job) -> bool:
    """Tell whether a contact that is gone could be the reason."""
    if job.contact is None or job.contact.deleted:
        return False
    return isinstance(job.failure, Refused | GiveUp) or (
        job.failure is None and job.outcome == "gone"
    )
