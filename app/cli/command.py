"""The command group: what can be run, and how a wrong setting is answered.

Each command is imported when it is called, so that `hubkeeper web` neither loads the
sandbox nor pays for what it does not use.
"""

from __future__ import annotations

import importlib
import os
import sys
from difflib import get_close_matches

import click

from app.errors import HubkeeperError, StoreDown

COMMANDS = {
    "alerts": ("app.cli.alerts", "alerts"),
    "audit": ("app.cli.audit", "audit"),
    "backfill": ("app.cli.sweeps", "backfill"),
    "dead": ("app.cli.dead", "dead"),
    "deliveries": ("app.cli.deliveries", "deliveries"),
    "demo": ("app.cli.demo", "demo"),
    "doctor": ("app.cli.doctor", "doctor"),
    "keys": ("app.cli.keys", "keys"),
    "reconcile": ("app.cli.sweeps", "reconcile"),
    "remarks": ("app.cli.remarks", "remarks"),
    "replay": ("app.cli.replay", "replay"),
    "run": ("app.cli.run", "run"),
    "sandbox": ("app.cli.sandbox", "sandbox"),
    "settings": ("app.cli.serve", "settings_table"),
    "trail": ("app.cli.trail", "trail"),
    "verify": ("app.cli.verify", "verify"),
    "web": ("app.cli.serve", "web"),
    "worker": ("app.cli.serve", "worker"),
}
# These know the actions, which this package never imports.
PASSED_ON = {
    "actions": "See the actions there are, and write one of your own.",
    "rules": "Check the rules, and see what they mean for a contact.",
}


class Commands(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted((*COMMANDS, *PASSED_ON))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name."""
        if cmd_name in PASSED_ON:
            return _pass_on(cmd_name)
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; name its like if there is none."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx))
            if not near:
                raise
            meant = f"{error.message} Did you mean {' or '.join(near)}?"
            raise click.UsageError(meant, ctx) from None


def _pass_on(name: str) -> click.Command:
    @click.command(
        name,
        help=PASSED_ON[name],
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )
    @click.argument("words", nargs=-1, type=click.UNPROCESSED)
    def passed_on(words: tuple[str, ...]) -> None:
        command = [sys.executable, "-m", "workers.cli", name, *words]
        os.execv(sys.executable, command)  # noqa: S606 - becomes that command

    return passed_on


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hubkeeper")
def group() -> None:
    """Keep HubSpot contacts enriched, associated and pinned."""


def main() -> None:
    """Run a command; an error of ours ends in its message, not in a traceback."""
    try:
        group(prog_name="hubkeeper")
    except HubkeeperError as error:
        say(error)
        sys.exit(2)


def say(error: HubkeeperError) -> None:
    """Tell people what is wrong, and where to look."""
    # Its other forms say themselves what helps.
    hint = (
        "; is the store well, and REDIS_URL right?" if type(error) is StoreDown else ""
    )
    click.echo(f"hubkeeper: {str(error).removesuffix('.')}{hint}", err=True)
