"""The main flow: claim, read, act, write, hand back.

A webhook is a hint: what counts is what the contact looks like now. Whatever comes
twice, late or out of order ends in the same place: no difference, no write.
"""

from __future__ import annotations

import os
import random
import socket
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog

from app import logs
from app.errors import Skip, StoreDown, Verdict
from app.events import wire
from app.events.inbox import Burial, Claim, Postponement
from app.events.model import Event
from app.events.writes import covered_edits
from app.services import Services
from workers import retry, writeback
from workers.changes import AssociateCompany, Change, PinLatest, SetProperties
from workers.contact import Contact
from workers.registry import Action
from workers.round import Job, Lease, Round

log = logs.get()


def reconcile(
    services: Services,
    actions: Sequence[Action],
    portal: str,
    call_for_help: Callable[[], None] = lambda: None,
) -> int:
    """Bring one claim's contacts into the state that the actions want.

    Args:
        services: what the round works with.
        actions: what there is to do, in order.
        portal: whose contacts are due.
        call_for_help: called when more are due than this round takes in hand.

    Returns how many contacts were in hand.

    Raises:
        StoreDown: the contacts stay leased and come back when the lease runs out.

    """
    if services.throttle.paused(portal):
        return 0
    most = services.settings.round_contacts
    claim = services.inbox.claim(portal, new_token(), most)
    if not claim.contacts:
        return 0
    if claim.still_due:
        call_for_help()
    jobs = {claimed.contact_id: Job(claimed) for claimed in claim.contacts}
    with structlog.contextvars.bound_contextvars(portal=portal, round=claim.token[-8:]):
        try:
            work(services, actions, claim, jobs)
        except StoreDown:
            raise
        except Exception as error:  # what stops the round stops each of its contacts
            for job in jobs.values():
                if not job.finished:
                    job.fail(error)
        hand_back(services, claim, jobs.values())
    return len(jobs)


def new_token() -> str:
    """Return a name for a round that tells which process it is in."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"


def work(
    services: Services,
    actions: Sequence[Action],
    claim: Claim,
    jobs: Mapping[str, Job],
) -> None:
    """Read what is, work out what should be, write the difference."""
    lease = Lease(services.inbox, claim, jobs)
    client = services.clients.of(claim.portal)
    hubspot = client.for_round(before_call=lease.hold, lane=lane_of(claim))
    round_ = Round(claim, services, hubspot, jobs)
    dismiss(round_, actions)
    read(round_, actions)
    uncover(round_)
    act(round_, actions)
    writeback.write(round_)


def lane_of(claim: Claim) -> str:
    """Return "bulk" if nobody waits at a screen for any of these contacts."""
    events = (event for claimed in claim.contacts for event in claimed.events)
    lanes = {wire.lane(event).value for event in events}
    return "bulk" if lanes == {"bulk"} else "live"


def dismiss(round_: Round, actions: Sequence[Action]) -> None:
    """Finish the contacts that nobody needs to look at."""
    for job in round_.at_work():
        happenings = {event.happening for event in job.claimed.events}
        if "privacyDeletion" in happenings:
            job.finish("forgotten")
        elif happenings == {"deletion"}:
            job.finish("gone")
        elif not any(wanted(action, job) for action in actions):
            job.finish("unconcerned")


def read(round_: Round, actions: Sequence[Action]) -> None:
    """Read the contacts as they are now, with all that their actions look at."""
    at_work = list(round_.at_work())
    if not at_work:
        return
    names = {
        name
        for action in actions
        if any(wanted(action, job) for job in at_work)
        for name in action.reads
    }
    contacts = round_.hubspot.objects("contacts")
    found = contacts.batch_read([job.id for job in at_work], sorted(names))
    round_.fail(found.errors)
    for record in found.records.values():
        # HubSpot may answer nothing at all for a name it does not know.
        blank: dict[str, str | None] = dict.fromkeys(names)
        job = round_.jobs[record.id]
        job.contact = Contact(record.id, {**blank, **record.properties})
        job.updated_at = record.updated_at or 0.0


def uncover(round_: Round) -> None:
    """Put back what people typed while an earlier round was writing over it."""
    edited = [
        job.id
        for job in round_.at_work()
        if any(event.property_name for event in job.claimed.events)
    ]
    for contact_id, writes in round_.services.writes.of(round_.portal, edited).items():
        job = round_.jobs[contact_id]
        if job.contact:
            now = job.contact.properties
            job.values |= covered_edits(job.claimed.events, writes, now)


def act(round_: Round, actions: Sequence[Action]) -> None:
    """Let the actions say what should change; nothing is written yet."""
    for job in round_.at_work():
        try:
            for action in actions:
                consult(action, job)
        except Exception as error:  # an action's bug is that contact's misfortune only
            job.fail(error)


def consult(action: Action, job: Job) -> None:
    """Ask one action, showing it the contact as the actions before it want it."""
    events = wanted(action, job)
    if not events or job.contact is None:
        return
    contact = Contact(job.id, {**job.contact.properties, **job.values})
    try:
        for change in action(contact, events):
            note_down(change, job, job.contact)
    except Skip:
        return


def note_down(change: Change, job: Job, before: Contact) -> None:
    """Remember a change; a property that would not change is none."""
    match change:
        case SetProperties(values=values):
            for name, value in values.items():
                if (before.properties.get(name) or "") == value:
                    job.values.pop(name, None)
                else:
                    job.values[name] = value
        case AssociateCompany():
            job.company = change
        case PinLatest():
            job.pin = change
        case _:
            raise TypeError(f"an action yielded {change!r}, which is no change")


def wanted(action: Action, job: Job) -> list[Event]:
    """Return those of the contact's events that the action is there for."""
    return [event for event in job.claimed.events if action.wants(event)]


def hand_back(services: Services, claim: Claim, jobs: Iterable[Job]) -> None:
    """Settle what ended well; let the class of its error decide about the rest."""
    settled: list[tuple[str, str]] = []
    delays: list[Postponement] = []
    burials: list[Burial] = []
    for job in jobs:
        if job.failure is None:
            if job.outcome == "forgotten":
                services.inbox.forget(claim, job.id)
            settled.append((job.id, job.outcome))
            continue
        verdict = judge(services, job)
        match verdict.verdict:
            case Verdict.RETRY | Verdict.WAIT | Verdict.PAUSE:
                counts = verdict.verdict is Verdict.RETRY
                delays.append(
                    Postponement(job.id, verdict.delay_s, counts, verdict.error)
                )
            case Verdict.BURY:
                burials.append(
                    Burial(job.id, verdict.reason, verdict.error, verdict.detail)
                )
        if verdict.verdict is Verdict.PAUSE:
            services.throttle.pause(claim.portal, verdict.delay_s, verdict.error)
    services.inbox.settle(claim, settled)
    services.inbox.postpone(claim, delays)
    services.inbox.bury(claim, burials)


def judge(services: Services, job: Job) -> retry.Decision:
    """Decide what becomes of a contact that failed, and say so."""
    assert job.failure is not None  # noqa: S101 - only failed jobs come here
    decision = retry.decide(
        job.failure,
        job.claimed.attempts,
        services.settings.max_attempts,
        random.uniform,
    )
    log.warning(
        f"contact_{decision.verdict.value}",
        contact=job.id,
        error=decision.error,
        attempts=job.claimed.attempts + 1,
        again_in_s=round(decision.delay_s, 1),
    )
    return decision
