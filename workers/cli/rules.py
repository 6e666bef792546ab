"""`hubkeeper rules`: check a document, and explain what it means for a contact."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from app import services, settings
from app.errors import ActionOutcome, HubkeeperError
from app.events.model import Event
from app.services import Services
from workers import registry
from workers.changes import SetProperties, described
from workers.contact import Contact
from workers.rules import Rule, RuleBook
from workers.testing import event_for


@click.group()
def rules() -> None:
    """See which actions are taken on which contacts."""


@rules.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check FILE, or what RULES_FILE names; list every problem with its line."""
    book = book_of(settings.from_environ(os.environ), file)
    for rule in book.rules:
        click.echo(one_line(rule))
    click.echo(f"{len(book.rules)} rules, nothing wrong")


@rules.command()
@click.argument("contact_id")
@click.option("--event", "kind", default="contact.creation", show_default=True)
@click.option("--source", default="", help="Of the change: IMPORT, BACKFILL...")
@click.option("--property", "name", default="", help="Of a contact.propertyChange.")
@click.option("--file", type=click.Path(path_type=Path), help="In place of RULES_FILE.")
def explain(
    contact_id: str, kind: str, source: str, name: str, file: Path | None
) -> None:
    """Say for a contact which rule would apply, which not, and what would change.

    With --event contact.reconcile: in a reconcile, or with --source in a backfill.
    """
    ours = settings.from_environ(os.environ, needs=("hubspot_access_token",))
    book = book_of(ours, file)
    at = services.connect(ours)
    event = event_for(kind, name=name, source=source)
    contact = read(at, book.rules, contact_id)
    for rule in book.rules:
        for line in verdict(rule, contact, event):
            click.echo(line)


@rules.command()
@click.option("--portal", help="Only this portal.")
@click.option("--most", default=100, show_default=True, help="For each portal.")
def plans(portal: str | None, most: int) -> None:
    """Show what dry runs would have done, newest first."""
    at = services.connect(settings.from_environ(os.environ))
    for each in [portal] if portal else at.inbox.portals():
        for entry in at.plans.latest(each, most):
            click.echo(entry.line(each))


def book_of(ours: settings.Settings, file: Path | None) -> RuleBook:
    """Return the rules of a file, or those that are in force."""
    actions = registry.discover(extra=ours.action_modules)
    named = file or (Path(ours.rules_file) if ours.rules_file else None)
    own = registry.providers(ours.action_modules)
    return RuleBook(actions, named, own, os.environ)


def one_line(rule: Rule) -> str:
    """Return a rule as one line."""
    extras = [f"when {condition}" for condition in rule.conditions]
    extras += ["dry run"] if rule.dry_run else []
    extras += [f"{rule.rollout} %"] if rule.rollout < 100 else []
    return f"{rule.name}: {rule.action.name}" + "".join(f", {each}" for each in extras)


def read(at: Services, rules_: Sequence[Rule], contact_id: str) -> Contact:
    """Read the contact with all that the rules look at.

    Raises:
        HubkeeperError: HubSpot does not know it, or could not be asked.

    """
    client = services.without_limits(at.settings)
    names = sorted({name for rule in rules_ for name in rule.reads})
    found = client.objects("contacts").batch_read([contact_id], names)
    for error in found.errors.values():
        raise HubkeeperError(f"contact {contact_id} cannot be read: {error}") from error
    blank: dict[str, str | None] = dict.fromkeys(names)
    return Contact(contact_id, {**blank, **found.records[contact_id].properties})


def verdict(rule: Rule, contact: Contact, event: Event) -> Iterator[str]:
    """Say what the rule means for the contact."""
    if not rule.wants(event):
        yield f"no   {rule.name}: is not there for {event.kind}"
        return
    try:
        objection = rule.objection(contact, [event])
        if objection:
            yield f"no   {rule.name}: {objection}"
        else:
            yield from effects(rule, contact, event)
    except KeyError as error:
        yield f"?    {rule.name}: needs what only a worker looks up: {error}"


def effects(rule: Rule, contact: Contact, event: Event) -> Iterator[str]:
    """Say what the rule would change."""
    try:
        changes = list(rule(contact, [event]))
    except ActionOutcome as outcome:
        yield f"yes  {rule.name}: {type(outcome).__name__}: {outcome}"
        return
    yield f"yes  {rule.name}: " + (
        "would change this:" if changes else "as it should be"
    )
    for change in changes:
        if isinstance(change, SetProperties):
            for name, value in change.values.items():
                yield f"       {name}: {contact.properties.get(name)!r} -> {value!r}"
        else:
            yield f"       {described(change)}"
