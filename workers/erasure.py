"""Forgets contacts that asked for it, wherever something of them may be kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from app.events import keys
from app.events.claim import Claim
from app.services import Services
from workers.round import Job


def asks_for_it(job: Job) -> bool:
    """Tell whether the contact of a job must be forgotten."""
    happenings = (event.happening for event in job.claimed.events)
    return not job.survivor and "privacyDeletion" in happenings


def erase(
    services: Services,
    claim: Claim,
    jobs: Collection[Job],
    forget: Callable[[str, str], None],
) -> None:
    """Forget the contacts of these jobs, and those that were merged into them.

    Args:
        services: where things are kept.
        claim: the contacts are in our hands under it.
        jobs: those that asked for it.
        forget: called with portal and contact id, for what sources have answered.

    Raises:
        StoreDown: the rest is forgotten when the contacts come again.

    """
    contacts = [
        name
        for job in jobs
        for name in (job.id, *services.inbox.former(claim.portal, job.id))
    ]
    if not contacts:
        return
    # First of all, or what comes in the meantime would be kept.
    services.forgotten.remember(claim.portal, contacts)
    for job in jobs:
        services.inbox.forget(claim, job.id)
    _strike_out(services, claim.portal, contacts)
    for contact_id in contacts:
        forget(claim.portal, contact_id)


def take_back(services: Services, portal: str, jobs: Iterable[Job]) -> None:
    """Let dead letters be made of contacts that are there, whatever was said before."""
    there = [job.id for job in jobs if job.contact and not job.contact.deleted]
    services.forgotten.take_back(portal, there)


def _strike_out(services: Services, portal: str, contacts: Sequence[str]) -> None:
    """Look once through what is kept of all contacts together."""
    for memory in (
        services.remarks,
        services.plans,
        services.trail,
        services.deliveries,
    ):
        memory.forget(portal, contacts)
    # What could not be read may have lost its portal.
    for place in (portal, keys.NOWHERE):
        services.dead.forget(place, contacts)
        for contact_id in contacts:
            services.archive.forget(place, contact_id)
