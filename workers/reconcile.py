"""The main flow: claim, read, act, write, hand back.

A webhook is a hint: what counts is what the contact looks like now. Whatever comes
twice, late or out of order ends in the same place: no difference, no write.
"""

from __future__ import annotations

import functools
import os
import socket
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence

import structlog

from app.errors import Skip, Snooze, StoreDown
from app.events import wire
from app.events.claim import Claim
from app.services import Services
from workers import checkup, writeback
from workers.changes import Change, described
from workers.contact import Contact
from workers.ending import give_back, hand_back
from workers.limit import Limited, time_limit
from workers.lookups import NOBODY, Desk, look_up, reads
from workers.reading import (
    dismiss,
    gather,
    of_interest,
    read,
    recognise,
    uncover,
    wanted,
)
from workers.round import Job, Lease, Round
from workers.rules.rule import Rule
from workers.stop import NEVER, Stop
from workers.weighing import weigh


def reconcile(
    services: Services,
    rules: Sequence[Rule],
    portal: str,
    call_for_help: Callable[[], None] = lambda: None,
    desk: Desk = NOBODY,
    *,
    stop: Stop = NEVER,
    on_recovery: checkup.OnRecovery = checkup.do_nothing,
) -> int:
    """Bring one claim's contacts into the state that the rules want.

    Args:
        services: what the round works with.
        rules: what there is to do, in order.
        portal: whose contacts are due.
        call_for_help: called when more are due than this round takes in hand.
        desk: where providers are asked.
        stop: says by when the worker has to be done.
        on_recovery: called when this worker finds an ill portal well again.

    Returns how many contacts were in hand.

    Raises:
        StoreDown: the contacts were given back, or come back when the lease runs out.
        Stopped: nothing was in hand.

    """
    if stop.ordered or services.throttle.paused(portal):
        return 0
    if not checkup.may_work(services, portal, on_recovery):
        return 0
    token, most = new_token(), services.settings.round_contacts
    with structlog.contextvars.bound_contextvars(portal=portal, round=token[-8:]):
        try:
            claim = services.inbox.claim(portal, token, most)
            if claim.still_due:
                call_for_help()
            if claim.contacts:
                go_through(services, rules, claim, desk, stop)
        except StoreDown:
            give_back(services, portal, token, stop)
            raise
    return len(claim.contacts)


def go_through(
    services: Services, rules: Sequence[Rule], claim: Claim, desk: Desk, stop: Stop
) -> None:
    """Do the round's work, and hand every contact back however it ended."""
    jobs = {claimed.contact_id: Job(claimed) for claimed in claim.contacts}
    lease = Lease(services.inbox, claim, jobs, stop)
    try:
        work(services, rules, claim, jobs, lease, desk)
    except StoreDown:
        raise
    except Exception as error:  # what stops the round stops each of its contacts
        for job in jobs.values():
            if not job.finished:
                job.fail(error)
    hand_back(services, claim, jobs.values(), desk.forget, lease.hold)


def new_token() -> str:
    """Return a name for a round that tells which process it is in."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"


def work(
    services: Services,
    rules: Sequence[Rule],
    claim: Claim,
    jobs: Mapping[str, Job],
    lease: Lease,
    desk: Desk,
) -> None:
    """Read what is, work out what should be, write the difference."""
    client = services.clients.of(claim.portal)
    hubspot = client.for_round(before_call=lease.hold, lane=lane_of(claim))
    round_ = Round(claim, services, hubspot, jobs, lease.hold)
    gather(round_)
    recognise(round_)
    dismiss(round_, rules)
    read(round_, of_interest(round_, rules, functools.partial(reads, desk=desk)))
    uncover(round_)
    look_up(round_, rules, desk)
    act(round_, rules, lease.hold)
    weigh(round_)
    writeback.write(round_)
    round_.tell()


def lane_of(claim: Claim) -> str:
    """Return "bulk" if nobody waits at a screen for any of these contacts."""
    events = (event for claimed in claim.contacts for event in claimed.events)
    lanes = {wire.lane(event).value for event in events}
    return "bulk" if lanes == {"bulk"} else "live"


def act(round_: Round, rules: Sequence[Rule], hold: Callable[[], None]) -> None:
    """Let the rules say what should change; nothing is written yet."""
    slow: set[str] = set()
    with time_limit(round_.services.settings.action_timeout_s) as limited:
        for job in round_.at_work():
            hold()
            try:
                for rule in rules:
                    job.asked = rule.name
                    consult(round_, rule, job, slow, limited)
                job.asked = ""
            except Exception as error:  # a bug is that contact's misfortune only
                job.fail(error)


def consult(
    round_: Round, rule: Rule, job: Job, slow: set[str], limited: Limited
) -> None:
    """Ask one rule, showing it the contact as the rules before it want it.

    A rule that took too long for one contact has no further turn in this round, so
    that those who do not need it get through.
    """
    events = wanted(rule, job)
    if not events or job.contact is None:
        return
    if rule.name in slow:
        job.snooze(Snooze(1, f"{rule.name} takes too long for another contact"))
        return
    now = job.contact
    seen = {**now.properties, **job.plan.preview(now.properties)}
    contact = Contact(job.id, seen, lookups=now.lookups, deleted=now.deleted)
    try:
        with limited():
            note_down(round_, rule, job, rule(contact, events))
    except Skip:
        return
    except Snooze as later:
        job.snooze(later)
    except TimeoutError:
        slow.add(rule.name)
        raise


def note_down(
    round_: Round, rule: Rule, job: Job, changes: Generator[Change, None, None]
) -> None:
    """Add the changes to the contact's plan, or to those that are only shown."""
    for change in changes:
        if rule.dry_run:
            round_.plan(job, rule.name, described(change))
            continue
        try:
            job.plan.add(change, rule.name)
        except (TypeError, ValueError) as error:
            # Thrown where it was yielded, it names the action's file and line.
            changes.throw(error)
            raise
