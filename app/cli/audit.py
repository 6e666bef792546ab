"""`hubkeeper audit`: who did what to dead letters, and when."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

from app import services, settings
from app.repair.audit import Audit


@click.command()
@click.option("--portal", help="Only this portal.")
@click.option("--most", default=100, show_default=True, help="For each portal.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def audit(portal: str | None, most: int, as_json: bool) -> None:
    """Show who did what to dead letters, newest first."""
    at = services.connect(settings.from_environ(os.environ))
    portals = [portal] if portal else at.inbox.portals()
    found = [(each, line) for each in portals for line in Audit(at).latest(each, most)]
    for each, line in found:
        if as_json:
            click.echo(json.dumps({"portal": each, **asdict(line)}))
        else:
            click.echo(f"{each}  {line}")
    if not found and not as_json:
        click.echo("nobody has done anything to a dead letter yet")
