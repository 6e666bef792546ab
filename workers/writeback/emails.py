"""Adds secondary e-mail addresses, which HubSpot takes one by one."""

from __future__ import annotations

from app.errors import GiveUp, HubSpotError, Verdict
from workers.plan import SECONDARY_EMAILS
from workers.round import Job, Round


def add(round_: Round) -> None:
    """Add the addresses that the contacts do not have yet."""
    contacts = round_.hubspot.contacts_v1
    for job in round_.at_work():
        if not job.plan.emails:
            continue
        for email in sorted(job.plan.emails - _known(job)):
            try:
                contacts.add_secondary_email(job.id, email)
            except HubSpotError as error:
                job.fail(_failure(email, error))
                break
            job.outcome = "written"


def _known(job: Job) -> set[str]:
    known = {job.current("email"), *job.current(SECONDARY_EMAILS).split(";")}
    return {email.strip().lower() for email in known}


def _failure(email: str, error: HubSpotError) -> Exception:
    if error.verdict is not Verdict.BURY:
        return error
    return GiveUp(f"{email} cannot be a secondary e-mail address: {error}")
