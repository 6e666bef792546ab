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
from workers import checkup, departures, recollection, soundness, writeback
from workers.changes import POSTHUMOUS, ArchiveRecord, Change
from workers.ending import give_back, hand_back
from workers.limit import Limited, time_limit
from workers.lookups import NOBODY, Desk, look_up, reads, shown
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
from workers.wording import described

# No contact needs so many changes of one rule: a loop that never ends does.
MOST_CHANGES = 1_000


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
    seen = list(round_.at_work())
    act(round_, rules, desk)
    weigh(round_)
    writeback.write(round_)
    departures.find_out(round_, seen)
    recollection.look_again(round_)
    recollection.keep(round_)
    round_.tell()


def lane_of(claim: Claim) -> str:
    """Return "bulk" if nobody waits at a screen for any of these contacts."""
    events = (event for claimed in claim.contacts for event in claimed.events)
    lanes = {wire.lane(event).value for event in events}
    return "bulk" if lanes == {"bulk"} else "live"


def act(round_: Round, rules: Sequence[Rule], desk: Desk) -> None:
    """Let each rule in its turn say what should change; nothing is written yet."""
    slow: set[str] = set()
    with time_limit(round_.services.settings.action_timeout_s) as limited:
        for turn, rule in enumerate(rules):
            look_up(round_, rules[turn:], desk)
            for job in round_.at_work():
                round_.hold()
                job.asked = rule.name
                try:
                    consult(round_, rule, job, slow, limited)
                    job.asked = ""
                except Exception as error:  # a bug is that contact's misfortune only
                    job.fail(error)


def consult(
    round_: Round, rule: Rule, job: Job, slow: set[str], limited: Limited
) -> None:
    """Ask one rule, showing it the contact as the rules before it want it.

    A rule that took too long for one contact has no further turn in this round, so
    that those who do not need it get through. One that is only tried holds up nobody.
    """
    events = wanted(rule, job)
    if not events or job.contact is None:
        return
    if rule.name in slow:
        if not rule.dry_run:
            job.snooze(Snooze(1, f"{rule.name} takes too long for another contact"))
        return
    try:
        with limited():
            note_down(round_, rule, job, rule(shown(job), events))
    except Skip:
        return
    except Snooze as later:
        job.snooze(later)
    except Exception as error:
        if isinstance(error, TimeoutError):
            slow.add(rule.name)
        if not rule.dry_run:
            raise
        round_.plan(job, rule.name, f"would fail: {type(error).__name__}: {error}")


def note_down(
    round_: Round, rule: Rule, job: Job, changes: Generator[Change, None, None]
) -> None:
    """Add the changes to the contact's plan, or to those that are only shown."""
    for count, change in enumerate(changes, start=1):
        try:
            if count > MOST_CHANGES:
                raise ValueError(f"more than {MOST_CHANGES} changes for one contact")
            take(round_, rule, job, change)
        except Exception as error:
            # Thrown where it was yielded, it names the action's file and line.
            changes.throw(error)
            raise


def take(round_: Round, rule: Rule, job: Job, change: Change) -> None:
    """Add a change to the plan if it is to be carried out; else say why it is not."""
    gone = job.contact is not None and job.contact.deleted
    if gone or rule.dry_run:  # whatever is added to the plan is looked at there
        soundness.check(change)
    if gone and isinstance(change, ArchiveRecord):
        return
    left = gone and not isinstance(change, POSTHUMOUS)
    if rule.dry_run:
        never = "; left undone, as the contact is gone" if left else ""
        round_.plan(job, rule.name, f"{described(change)}{never}")
    elif left:
        words = f"{rule.name} wants {described(change)}, and the contact is gone"
        round_.remark(job, "left", words)
    else:
        job.plan.add(change, rule.name)
