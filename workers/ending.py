"""The end of a round: every contact is settled, given back, re-aimed or buried."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection, Iterable

from app import logs
from app.errors import Denied, GiveUp, Stopped, StoreDown, Verdict
from app.events.claim import Claim, Postponement
from app.events.letter import Burial
from app.services import Services
from workers import checkup, erasure, retry
from workers.round import Job
from workers.stop import Stop

# How long a property that could not be written makes no second dead letter.
TOLD_S = 24 * 3600.0
# How long a store that went away in the middle of a round is waited for, to tell it.
PATIENCE_S = 300.0
STORE_AGAIN_S = 0.5

log = logs.get()


def hand_back(
    services: Services,
    claim: Claim,
    jobs: Collection[Job],
    forget: Callable[[str, str], None],
    hold: Callable[[], None] = lambda: None,
) -> None:
    """Settle what ended well; let the class of its error decide about the rest.

    Args:
        services: what the round works with.
        claim: the contacts in hand.
        jobs: how far they got.
        forget: called with portal and contact id of a privacy deletion.
        hold: called before HubSpot is asked, to keep the contacts ours.

    """
    errors = [job.failure for job in jobs]
    findings = checkup.examine(services, claim.portal, errors, hold)
    private = {job.id for job in jobs if erasure.asks_for_it(job)}
    erasure.erase(services, claim, [j for j in jobs if j.id in private], forget)
    settled: list[tuple[str, str]] = []
    delays: list[Postponement] = []
    burials: dict[str, Burial] = {}
    for job in jobs:
        job.failure = job.failure or job.later or _refusal(services, claim, job)
        if job.failure is None:
            if job.survivor:
                services.inbox.reaim(claim, [job.id], job.survivor)
            else:
                settled.append((job.id, job.outcome))
            continue
        verdict = judge(services, job, findings)
        match verdict.verdict:
            case Verdict.RETRY | Verdict.WAIT | Verdict.PAUSE:
                counts = verdict.verdict is Verdict.RETRY
                delays.append(
                    Postponement(job.id, verdict.delay_s, counts, verdict.error)
                )
            case Verdict.BURY if job.id in private:
                # A dead letter would keep what is to be forgotten.
                settled.append((job.id, "forgotten"))
            case Verdict.BURY:
                burials[job.id] = _burial(job, verdict)
    services.inbox.settle(claim, settled)
    services.inbox.postpone(claim, delays)
    erasure.take_back(services, claim.portal, (j for j in jobs if j.id in burials))
    services.inbox.bury(claim, list(burials.values()))
    _tell(services, claim, jobs)
    # Something of those has been in the store's file again, and is gone again.
    if private or services.forgotten.any_of(claim.portal, [job.id for job in jobs]):
        services.inbox.note_erasure()


def _burial(job: Job, decision: retry.Decision) -> Burial:
    wanted_by = {job.by[name] for name in job.refused if name in job.by}
    return Burial(
        job.id,
        decision.reason,
        decision.error,
        decision.detail,
        error_class=decision.error_class,
        category=decision.category,
        correlation_id=decision.correlation_id,
        location=decision.location,
        action=job.asked or ", ".join(sorted(wanted_by)),
    )


def give_back(services: Services, portal: str, token: str, stop: Stop) -> None:
    """Give back the contacts of a round that the store broke off, when it answers.

    A lease that runs out counts as the death of a worker, and three of them as the
    contact's fault; this was neither. A store that stays away for long is given up.
    """
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            returned = services.inbox.give_back(portal, token)
        except StoreDown:
            if stop.over or time.monotonic() > until:
                return
            time.sleep(STORE_AGAIN_S)
        else:
            log.info("contacts_given_back", contacts=returned)
            return


def _refusal(services: Services, claim: Claim, job: Job) -> GiveUp | None:
    """Return what a person must see: once a day, not with every event."""
    if not job.refused or set(job.refused) <= _told(services, claim, job):
        return None
    reasons = [f"{name}: {reason}" for name, reason in sorted(job.refused.items())]
    return GiveUp(f"not written ({'; '.join(reasons)}); everything else was")


def _told(services: Services, claim: Claim, job: Job) -> set[str]:
    things = [(job.id, f"refused:{name}") for name in job.refused]
    known = services.ledger.known(claim.portal, things)
    # What else is known of the contact keeps these marks longer than they count.
    since = time.time() - TOLD_S
    return {
        name.partition(":")[2]
        for (_, name), told in known.items()
        if float(told.partition(" ")[2] or 0) > since
    }


def _tell(services: Services, claim: Claim, jobs: Iterable[Job]) -> None:
    """Remember whose refusals have become dead letters."""
    now = time.time()
    told = {
        (job.id, f"refused:{name}"): f"told {now}"
        for job in jobs
        if isinstance(job.failure, GiveUp)
        for name in job.refused
    }
    services.ledger.confirm(claim.portal, claim.token, told, ttl_s=TOLD_S)


def judge(
    services: Services, job: Job, findings: retry.Findings = retry.NOTHING_FOUND
) -> retry.Decision:
    """Decide what becomes of a contact that failed, and say so if it is its own."""
    assert job.failure is not None  # noqa: S101 - only failed jobs come here
    decision = retry.decide(
        job.failure,
        job.claimed.attempts,
        services.settings.max_attempts,
        random.uniform,
        findings,
    )
    log.log(
        _loudness(job.failure, findings),
        f"contact_{decision.verdict.value}",
        contact=job.id,
        error=decision.error,
        attempts=job.claimed.attempts + 1,
        again_in_s=round(decision.delay_s, 1),
    )
    return decision


def _loudness(failure: Exception, findings: retry.Findings) -> int:
    """Return the log level: what hits all contacts alike is told once, elsewhere."""
    shared = findings.innocent and retry.is_suspect(failure)
    if shared or isinstance(failure, Denied | Stopped):
        return logging.DEBUG
    return logging.WARNING
