"""What ends a contact: merging duplicates into it, and moving it to the recycle bin.

Both are off unless the settings allow them; what was wanted is then remarked.
"""

from __future__ import annotations

from app.errors import HubSpotError
from workers.round import Job, Round


def restrict(round_: Round) -> None:
    """Strike what is not allowed."""
    settings = round_.services.settings
    for job in round_.at_work():
        if job.plan.merges and not settings.allow_merge:
            others = ", ".join(sorted(job.plan.merges))
            round_.remark(
                job, "left", f"not merged with {others}: ALLOW_MERGE is false"
            )
            job.plan.merges.clear()
        if job.plan.archive and not settings.allow_archive:
            round_.remark(job, "left", "not archived: ALLOW_ARCHIVE is false")
            job.plan.archive = False


def carry_out(round_: Round) -> None:
    """Merge and archive."""
    contacts = round_.hubspot.objects("contacts")
    for job in round_.at_work():
        if job.plan.merges:
            _merge(round_, job)
    leaving = [job for job in round_.at_work() if job.plan.archive]
    result = contacts.batch_archive([job.id for job in leaving])
    round_.fail(result.errors)
    for job in leaving:
        if not job.finished:
            job.outcome = "written"


def _merge(round_: Round, job: Job) -> None:
    """Merge the others into this contact, whose id may change with each of them."""
    contacts = round_.hubspot.objects("contacts")
    survivor = job.id
    for other in sorted(job.plan.merges - {job.id}, key=int):
        try:
            survivor = contacts.merge(survivor, other).id
        except HubSpotError as error:
            if error.status != 404:  # it is no more: merged or deleted already
                job.fail(error)
                return
        else:
            job.outcome = "written"
    if survivor != job.id:
        # The merge's own event tells the rest; nothing can be written to this id.
        job.plan.archive = False
