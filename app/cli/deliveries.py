"""`hubkeeper deliveries`: what came to the door, and what became of it."""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import asdict

import click

from app import services, settings
from app.cli.moment import Moment
from app.events.deliveries import Search
from app.events.delivery import OUTCOMES, TALLY, Delivery
from app.repair.moment import written
from app.services import Services


@click.group(invoke_without_command=True)
@click.option("--portal", help="Only deliveries with events of this portal.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only these.")
@click.option("--since", type=Moment(), help="What came since: 2h, 3d, a date.")
@click.option("--contact", help="Only deliveries that held events of this contact.")
@click.option(
    "--most", default=50, show_default=True, type=click.IntRange(1), help="How many."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def deliveries(
    ctx: click.Context,
    portal: str | None,
    outcome: str | None,
    since: float | None,
    contact: str | None,
    most: int,
    as_json: bool,
) -> None:
    """See every delivery, the refused ones too, newest first."""
    if ctx.invoked_subcommand:
        return
    search = Search(portal, outcome, since, contact)
    found = list(itertools.islice(connected().deliveries.latest(search), most))
    for delivery in found:
        click.echo(json.dumps(asdict(delivery)) if as_json else one_line(delivery))
    if not found and not as_json:
        click.echo("no such delivery")


@deliveries.command()
@click.argument("delivery_id", metavar="ID")
def show(delivery_id: str) -> None:
    """Show one delivery with the events it held, as JSON."""
    at = connected()
    found = at.deliveries.get(delivery_id)
    if found is None:
        raise click.ClickException(
            f"there is no delivery {delivery_id} (any more: see KEEP_S, "
            "KEEP_DELIVERIES)"
        )
    events = [asdict(event) for event in at.deliveries.events(found)]
    click.echo(json.dumps({**asdict(found), "events": events}, indent=2))


def connected() -> Services:
    """Connect to the store of the environment."""
    return services.connect(settings.from_environ(os.environ))


def one_line(delivery: Delivery) -> str:
    """Return a delivery as one line of the list."""
    counts = ", ".join(
        f"{count} {name}"
        for name in TALLY
        if (count := getattr(delivery.receipt, name))
    )
    seen = delivery.reason or counts or "nothing in it"
    return (
        f"{written(delivery.at)}  {delivery.id}  {delivery.outcome} {delivery.status}"
        f"  {delivery.size} bytes {delivery.signature or 'unproved'}"
        f"  {','.join(delivery.portals) or '-'}\n    {seen}"
    )
