"""`hubkeeper dead orders` and `stop`: what was ordered, and how far it is."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from app.cli.dead.options import address, connected, me
from app.cli.dead.watching import watch
from app.cli.dead.words import about_order, ending
from app.errors import HubkeeperError
from app.repair.orders import Orders


@click.command()
@click.argument("chosen", metavar="[PORTAL/ORDER]...", nargs=-1)
@click.option("--portal", help="Only this portal.")
@click.option("--wait", is_flag=True, help="Show progress until those named end.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def orders(
    chosen: tuple[str, ...], portal: str | None, wait: bool, as_json: bool
) -> None:
    """See what was ordered for many dead letters, newest first."""
    at = connected()
    every = Orders(at)
    try:
        found = [every.get(*address(name)) for name in chosen]
    except LookupError as error:
        raise HubkeeperError(str(error)) from error
    if wait and found:
        watch(at, found)
        return
    if not chosen:
        portals = [portal] if portal else at.inbox.portals()
        found = [order for each in portals for order in every.all(each)]
    for order in found:
        click.echo(json.dumps(asdict(order)) if as_json else about_order(order))
    if not found and not as_json:
        click.echo("nothing was ordered")


@click.command()
@click.argument("chosen", metavar="PORTAL/ORDER...", nargs=-1, required=True)
def stop(chosen: tuple[str, ...]) -> None:
    """Stop orders where they are; what is moved already stays moved."""
    every = Orders(connected())
    for name in chosen:
        try:
            click.echo(ending(every.stop(*address(name), me())))
        except LookupError as error:
            raise HubkeeperError(str(error)) from error
