"""The command group: what can be run, and how a wrong setting is answered."""

from __future__ import annotations

import sys

import click

from app.cli import dead, demo, doctor, run, serve
from app.errors import HubkeeperError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hubkeeper")
def group() -> None:
    """Keep HubSpot contacts enriched, associated and pinned."""


group.add_command(serve.web)
group.add_command(serve.worker)
group.add_command(serve.sandbox)
group.add_command(serve.settings_table)
group.add_command(run.run)
group.add_command(demo.demo)
group.add_command(doctor.doctor)
group.add_command(dead.dead)


def main() -> None:
    """Run a command; an error of ours ends in its message, not in a traceback."""
    try:
        group(prog_name="hubkeeper")
    except HubkeeperError as error:
        click.echo(f"hubkeeper: {error}", err=True)
        sys.exit(2)
