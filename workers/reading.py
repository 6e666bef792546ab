"""The first half of a round: who needs looking at, and what they look like now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from app.errors import HubSpotError, Snooze
from app.events.model import Event
from app.events.writes import covered_edits
from workers.contact import Contact
from workers.round import Job, Round
from workers.rules.rule import Rule
from workers.wish import Wish

# A contact that has been deleted is shown to the actions that react to just that.
PARTINGS = frozenset({"contact.deletion", "contact.privacyDeletion"})
# How long events that come late find their way to the survivor of a merge.
REAIMED_S = 24 * 3600.0
# Of how many contacts that are gone a round asks, one by one, what became of them;
# the others wait for a later round.
MOST_ASKED_FOR = 20


def wanted(rule: Rule, job: Job) -> list[Event]:
    """Return those of the contact's events that the rule is there for."""
    wanted_ = [
        event
        for event in job.claimed.events
        if event.key not in job.echoes and rule.wants(event)
    ]
    if job.contact is None:
        return wanted_
    # A parting is news only while the contact is gone, everything else only while it
    # is there: what is written depends on the state, not on the way there.
    gone = job.contact.deleted
    return [event for event in wanted_ if (event.kind in PARTINGS) is gone]


def dismiss(round_: Round, rules: Sequence[Rule]) -> None:
    """Finish the contacts that nobody needs to look at."""
    for job in round_.at_work():
        happenings = {event.happening for event in job.claimed.events}
        if "privacyDeletion" in happenings:
            job.outcome = "forgotten"
        elif happenings == {"deletion"}:
            job.outcome = "gone"
        if not any(wanted(rule, job) for rule in rules):
            job.finish("unconcerned" if job.outcome == "unchanged" else job.outcome)


def recognise(round_: Round) -> None:
    """Find the events that only tell of our own writes.

    Most are told by their source, before they are stored. Where nobody knows which app
    is ours, the value that we wrote within the last hour tells them.
    """
    own = round_.services.settings.hubspot_app_id
    doubtful = {
        job.id: events
        for job in round_.at_work()
        if (events := [e for e in job.claimed.events if _may_be_ours(e, own)])
    }
    wrote = round_.services.writes.of(round_.portal, list(doubtful))
    for contact_id, writes in wrote.items():
        for event in doubtful[contact_id]:
            write = writes.get(event.property_name)
            if write and write.value == event.property_value:
                round_.jobs[contact_id].echoes.add(event.key)


def _may_be_ours(event: Event, own: str) -> bool:
    return (
        not (own or event.app_id)
        and event.happening == "propertyChange"
        and event.change_source == "INTEGRATION"
    )


def gather(round_: Round) -> None:
    """Let events of contacts that were merged wait for the survivor.

    What was in another worker's hands at that time is re-aimed by that worker, when
    it finds its contact gone.
    """
    for job in list(round_.jobs.values()):
        merged = {id_ for event in job.claimed.events for id_ in _merged(event)}
        merged.discard(job.id)
        if not merged:
            continue
        ids = {(contact_id, "merged"): job.id for contact_id in merged}
        round_.ledger.confirm(round_.portal, round_.token, ids, ttl_s=REAIMED_S)
        elsewhere = sorted(merged - set(round_.jobs))
        round_.services.inbox.reaim(round_.claim, elsewhere, job.id)
        for contact_id in merged & set(round_.jobs):
            absorb(round_.jobs[contact_id], job.id)


def absorb(job: Job, survivor: str) -> None:
    """Give the contact's events to the one it was merged into."""
    job.survivor = survivor
    job.finish("merged")


def _merged(event: Event) -> set[str]:
    """Return the ids that a merge has made one contact of."""
    if event.happening != "merge":
        return set()
    listed = event.raw.get("mergedObjectIds")
    ids = [
        *(listed if isinstance(listed, list) else []),
        event.raw.get("primaryObjectId"),
    ]
    return {str(each) for each in ids if isinstance(each, int | str)} - {"", "0"}


def of_interest(
    round_: Round, rules: Sequence[Rule], reads: Callable[[str], Collection[str]]
) -> set[str]:
    """Return all properties that the rules and their lookups look at."""
    names: set[str] = set()
    for rule in rules:
        if any(wanted(rule, job) for job in round_.at_work()):
            names.update(rule.reads, *map(reads, rule.looks_up))
    return names


def read(round_: Round, names: Collection[str]) -> None:
    """Read the contacts as they are now."""
    at_work = list(round_.at_work())
    if not at_work:
        return
    # HubSpot may answer nothing at all for a name it does not know.
    blank: dict[str, str | None] = dict.fromkeys(names)
    asked = []
    for job in at_work:
        if job.outcome == "forgotten":
            job.contact = Contact(job.id, blank, deleted=True)
        else:
            asked.append(job.id)
    found = round_.hubspot.objects("contacts").batch_read(asked, sorted(names))
    for record in found.records.values():
        job = round_.jobs[record.id]
        job.outcome = "unchanged"  # a deletion that was taken back
        job.contact = Contact(record.id, {**blank, **record.properties})
        job.updated_at = record.updated_at or 0.0
    part(round_, [i for i, error in found.errors.items() if error.status == 404], blank)
    round_.fail({i: e for i, e in found.errors.items() if e.status != 404})


def part(round_: Round, gone: Sequence[str], blank: Mapping[str, str | None]) -> None:
    """Let go of contacts that HubSpot has no more, or show them as deleted."""
    survivors = _survivors(round_, gone)
    for contact_id in gone:
        job = round_.jobs[contact_id]
        if job.finished:
            continue
        if contact_id in survivors:
            absorb(job, survivors[contact_id])
        elif is_told_gone(job):
            job.outcome = "gone"
            job.contact = Contact(contact_id, blank, deleted=True)
        else:
            job.finish("gone")


def _survivors(round_: Round, gone: Sequence[str]) -> dict[str, str]:
    """Return the contacts that those that are gone were merged into.

    The webhook of a merge may come later than everything else. Unlike a batch, a
    single read finds a contact by an id that it had before.
    """
    things = [(contact_id, "merged") for contact_id in gone]
    known = round_.ledger.known(round_.portal, things)
    found = {contact_id: survivor for (contact_id, _), survivor in known.items()}
    untold = [i for i in gone if i not in found and not is_told_gone(round_.jobs[i])]
    contacts = round_.hubspot.objects("contacts")
    for contact_id in untold[MOST_ASKED_FOR:]:
        round_.jobs[contact_id].fail(Snooze(1, "asked in a later round"))
    for contact_id in untold[:MOST_ASKED_FOR]:
        try:
            survivor = contacts.read(contact_id).id
        except HubSpotError as error:
            if error.status != 404:
                round_.fail({contact_id: error})
        else:
            found[contact_id] = survivor
    return {i: survivor for i, survivor in found.items() if survivor != i}


def is_told_gone(job: Job) -> bool:
    """Tell whether one of its events says that the contact is gone."""
    return any(event.kind in PARTINGS for event in job.claimed.events)


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
            covered = covered_edits(job.claimed.events, writes, now)
            for name, typed in covered.items():
                job.plan.wish(name, Wish(typed, by="what a person typed", typed=True))
