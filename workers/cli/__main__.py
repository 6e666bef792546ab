"""Runs `hubkeeper rules` and `hubkeeper actions`."""

from __future__ import annotations

import sys

import click

from app.cli.command import say
from app.errors import HubkeeperError
from workers.cli import actions, rules


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Rules and actions."""


group.add_command(rules.rules)
group.add_command(actions.actions)


def main() -> None:
    """Run a command; an error of ours ends in its message, not in a traceback."""
    try:
        group(prog_name="hubkeeper")
    except HubkeeperError as error:
        say(error)
        sys.exit(2)


main()
