"""Fetches what actions declare in `looks_up`, once for the whole batch.

"companies", "deals", "duplicates" and "history:<property>" come from HubSpot, every
other name is a provider's. What cannot be fetched hurts the actions that need it, and
nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from workers import history, recollection
from workers.contact import Contact
from workers.reading import wanted
from workers.related import FETCHES, READS
from workers.round import Job, Round, View
from workers.rules.condition import HISTORY
from workers.rules.rule import Rule


class Desk(Protocol):
    """Where providers are asked; see workers/providers."""

    def reads(self, name: str) -> Collection[str]:
        """Return the contact properties that the provider needs."""

    def ask(
        self, portal: str, name: str, contacts: Sequence[Contact]
    ) -> Mapping[str, Any]:
        """Return an answer or an error by contact id."""

    def forget(self, portal: str, contact_id: str) -> None:
        """Forget what is kept of a contact."""


class _Nobody:
    """There is no provider."""

    def reads(self, name: str) -> Collection[str]:
        return ()

    def ask(
        self, portal: str, name: str, contacts: Sequence[Contact]
    ) -> Mapping[str, Any]:
        error = LookupError(f"there is no provider called {name!r}")
        return {contact.id: error for contact in contacts}

    def forget(self, portal: str, contact_id: str) -> None:
        return None


NOBODY: Desk = _Nobody()


def reads(name: str, desk: Desk) -> Collection[str]:
    """Return the contact properties that a lookup looks at."""
    if name.startswith(HISTORY):
        return (name.removeprefix(HISTORY),)
    return READS[name] if name in READS else desk.reads(name)


def shown(job: Job) -> Contact:
    """Return the contact as the rules so far want it, which is what the next one sees.

    Its job must have been read.
    """
    now = job.contact
    assert now is not None  # noqa: S101 - jobs at work were read
    wished = job.plan.wished
    if not wished:
        return now
    # Most rules wish nothing, so that the next one sees what they saw.
    if job.view is None or job.view.now is not now or job.view.wished != wished:
        seen = {**now.properties, **job.plan.preview(now.properties)}
        contact = Contact(job.id, seen, lookups=now.lookups, deleted=now.deleted)
        job.view = View(now, wished, contact)
    return job.view.contact


def look_up(round_: Round, rules: Sequence[Rule], desk: Desk) -> None:
    """Give every contact what the first of these rules declared, if it applies to it.

    What the others declared as well is fetched along, so that it is fetched once for
    the whole batch. Nobody is asked about a contact that a rule leaves alone: some
    sources want money for each answer.
    """
    names = rules[0].looks_up
    tested = [name for name in names if name.startswith(HISTORY)]
    for name in tested:
        _give(round_, name, desk, lambda rule, job: True, rules)
    for name in sorted(set(names) - set(tested)):
        _give(round_, name, desk, _applies, rules)


def _applies(rule: Rule, job: Job) -> bool:
    try:
        return not rule.objection(shown(job), wanted(rule, job))
    except Exception:  # the rule's own turn will tell
        return False


def _give(
    round_: Round,
    name: str,
    desk: Desk,
    concerns: Callable[[Rule, Job], bool],
    rules: Sequence[Rule],
) -> None:
    """Fetch something for all contacts that lack it and are concerned."""
    asking = [rule for rule in rules if name in rule.looks_up]
    jobs = [
        job
        for job in round_.at_work()
        if job.contact
        and not (job.contact.deleted or name in job.contact.lookups)
        and any(wanted(rule, job) and concerns(rule, job) for rule in asking)
    ]
    if not jobs:
        return
    known = recollection.recall(round_, name, jobs)
    asked = [shown(job) for job in jobs if job.id not in known]
    found = {**known, **_fetch(round_, asked, name, desk)} if asked else known
    for job in jobs:
        if job.contact:
            lookups = {**job.contact.lookups, name: found[job.id]}
            job.contact = replace(job.contact, lookups=lookups)


def _fetch(
    round_: Round, contacts: Sequence[Contact], name: str, desk: Desk
) -> Mapping[str, Any]:
    if name.startswith(HISTORY):
        return history.fetch(round_, contacts, name)
    if name in FETCHES:
        return FETCHES[name](round_, contacts)
    return desk.ask(round_.portal, name, contacts)
