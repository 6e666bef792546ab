"""`hubkeeper dead list`, `show`, `export`: look at dead letters, and change nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from app.cli.dead.options import address, connected, filter_of, filtered
from app.cli.dead.words import about_letter
from app.repair import letters, selection, transfer
from app.services import Services


@click.command("list")
@filtered
@click.option(
    "--most", type=click.IntRange(1), default=100, show_default=True, help="How many."
)
@click.option("--after", default="", help="Where an earlier list ended.")
@click.option("--newest", is_flag=True, help="The newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_letters(
    most: int, after: str, newest: bool, as_json: bool, **options: Any
) -> None:
    """List dead letters, oldest first, each with what to do about it."""
    at, filter_ = connected(), filter_of(options)
    shown = 0
    while shown < most:
        page = selection.page(at, filter_, after, most - shown, newest_first=newest)
        shown += len(page.letters)
        for letter in page.letters:
            click.echo(json.dumps(asdict(letter)) if as_json else about_letter(letter))
        after = page.next
        if not after:
            break
    if not shown and not as_json:
        click.echo(_nothing(at, unasked=filter_.is_empty))
    if after:
        click.echo(f"there may be more; go on with --after {after}", err=True)


def _nothing(at: Services, *, unasked: bool) -> str:
    dead = any(at.dead.count(portal) for portal in at.inbox.portals())
    return "nothing is dead" if unasked or not dead else "no dead letter is meant"


@click.command()
@click.argument("letter", metavar="PORTAL/ID")
def show(letter: str) -> None:
    """Show one dead letter as JSON, with its events and what to do."""
    try:
        view = letters.view(connected(), *address(letter))
    except LookupError as error:
        raise click.ClickException(f"there is no dead letter {letter}") from error
    click.echo(json.dumps(view.to_mapping(), indent=2, ensure_ascii=False))


@click.command()
@filtered
def export(**options: Any) -> None:
    """Print dead letters as JSON lines; `import` takes them in again.

    They hold whatever HubSpot sent: keep the file as you keep your CRM.
    """
    for line in transfer.export(connected(), filter_of(options)):
        click.echo(line)
