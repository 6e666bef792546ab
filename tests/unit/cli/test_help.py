"""`--help`: whoever asks a command is told everything, and in whole sentences."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from app.cli.command import PASSED_ON, group
from workers.cli.actions import actions
from workers.cli.rules import rules

COLUMNS = 78  # of a terminal of 80, as click reckons


def below(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command and all that are under it, but what is passed on."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found and (command is not group or name not in PASSED_ON):
                yield from below(f"{path} {name}", found)


COMMANDS = {
    **dict(below("hubkeeper", group)),
    **dict(below("hubkeeper actions", actions)),
    **dict(below("hubkeeper rules", rules)),
}


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_says_what_it_is_for(path: str) -> None:
    options = [p for p in COMMANDS[path].params if isinstance(p, click.Option)]

    assert [] == [option.name for option in options if not option.help]


@pytest.mark.parametrize("path", COMMANDS)
def test_no_command_is_described_in_half_a_sentence(path: str) -> None:
    told = CliRunner().invoke(COMMANDS[path], ["--help"], terminal_width=COLUMNS)

    assert 0 == told.exit_code
    _, _, commands = told.output.partition("\nCommands:\n")
    assert [] == [line for line in commands.splitlines() if line.endswith("...")]


def test_a_mistyped_command_is_told_its_like() -> None:
    told = CliRunner().invoke(group, ["doctr"])

    assert 2 == told.exit_code
    assert "Did you mean doctor?" in told.output
