"""`hubkeeper remarks`: what was left undone without being a failure, and why."""

from __future__ import annotations

import os

import click

from app import services, settings


@click.command()
@click.option("--portal", help="Only this portal.")
@click.option("--most", default=100, show_default=True, help="For each portal.")
def remarks(portal: str | None, most: int) -> None:
    """Show what was left undone, and why.

    Values that were dropped, properties that are fought over, and the like.
    """
    at = services.connect(settings.from_environ(os.environ))
    portals = [portal] if portal else at.inbox.portals()
    found = [e.line(each) for each in portals for e in at.remarks.latest(each, most)]
    click.echo("\n".join(found or ["nothing was remarked"]))
