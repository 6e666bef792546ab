"""`hubkeeper actions`: which there are, and a start for one of your own."""

from __future__ import annotations

import inspect
import keyword
import os
import re
from pathlib import Path

import click

from app import settings
from app.errors import HubkeeperError
from workers import registry

ACTION = '''"""{title}

Trigger: the contact is created.
Reads:   firstname.
Writes:  firstname.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.actions import Change, Contact, Event, SetProperties, enricher


@enricher(on=("contact.creation",), reads=("firstname",))
def {name}(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Say here what it does for people."""
    name = contact["firstname"].strip()
    if name != contact["firstname"]:
        yield SetProperties(firstname=name)
'''

TEST = '''"""{title}"""

from {name} import {name}

from workers.actions import SetProperties
from workers.testing import job_for


def test_it_changes_what_it_should() -> None:
    assert [SetProperties(firstname="Ada")] == job_for({name}, {{"firstname": " Ada "}})


def test_it_leaves_the_rest_alone() -> None:
    assert [] == job_for({name}, {{"firstname": "Ada"}})
'''


@click.group()
def actions() -> None:
    """See the actions there are, and write one of your own."""


@actions.command("list")
def list_actions() -> None:
    """List all actions, in the order in which they have their turn."""
    ours = settings.from_environ(os.environ)
    for action in registry.discover(extra=ours.action_modules):
        module = inspect.getmodule(action.function)
        title = (module.__doc__ or "").partition("\n")[0] if module else ""
        default = "" if action.default else " (only by rule)"
        click.echo(f"{action.name}{default}\n    {title}")


@actions.command()
@click.argument("name")
@click.option(
    "--directory",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    show_default=True,
    help="Where the two files go.",
)
def new(name: str, directory: Path) -> None:
    """Write an action NAME and its test, ready to be changed."""
    check_name(name)
    title = name.replace("_", " ").capitalize() + "."
    files = {f"{name}.py": ACTION, f"test_{name}.py": TEST}
    if taken := [file for file in files if (directory / file).exists()]:
        raise HubkeeperError(
            f"{directory / taken[0]} is there already; nothing written"
        )
    for file, text in files.items():
        (directory / file).write_text(text.format(name=name, title=title))
        click.echo(f"wrote {directory / file}")
    click.echo(
        f"name it in ACTION_MODULES={name}, with PYTHONPATH={directory.resolve()}"
    )


def check_name(name: str) -> None:
    """Refuse what cannot name a module, and what names an action's module already.

    Raises:
        HubkeeperError: says why.

    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{2,50}", name):
        raise HubkeeperError(f"{name!r} is no name for a module: use lower_case_words")
    if keyword.iskeyword(name):
        raise HubkeeperError(f"{name!r} is a word of Python's own; take another name")
    ours = settings.from_environ(os.environ)
    there = registry.discover(extra=ours.action_modules)
    if name in {action.name.partition(".")[0] for action in there}:
        raise HubkeeperError(f"there is an action {name!r} already; take another name")
