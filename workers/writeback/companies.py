"""Finds the company of each e-mail domain, and makes the ones that are missing.

A company that was just made is not in HubSpot's search for a while, and two workers
may meet the same new domain at once. So a domain is announced in the ledger before
it is looked up, and its company's id is written there; an announcement that never got
an id is looked up again only when search must have seen what it may have made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from app.errors import HubSpotError, Snooze, Verdict
from app.events.ledger import Entry, Standing, Thing
from app.hubspot.record import NewRecord
from workers.changes import AssociateCompany
from workers.round import Job, Round

# How long the ledger's word counts for more than a search. Longer than any lag of the
# index, short enough for a company that was merged or deleted meanwhile.
REMEMBERED_S = 3600.0
# How often and how long to wait for another worker that is making the same company.
PEEKS = 20
PEEK_S = 0.1


def resolve(round_: Round, sleep: Callable[[float], None] = time.sleep) -> None:
    """Give every job that wants a company its id, or a failure."""
    wishes: dict[str, list[Job]] = {}
    for job in round_.at_work():
        if job.plan.company:
            wishes.setdefault(job.plan.company.domain, []).append(job)
    if not wishes:
        return
    entries = _announce(round_, wishes)
    ids = {d: e.made_id for d, e in entries.items() if e.standing is Standing.MADE}
    ours = {d: wishes[d] for d, e in entries.items() if e.standing is Standing.YOURS}
    errors = _find_or_make(round_, ours, ids)
    busy = [d for d, e in entries.items() if e.standing is Standing.BUSY]
    errors |= _wait_for_others(round_, busy, ids, sleep)
    for domain, jobs in wishes.items():
        for job in jobs:
            job.company_id = ids.get(domain, "")
            if domain in errors:
                job.fail(errors[domain])


def strike(round_: Round, domain: str, company_id: str) -> None:
    """Forget a company that is no more; the next round searches for it again."""
    round_.ledger.strike(round_.portal, round_.token, {_thing(domain): company_id})


def _release(round_: Round, domains: Iterable[str]) -> None:
    """Let others try: we have certainly not made these."""
    round_.ledger.release(round_.portal, round_.token, [_thing(d) for d in domains])


def _thing(domain: str) -> Thing:
    return f"domain:{domain}", "company"


def _announce(round_: Round, domains: Iterable[str]) -> dict[str, Entry]:
    settings = round_.services.settings
    things = {domain: _thing(domain) for domain in domains}
    entries = round_.ledger.reserve(
        round_.portal,
        round_.token,
        list(things.values()),
        ttl_s=REMEMBERED_S,
        grace_s=settings.lease_s + settings.search_lag_s,
    )
    return {domain: entries[thing] for domain, thing in things.items()}


def _find_or_make(
    round_: Round, wishes: Mapping[str, list[Job]], ids: dict[str, str]
) -> dict[str, Exception]:
    """Add to `ids` what exists or is made now; return the errors by domain."""
    if not wishes:
        return {}
    try:
        found = _search(round_, wishes)
    except HubSpotError as error:
        # Nothing was made in this round, and what an earlier one may have made will be
        # seen by the next search.
        _release(round_, wishes)
        return dict.fromkeys(wishes, error)
    missing, taken = _still_ours(round_, [d for d in wishes if d not in found], ids)
    made, errors = _make(round_, {d: _wish(wishes[d]) for d in missing})
    errors |= taken
    ids |= found | made
    known = {_thing(domain): id_ for domain, id_ in (found | made).items()}
    round_.ledger.confirm(round_.portal, round_.token, known, ttl_s=REMEMBERED_S)
    # Not wanted, or refused: certainly not made. A broken answer leaves it open.
    _release(
        round_, [d for d in missing if d not in made and not _maybe_made(errors, d)]
    )
    return errors


def _still_ours(
    round_: Round, domains: list[str], ids: dict[str, str]
) -> tuple[list[str], dict[str, Exception]]:
    """Announce once more what is about to be made; leave what others took over.

    A worker that overslept must not make what another one has made meanwhile.
    """
    entries = _announce(round_, domains) if domains else {}
    ids |= {d: e.made_id for d, e in entries.items() if e.standing is Standing.MADE}
    ours = [d for d, e in entries.items() if e.standing is Standing.YOURS]
    busy = {d: e for d, e in entries.items() if e.standing is Standing.BUSY}
    return ours, {domain: _later(round_, domain, e) for domain, e in busy.items()}


def _later(round_: Round, domain: str, entry: Entry) -> Snooze:
    wait_s = min(entry.wait_s, round_.services.settings.lease_s)
    return Snooze(wait_s, f"another round is making the company of {domain}")


def _wish(jobs: list[Job]) -> AssociateCompany:
    """Return the wish of the first contact that wants the company made."""
    wishes = [job.plan.company for job in jobs if job.plan.company]
    return next((wish for wish in wishes if wish.create), wishes[0])


def _maybe_made(errors: Mapping[str, Exception], domain: str) -> bool:
    error = errors.get(domain)
    return isinstance(error, HubSpotError) and error.verdict is Verdict.RETRY


def _search(round_: Round, domains: Iterable[str]) -> dict[str, str]:
    """Return the company of each domain that has one; the oldest where it has more."""
    found: dict[str, str] = {}
    companies = round_.hubspot.search("companies")
    for record in companies.by_values("domain", sorted(domains), ["domain"]):
        domain = (record.properties.get("domain") or "").lower()
        if domain not in found or int(record.id) < int(found[domain]):
            found[domain] = record.id
    return found


def _make(
    round_: Round, wishes: Mapping[str, AssociateCompany]
) -> tuple[dict[str, str], dict[str, Exception]]:
    """Make companies; return ids and errors by domain."""
    new = [
        NewRecord({"domain": domain, "name": wish.name or domain}, key=domain)
        for domain, wish in wishes.items()
        if wish.create and round_.services.settings.create_companies
    ]
    if not new:
        return {}, {}
    result = round_.hubspot.objects("companies").batch_create(new)
    made = {domain: record.id for domain, record in result.records.items()}
    return made, dict(result.errors)


def _wait_for_others(
    round_: Round,
    domains: list[str],
    ids: dict[str, str],
    sleep: Callable[[float], None],
) -> dict[str, Exception]:
    """Wait a moment for companies that another worker is making right now."""
    errors: dict[str, Exception] = {}
    for _ in range(PEEKS):
        if not domains:
            break
        sleep(PEEK_S)
        entries = _announce(round_, domains)
        ours = {d for d, e in entries.items() if e.standing is Standing.YOURS}
        # The other one gave up: leave it to a later round, which searches first.
        _release(round_, ours)
        for domain in ours:
            errors[domain] = Snooze(PEEK_S, f"nobody made the company of {domain}")
        ids |= {d: e.made_id for d, e in entries.items() if e.standing is Standing.MADE}
        domains = [d for d, e in entries.items() if e.standing is Standing.BUSY]
    for domain in domains:
        errors[domain] = _later(round_, domain, entries[domain])
    return errors
