"""`hubkeeper dead edit` and `import`: change what a replay will take."""

from __future__ import annotations

import json
from typing import Any, TextIO

import click

from app.cli.dead.options import address, connected, me
from app.errors import HubkeeperError
from app.repair import letters, transfer


@click.command()
@click.argument("letter", metavar="PORTAL/ID")
@click.option(
    "--event", "place", default=0, help="Which event of the letter, counted from 0."
)
@click.option(
    "--set", "changes", multiple=True, metavar="FIELD=VALUE", help="Change a field."
)
@click.option("--file", type=click.File(), help="The whole event as JSON; - for stdin.")
@click.option("--undo", is_flag=True, help="Take the original again.")
def edit(
    letter: str, place: int, changes: tuple[str, ...], file: TextIO | None, undo: bool
) -> None:
    """Give an event another form, which a replay takes.

    What HubSpot sent is kept beside it; `show` shows both.
    """
    if sum((bool(changes), file is not None, undo)) != 1:
        raise HubkeeperError("say --set FIELD=VALUE, or --file, or --undo")
    at = connected()
    portal, letter_id = address(letter)
    try:
        payload: Any = None
        if file is not None:
            payload = json.loads(file.read())
        elif changes:
            payload = _changed(letters.view(at, portal, letter_id), place, changes)
        letters.edit(at, portal, letter_id, place, payload, me())
    except LookupError as error:
        raise HubkeeperError(str(error)) from error
    except json.JSONDecodeError as error:
        raise HubkeeperError(f"the file is not JSON: {error}") from error
    click.echo(f"event {place} of {letter}: {'as it was' if undo else 'edited'}")


def _changed(view: letters.View, place: int, changes: tuple[str, ...]) -> Any:
    """Return the event with these fields changed."""
    if not 0 <= place < len(view.held):
        raise LookupError(f"dead letter {view.letter.id} has no event {place}")
    now = view.held[place].edited or view.held[place].original
    if not isinstance(now, dict):
        raise HubkeeperError("it is no JSON object; give the whole event with --file")
    changed = dict(now)
    for change in changes:
        name, equals, value = change.partition("=")
        if not (name and equals):
            raise HubkeeperError(f"{change!r} is not of the form FIELD=VALUE")
        # An id stays a number, a value stays a text: as it was before.
        number = isinstance(now.get(name), int) and value.isascii() and value.isdigit()
        changed[name] = int(value) if number else value
    return changed


@click.command("import")
@click.argument("file", type=click.File())
def take_in(file: TextIO) -> None:
    """Take in dead letters that were exported; FILE is - for stdin.

    Each is taken in once, however often you import it.
    """
    done = transfer.take_in(connected(), file, me())
    click.echo(
        f"{done.letters} dead letters with {done.events} events taken in,"
        f" {done.here_already} were here already"
    )
