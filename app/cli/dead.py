"""`hubkeeper dead`: what failed, why, and the way back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from app import services, settings
from app.errors import HubkeeperError
from app.events.dead import DeadLetter
from app.services import Services


@click.group()
def dead() -> None:
    """See, replay or discard what could not be finished."""


def connected() -> Services:
    """Connect to the store of the environment."""
    return services.connect(settings.from_environ(os.environ))


def letters(at: Services, portal: str | None) -> Iterator[DeadLetter]:
    """Iterate over the dead letters of one portal, or of all."""
    for each in [portal] if portal else at.inbox.portals():
        yield from at.dead.all(each)


@dead.command("list")
@click.option("--portal", help="Only this portal.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_letters(portal: str | None, as_json: bool) -> None:
    """List dead letters, oldest first."""
    found = 0
    for letter in letters(connected(), portal):
        found += 1
        if as_json:
            click.echo(json.dumps(asdict(letter)))
        else:
            click.echo(one_line(letter))
    if not found and not as_json:
        click.echo("nothing is dead")


def one_line(letter: DeadLetter) -> str:
    """Return a letter as one line of the list."""
    when = datetime.fromtimestamp(letter.buried_at, UTC).isoformat(timespec="seconds")
    return (
        f"{letter.portal}/{letter.id}  contact {letter.contact_id}  {letter.reason}"
        f"  {letter.events} events, {letter.attempts} attempts, {when}"
        f"\n    {letter.error[:300]}"
    )


@dead.command()
@click.argument("letter", metavar="PORTAL/ID")
def show(letter: str) -> None:
    """Show one dead letter with its events, as JSON."""
    at = connected()
    portal, letter_id = address(letter)
    found = at.dead.get(portal, letter_id)
    if found is None:
        raise click.ClickException(f"there is no dead letter {letter}")
    events = at.dead.events(portal, letter_id)
    click.echo(
        json.dumps({**asdict(found), "raw": events}, indent=2, ensure_ascii=False)
    )


@dead.command()
@click.argument("chosen", metavar="PORTAL/ID...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@click.option("--portal", help="With --all: only this portal.")
def replay(chosen: tuple[str, ...], everything: bool, portal: str | None) -> None:
    """Let dead letters wait again, behind what people just did."""
    at = connected()
    picked = pick(at, chosen, everything, portal)
    counts = [put_back(at, *letter) for letter in picked]
    back = [events for events in counts if events is not None]
    told = f"{sum(back)} events of {len(back)} dead letters wait again"
    if failed := len(picked) - len(back):
        click.echo(f"{told}; {failed} could not be replayed")
        sys.exit(1)
    click.echo(told)


@dead.command()
@click.argument("chosen", metavar="PORTAL/ID...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@click.option("--portal", help="With --all: only this portal.")
@click.confirmation_option(prompt="Discarded events are gone for good. Go on?")
def discard(chosen: tuple[str, ...], everything: bool, portal: str | None) -> None:
    """Drop dead letters for good."""
    at = connected()
    picked = pick(at, chosen, everything, portal)
    try:
        events = sum(at.dead.discard(*letter) for letter in picked)
    except LookupError as error:
        raise HubkeeperError(str(error)) from error
    click.echo(f"{events} events of {len(picked)} dead letters are gone")


def put_back(at: Services, portal: str, letter_id: str) -> int | None:
    """Replay one letter; for one that cannot be, say why and return None."""
    try:
        return at.dead.replay(portal, letter_id)
    except (LookupError, ValueError) as error:
        click.echo(f"{portal}/{letter_id}: {error}", err=True)
        return None


def pick(
    at: Services, chosen: tuple[str, ...], everything: bool, portal: str | None
) -> list[tuple[str, str]]:
    """Return (portal, id) of the letters meant.

    Raises:
        HubkeeperError: neither letters nor --all were given, or both.

    """
    if bool(chosen) == everything:
        raise HubkeeperError("name dead letters as PORTAL/ID, or say --all")
    if everything:
        return [(letter.portal, letter.id) for letter in letters(at, portal)]
    return [address(letter) for letter in chosen]


def address(letter: str) -> tuple[str, str]:
    """Split "PORTAL/ID"."""
    portal, slash, letter_id = letter.partition("/")
    if not (portal and slash and letter_id):
        raise click.BadParameter(f"{letter!r} is not of the form PORTAL/ID")
    return portal, letter_id
