"""Associates contacts with companies."""

from __future__ import annotations

from app.errors import Outdated, Verdict
from app.hubspot.association_type import (
    CONTACT_TO_PRIMARY_COMPANY,
    DEFAULT_TYPES,
    AssociationType,
)
from workers.round import Job, Round
from workers.writeback import companies


def write(round_: Round) -> None:
    """Associate each contact with its company; the first one becomes primary."""
    wishes = {
        (job.id, job.company_id): job
        for job in round_.at_work()
        if job.company and job.company_id and not _has(job)
    }
    if not wishes:
        return
    links = [(*pair, [_type(job)]) for pair, job in wishes.items()]
    result = round_.hubspot.associations("contacts", "companies").batch_create(links)
    for pair, job in wishes.items():
        error = result.errors.get(pair)
        if error is None:
            job.outcome = "written"
        elif error.verdict is Verdict.BURY and job.company:
            companies.forget(round_, [job.company.domain])
            job.fail(Outdated(f"company {job.company_id}: {error}"))
        else:
            job.fail(error)


def _has(job: Job) -> bool:
    """Tell whether the company is the contact's primary one already."""
    return job.current("associatedcompanyid") == job.company_id


def _type(job: Job) -> AssociationType:
    primary = job.company and job.company.primary
    if primary and not job.current("associatedcompanyid"):
        return CONTACT_TO_PRIMARY_COMPANY
    return DEFAULT_TYPES["contacts", "companies"]
