"""Associates contacts with records of any type, and takes them apart.

What is there already is read first, so that only differences are written, and no label
that somebody else has set is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from app.errors import GiveUp, HubSpotError, Outdated, Verdict
from app.hubspot.association_type import (
    CONTACT_TO_PRIMARY_COMPANY,
    AssociationType,
)
from workers.plan import PRIMARY_COMPANY
from workers.round import Job, Round
from workers.writeback import companies

# How long the account's labels are taken to be the same.
LABELS_REMEMBERED_S = 3600.0

Types = tuple[AssociationType, ...]
# The contact and the other record.
Pair = tuple[str, str]


def write(round_: Round) -> None:
    """Associate and dissociate the contacts of the round."""
    _make_primary(round_)
    kinds = {
        to_type
        for job in round_.at_work()
        for to_type, _ in [*job.plan.links, *job.plan.cuts]
    }
    for to_type in sorted(kinds):
        _write(round_, to_type)


def _make_primary(round_: Round) -> None:
    """Set primary companies; a company that need not be primary is a link like any."""
    wishes: dict[Pair, Job] = {}
    for job in round_.at_work():
        primary = _primary(job)
        if primary and job.current(PRIMARY_COMPANY) != primary:
            wishes[job.id, primary] = job
        if job.company_id and job.company_id != primary:
            job.plan.links.setdefault(("companies", job.company_id), set()).add("")
    if not wishes:
        return
    links = [(*pair, [CONTACT_TO_PRIMARY_COMPANY]) for pair in wishes]
    result = round_.hubspot.associations("contacts", "companies").batch_create(links)
    for pair, job in wishes.items():
        _conclude(round_, job, "companies", pair[1], result.errors.get(pair))


def _primary(job: Job) -> str:
    """Return the company that shall be the primary one, "" if it does not matter."""
    company = job.plan.company
    if job.plan.primary or company is None or not job.company_id:
        return job.plan.primary
    current = job.current(PRIMARY_COMPANY)
    if current == job.company_id or (company.primary and not current):
        return job.company_id
    return ""


def _write(round_: Round, to_type: str) -> None:
    """Write the differences of the links to one type of record."""
    jobs = {
        job.id: job
        for job in round_.at_work()
        if any(kind == to_type for kind, _ in [*job.plan.links, *job.plan.cuts])
    }
    hubspot = round_.hubspot.associations("contacts", to_type)
    found = hubspot.batch_read(list(jobs))
    round_.fail(found.errors)
    there = {
        (contact_id, link.to_id): link.types
        for contact_id, links in found.records.items()
        for link in links
    }
    links = _Links(_labels(round_, to_type, jobs.values()))
    for job in jobs.values():
        if not job.finished:
            links.add(job, to_type, there)
    errors: dict[Pair, HubSpotError] = {}
    if links.plain:
        errors |= hubspot.batch_create_default(links.plain).errors
    if links.labelled:
        created = [(*pair, types) for pair, types in links.labelled.items()]
        errors |= hubspot.batch_create(created).errors
    if links.cuts:
        errors |= hubspot.batch_archive(links.cuts).errors
    for contact_id, to_id in (*links.plain, *links.labelled, *links.cuts):
        error = errors.get((contact_id, to_id))
        _conclude(round_, jobs[contact_id], to_type, to_id, error)


@dataclass(slots=True)
class _Links:
    """What has to be written about the links to one type of record.

    Attributes:
        labels: of the account, by name.
        plain: to associate without a label.
        labelled: to associate, with all types that shall be there then.
        cuts: to take apart.

    """

    labels: Mapping[str, AssociationType]
    plain: list[Pair] = field(default_factory=list)
    labelled: dict[Pair, Types] = field(default_factory=dict)
    cuts: list[Pair] = field(default_factory=list)

    def add(self, job: Job, to_type: str, there: Mapping[Pair, Types]) -> None:
        """Add the differences of one contact."""
        for kind, to_id in job.plan.cuts:
            if kind == to_type and (job.id, to_id) in there:
                self.cuts.append((job.id, to_id))
        for (kind, to_id), wanted in job.plan.links.items():
            now = there.get((job.id, to_id))
            if kind != to_type or not _knows(job, wanted, self.labels):
                continue
            types = [self.labels[label] for label in sorted(wanted) if label]
            if now is None and not types:
                self.plain.append((job.id, to_id))
            elif not _numbers(types) <= _numbers(now or ()):
                self.labelled[job.id, to_id] = (*(now or ()), *types)


def _numbers(types: Iterable[AssociationType]) -> set[tuple[str, int]]:
    return {(each.category, each.type_id) for each in types}


def _knows(
    job: Job, wanted: Iterable[str], labels: Mapping[str, AssociationType]
) -> bool:
    """Tell whether the account has all labels; fail the contact if not."""
    unknown = sorted(label for label in wanted if label and label not in labels)
    if unknown:
        job.fail(GiveUp(f"the account has no association label {', '.join(unknown)}"))
    return not unknown


def _labels(
    round_: Round, to_type: str, jobs: Iterable[Job]
) -> dict[str, AssociationType]:
    """Return the account's labels by name, if any is wanted."""
    links = [
        (job, link, wanted) for job in jobs for link, wanted in job.plan.links.items()
    ]
    wanting = [
        job for job, (kind, _), wanted in links if kind == to_type and wanted != {""}
    ]
    if not wanting:
        return {}
    memory, topic = round_.services.memory, "labels"
    text = memory.recall(round_.portal, topic, [to_type]).get(to_type)
    if text is None:
        try:
            listed = round_.hubspot.associations("contacts", to_type).labels.list()
        except HubSpotError as error:
            for job in wanting:
                job.fail(error)
            return {}
        text = orjson.dumps([(t.category, t.type_id, t.label) for t in listed]).decode()
        memory.remember(
            round_.portal, topic, {to_type: text}, ttl_s=LABELS_REMEMBERED_S
        )
    types = [AssociationType(*row) for row in orjson.loads(text)]
    return {each.label: each for each in types if each.label}


def _conclude(
    round_: Round, job: Job, to_type: str, to_id: str, error: HubSpotError | None
) -> None:
    """Say how it ended for one contact."""
    if error is None:
        job.moved_house |= to_type == "companies"
        if not job.finished:
            job.outcome = "written"
    elif error.verdict is Verdict.BURY and to_id == job.company_id and job.plan.company:
        companies.strike(round_, job.plan.company.domain, to_id)
        job.fail(Outdated(f"company {to_id}: {error}"))
    elif error.verdict is Verdict.BURY:
        job.fail(GiveUp(f"{to_type} {to_id} cannot be associated: {error}"))
    else:
        job.fail(error)
