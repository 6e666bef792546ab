"""`hubkeeper replay`: puts accepted events in again, out of the archive."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime

import click

from app import services, settings
from app.cli.moment import Moment
from app.errors import ConfigError, StoreDown
from app.repair import forecast, past
from app.repair.moment import written
from app.repair.past import Past, Plan
from app.services import Services


@click.command()
@click.option("--since", type=Moment(), help="What came since: 2h, 3d, a date.")
@click.option("--until", type=Moment(), help="What came before that.")
@click.option("--contact", help="Only events of this contact.")
@click.option("--type", "kind", help="Only contact.creation, or contact, or creation.")
@click.option("--portal", help="Only events of this portal.")
@click.option("--all", "everything", is_flag=True, help="All there is.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    help="Events per second [default: REPLAY_RATE].",
)
@click.option("--run", "name", help="Begin this run again, after it was cut short.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def replay(
    since: float | None,
    until: float | None,
    contact: str | None,
    kind: str | None,
    portal: str | None,
    everything: bool,
    rate: float | None,
    name: str | None,
    yes: bool,
) -> None:
    """Put in again what was accepted, behind what people just did."""
    narrow = any(each is not None for each in (since, until, contact, kind, portal))
    if since is not None and until is not None and until <= since:
        raise click.BadParameter("is not after --since", param_hint="--until")
    if narrow == everything:
        raise ConfigError("say which events are meant (--since...), or --all of them")
    at = services.connect(settings.from_environ(os.environ))
    meant = Past(since or 0.0, until or at.deliveries.now(), portal, contact, kind)
    found = past.plan(at, meant)
    click.echo("\n".join(told(at, found)))
    if not found.events:
        return
    if not yes:
        click.confirm("Put them in again?", abort=True)
    name = name or datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    go(at, meant, found, name, rate or at.settings.replay_rate)


def told(at: Services, found: Plan) -> list[str]:
    """Return a plan in words."""
    if not found.events:
        off = "" if at.settings.archive_mb else "; ARCHIVE_MB is 0: the archive is off"
        return [f"the archive holds no such event{off}"]
    return [
        f"{found.events} events of {len(found.contacts)} contacts"
        f" in {found.deliveries} deliveries, among them:",
        *(f"    {line}" for line in found.sample),
        forecast.words(found.calls),
    ]


def go(at: Services, meant: Past, found: Plan, name: str, rate: float) -> None:
    """Run it, with progress; tell how to go on if it is cut short."""
    so_far = past.Progress()
    try:
        with click.progressbar(length=found.events, label=f"run {name}") as bar:
            for progress in past.run(at, meant, name, rate):
                bar.update(progress.done - so_far.done)
                so_far = progress
    except (KeyboardInterrupt, StoreDown) as error:
        click.echo(f"\ncut short; go on with:\n    {again(meant, name, rate)}")
        raise click.Abort from error
    click.echo(f"{so_far.put_in} events wait again, {so_far.known} did already")


def again(meant: Past, name: str, rate: float) -> str:
    """Return the command that goes on with a run."""
    words = ["hubkeeper", "replay", "--run", name, "--rate", f"{rate:g}"]
    words += ["--since", written(meant.since), "--until", written(meant.until)]
    for option, value in (
        ("--contact", meant.contact),
        ("--type", meant.kind),
        ("--portal", meant.portal),
    ):
        words += [option, value] if value is not None else []
    return shlex.join([*words, "--yes"])
