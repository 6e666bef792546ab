"""`hubkeeper trail CONTACT`: where a contact stands, and what became of its events."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import click

from app import services, settings
from app.events.steps import Step
from app.events.trail import Finished, Glimpse, Standing

PLACES = {
    "": "nothing waits",
    "live": "waits",
    "bulk": "waits behind what people did",
    "suspect": "waits; a worker died while it had it in hand",
    "leased": "is in a worker's hands",
}


@click.command()
@click.argument("contact_id", metavar="CONTACT")
@click.option("--portal", help="Only this portal.")
@click.option(
    "--most",
    default=20,
    show_default=True,
    type=click.IntRange(1),
    help="Finished rounds shown.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a portal.")
def trail(contact_id: str, portal: str | None, most: int, as_json: bool) -> None:
    """Show where a contact stands, and what became of its events."""
    if not contact_id.isdecimal():
        raise click.BadParameter(
            f"{contact_id!r} is no id of a contact: ids are digits"
        )
    at = services.connect(settings.from_environ(os.environ))
    portals = [portal] if portal else at.inbox.portals()
    if not portals and not as_json:
        click.echo("no event yet")
    for each in portals:
        now = at.trail.standing(each, contact_id)
        before = at.trail.finished(each, contact_id, most)
        if as_json:
            finished = [asdict(one) for one in before]
            body = {"portal": each, "now": asdict(now), "finished": finished}
            click.echo(json.dumps(body, ensure_ascii=False))
        else:
            click.echo("\n".join(lines(f"{each}/{contact_id}", now, before)))


def lines(name: str, now: Standing, before: list[Finished]) -> Iterator[str]:
    """Yield the trail as people read it, the newest first."""
    until = f", from {stamp(now.until)} on" if now.place not in ("", "leased") else ""
    if not (now.place or now.letters or before):
        yield f"{name}  nothing is known (any more: see KEEP_S, KEEP_FINISHED)"
        return
    yield f"{name}  {PLACES[now.place]}{until}, {now.attempts} failed attempts"
    for letter in now.letters:
        yield f"  dead letter {name.partition('/')[0]}/{letter}"
    yield from map(told, now.events)
    yield from map(step, reversed(now.steps))
    for each in before:
        yield (
            f"{stamp(each.finished_at)}  {each.outcome}: {each.count} events,"
            f" in hand since {stamp(each.claimed_at)}"
        )
        yield from map(told, each.events)
        yield from map(step, reversed(each.steps))


def told(event: Glimpse) -> str:
    """Return an event as one line."""
    name = f" {event.property_name}" if event.property_name else ""
    return (
        f"  {event.kind}{name}  happened {stamp(event.occurred_at)},"
        f" accepted {stamp(event.accepted_at)} with {event.delivery or '-'}"
    )


def step(step: Step) -> str:
    """Return a step as one line."""
    return f"  {stamp(step.at)}  {step.what} after {step.attempts} attempts: {step.why}"


def stamp(at: float) -> str:
    """Return a time as people read it, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
