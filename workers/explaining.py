"""Says for a real contact which rules apply, what they would change, and why.

It goes the way of a round, with the same reads and lookups, up to the point where a
round would write. With an Archive for a desk, sources that cost money are not asked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.errors import ActionOutcome, HubkeeperError, Snooze
from app.events.claim import Claim, Claimed
from app.events.model import Event
from app.services import Services
from workers import soundness
from workers.changes import POSTHUMOUS, ArchiveRecord, Change, SetProperties
from workers.contact import Contact
from workers.limit import time_limit
from workers.lookups import Desk, look_up, reads, shown
from workers.reading import PARTINGS, of_interest, read, wanted
from workers.round import Job, Round
from workers.rules.rule import Rule
from workers.weighing import weigh
from workers.wish import as_text
from workers.wording import described


def explain(
    services: Services,
    rules: Sequence[Rule],
    desk: Desk,
    event: Event,
) -> Iterator[str]:
    """Yield lines about the contact of an event, which need not have happened.

    Args:
        services: what a round works with.
        rules: in the order of their turns.
        desk: where providers are asked, or rather not.
        event: of the contact; its value is taken to be the present one.

    Raises:
        HubkeeperError: HubSpot does not know the contact, or could not be asked.

    """
    job = Job(Claimed(event.object_id, 0, (event,), known=1))
    round_ = _round(services, event.portal_id, job)
    _look(round_, job, rules, desk)
    for rule in rules:
        yield from _verdict(round_, rule, job, desk)
    weigh(round_)
    yield from _outcome(job)


def _round(services: Services, portal: str, job: Job) -> Round:
    claim = Claim(portal, "explain", time.monotonic(), 0, (job.claimed,))
    client = services.clients.of(portal)
    return Round(claim, services, client, {job.id: job}, lambda: None)


def _look(round_: Round, job: Job, rules: Sequence[Rule], desk: Desk) -> None:
    """Read the contact, unless the event says that it is gone."""
    (event,) = job.claimed.events
    names = of_interest(round_, rules, lambda name: reads(name, desk))
    if event.property_name:
        names.add(event.property_name)
    if event.kind in PARTINGS:
        job.contact = Contact(job.id, dict.fromkeys(names), deleted=True)
        return
    read(round_, names)
    if job.survivor:
        raise HubkeeperError(f"contact {job.id} was merged into {job.survivor}")
    if job.failure or job.contact is None:
        why = job.failure or "HubSpot does not have it"
        raise HubkeeperError(f"contact {job.id} cannot be read: {why}")
    if event.property_name:
        value = job.contact[event.property_name]
        now = (replace(event, property_value=value),)
        job.claimed = replace(job.claimed, events=now)


def _verdict(round_: Round, rule: Rule, job: Job, desk: Desk) -> Iterator[str]:
    """Say what the rule means for the contact, and let later rules see it."""
    events = wanted(rule, job)
    if not events:
        yield f"no   {rule.name}: {_absence(rule, job.claimed.events[0])}"
        return
    look_up(round_, [rule], desk)
    contact = shown(job)
    try:
        if objection := rule.objection(contact, events):
            yield f"no   {rule.name}: {objection}"
            return
        changes = _changes(round_, rule, contact, events)
        for change in changes if not rule.dry_run else ():
            if not contact.deleted or isinstance(change, POSTHUMOUS):
                job.plan.add(change, rule.name)
    except Snooze as later:
        yield f"wait {rule.name}: {later}"
    except ActionOutcome as outcome:
        yield f"yes  {rule.name}: {type(outcome).__name__}: {outcome}"
    except Exception as error:
        notes = "".join(f", {note}" for note in getattr(error, "__notes__", ()))
        yield f"fail {rule.name}: {type(error).__name__}: {error}{notes}"
    else:
        told = [line for change in changes for line in _effects(change, contact)]
        yes = "would change this" if told else "all is as it should be"
        yield f"yes  {rule.name}: {yes}, as {_reason(rule, events[0])}"
        yield from told


def _changes(
    round_: Round, rule: Rule, contact: Contact, events: Sequence[Event]
) -> list[Change]:
    """Return what the rule's action yields, within the time that it has."""
    changes = []
    with time_limit(round_.services.settings.action_timeout_s) as limited, limited():
        for change in rule(contact, events):
            soundness.check(change)
            changes.append(change)
    return changes


def _absence(rule: Rule, event: Event) -> str:
    if rule.portals and event.portal_id not in rule.portals:
        return f"is not there for portal {event.portal_id}"
    name = f":{event.property_name}" if event.property_name else ""
    return f"is not there for {event.kind}{name}"


def _reason(rule: Rule, event: Event) -> str:
    """Return why the rule applies."""
    name = f":{event.property_name}" if event.property_name else ""
    reasons = [f"{event.kind}{name} is one of its triggers", *map(str, rule.conditions)]
    if rule.rollout < 100:
        reasons.append(f"the contact is among its {rule.rollout} %")
    return " and ".join(reasons) + ("; a dry run" if rule.dry_run else "")


def _effects(change: Change, contact: Contact) -> Iterator[str]:
    """Say what a change would do to the contact as the rule sees it."""
    if contact.deleted and not isinstance(change, POSTHUMOUS):
        if not isinstance(change, ArchiveRecord):
            yield f"       {described(change)}, which cannot be done any more"
    elif isinstance(change, SetProperties):
        policy = change.policy.value.replace("_", " ")
        for name, value in change.values.items():
            now, then = contact.properties.get(name) or "", as_text(value)
            if now != then:
                yield f"       {name}: {now!r} -> {then!r}, {policy}"
    else:
        yield f"       {described(change)}"


def _outcome(job: Job) -> Iterator[str]:
    """Say what would be written in the end, policies and types considered."""
    if not job.values and not job.refused:
        return
    yield "in the end this would be written:"
    for name, value in sorted(job.values.items()):
        yield f"       {name}: {job.before(name)!r} -> {value!r} ({job.by[name]})"
    for name, reason in sorted(job.refused.items()):
        yield f"       {name}: not written, {reason}"
