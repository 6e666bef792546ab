"""`hubkeeper rules`: check a document, and explain what it means for a contact."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from app import services, settings
from app.errors import HubkeeperError
from workers import explaining, registry, trigger
from workers.providers.desk import Archive, Desk
from workers.rules import Rule, RuleBook
from workers.testing import event_for


@click.group()
def rules() -> None:
    """See which actions are taken on which contacts."""


@rules.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check FILE, or what RULES_FILE names. List every problem with its line."""
    book = book_of(settings.from_environ(os.environ), file)
    for rule in book.rules:
        click.echo(one_line(rule))
    click.echo(f"{len(book.rules)} rules, nothing wrong")


@rules.command()
@click.argument("contact_id")
@click.option(
    "--event",
    "kind",
    default="contact.creation",
    show_default=True,
    help="What happened to it.",
)
@click.option("--source", default="", help="Of the change: IMPORT, BACKFILL...")
@click.option("--property", "name", default="", help="Of a contact.propertyChange.")
@click.option("--file", type=click.Path(path_type=Path), help="In place of RULES_FILE.")
def explain(
    contact_id: str, kind: str, source: str, name: str, file: Path | None
) -> None:
    """Say which rules apply to a contact, and what they would change.

    With --event contact.reconcile: in a reconcile, or with --source in a backfill.
    """
    check_event(contact_id, kind)
    ours = settings.from_environ(os.environ, needs=("hubspot_access_token",))
    book = book_of(ours, file)
    portal = services.without_limits(ours).account.details().portal_id
    event = event_for(kind, name=name, source=source)
    event = replace(event, portal_id=portal, object_id=contact_id)
    at = services.connect(ours)
    desk = Archive(Desk(at.store, book.providers, vault=at.scripts.vault))
    for line in explaining.explain(at, book.rules, desk, event):
        click.echo(line)


def check_event(contact_id: str, kind: str) -> None:
    """Refuse what cannot be explained.

    Raises:
        HubkeeperError: says why.

    """
    if not contact_id.isdecimal():
        raise HubkeeperError(f"{contact_id!r} is no id of a contact: ids are digits")
    try:
        trigger.check(kind)
    except ValueError as error:
        raise HubkeeperError(str(error)) from None


@rules.command()
@click.option("--portal", help="Only this portal.")
@click.option("--most", default=100, show_default=True, help="For each portal.")
def plans(portal: str | None, most: int) -> None:
    """Show what dry runs would have done, newest first."""
    at = services.connect(settings.from_environ(os.environ))
    portals = [portal] if portal else at.inbox.portals()
    found = [e.line(each) for each in portals for e in at.plans.latest(each, most)]
    click.echo("\n".join(found or ["no dry run would have done anything yet"]))


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
