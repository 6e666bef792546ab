"""`hubkeeper reconcile` and `backfill`: find what never arrived, go over everybody."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from app import services, settings
from app.cli.meter import meter, so_far
from app.cli.moment import Moment
from app.cli.stack import termination_is_an_interrupt
from app.errors import HubkeeperError, LeaseLost, Refused
from app.events.sweeps import Sweep
from app.repair import start
from app.repair.moment import shown
from app.repair.sweep import Sweeper, carry_on
from app.services import Services

INTERRUPTED = 130
PAST = Moment(past=True)

_portal = click.option("--portal", help="Whose token it must be, to be sure.")
_status = click.option("--status", is_flag=True, help="Only say how far it is.")
_share = click.option(
    "--daily-share",
    "share",
    type=click.FloatRange(0, 1),
    help="In place of DAILY_SHARE: wait when so much of the day's calls is used.",
)


@click.command()
@click.option("--since", type=PAST, help="Changes from then on: 2h, 3d, a date.")
@click.option("--until", type=PAST, help="Changes up to then; else to the present.")
@click.option("--again", is_flag=True, help="Begin anew, also if one was left.")
@_portal
@_share
@_status
def reconcile(
    since: float | None,
    until: float | None,
    again: bool,
    portal: str | None,
    share: float | None,
    status: bool,
) -> None:
    """Find what changed while nobody told, and look after it.

    Everything that changed since then goes into the inbox, whether its webhook came or
    not; the workers write what is missing, and nothing else. A reconcile that was
    left, by Ctrl-C or a crash, is gone on with where it was.
    """
    if status:
        report(connected(), portal, ("reconcile", "schedule"))
        return
    if since is not None and until is not None and until <= since:
        raise click.BadParameter("is not after --since", param_hint="--until")
    if until is not None and since is None:
        raise click.BadParameter("needs --since", param_hint="--until")
    at = connected(needs=("hubspot_access_token",))
    run(
        at,
        portal,
        lambda whose: start.reconcile(
            at, whose, since=since, until=until or 0.0, again=again, share=share
        ),
    )


@click.command()
@click.option(
    "--again", is_flag=True, help="Begin with the first contact, in any case."
)
@_portal
@_share
@_status
def backfill(
    again: bool, portal: str | None, share: float | None, status: bool
) -> None:
    """Take the rules to all contacts of the portal, changed or not.

    A backfill that was left, by Ctrl-C or a crash, is gone on with where it was.
    """
    if status:
        report(connected(), portal, ("backfill",))
        return
    at = connected(needs=("hubspot_access_token",))
    run(at, portal, lambda whose: start.backfill(at, whose, again=again, share=share))


def connected(needs: tuple[str, ...] = ()) -> Services:
    """Connect to what the environment names."""
    return services.connect(settings.from_environ(os.environ, needs=needs))


def run(at: Services, portal: str | None, begin: Callable[[str], Sweeper]) -> None:
    """Carry a sweep on to its end; whatever stops it before is said in words."""
    sweeper = begin(portal or start.portal_of(at))
    sweep = sweeper.sweep
    click.echo(beginning(sweep))
    try:
        with (
            termination_is_an_interrupt(),
            meter(sweep, is_terminal=sys.stdout.isatty()) as tell,
        ):
            sweep = carry_on(sweeper, tell)
    except KeyboardInterrupt:
        click.echo(f"\nstopped; {left_at(sweeper.sweep)}")
        sys.exit(INTERRUPTED)
    except LeaseLost as error:
        raise HubkeeperError(f"stopped: {error}") from error
    except Refused as error:
        raise HubkeeperError(f"{error}; {left_at(sweeper.sweep)}") from error
    click.echo(
        f"{sweep.found:,} contacts were put in; `hubkeeper doctor` says how far the"
        " workers are"
    )


def beginning(sweep: Sweep) -> str:
    """Say what is about to be done, and whether it was begun before."""
    what = f"portal {sweep.portal}: {described(sweep)}"
    if sweep.cursor:
        return f"{what}, begun {shown(sweep.begun_at)}, goes on after {so_far(sweep)}"
    return what


def left_at(sweep: Sweep) -> str:
    """Say how a sweep that was left is gone on with."""
    return f"{so_far(sweep)} were put in; `hubkeeper {sweep.name}` goes on from there"


def described(sweep: Sweep) -> str:
    """Return what a sweep is about."""
    if sweep.name == "backfill":
        return "backfill of all contacts"
    until = shown(sweep.until) if sweep.until else "the present"
    by = "reconcile by schedule" if sweep.name == "schedule" else "reconcile"
    return f"{by} of changes from {shown(sweep.since)} to {until}"


def report(at: Services, portal: str | None, names: tuple[str, ...]) -> None:
    """Say how far the sweeps of these names are."""
    portals = [portal] if portal else at.inbox.portals()
    sweeps = [at.sweeps.get(each, name) for each in portals for name in names]
    for sweep in filter(None, sweeps):
        click.echo(f"portal {sweep.portal}: {described(sweep)}")
        click.echo(f"    {so_far(sweep)}; {standing(sweep)}")
    if not any(sweeps):
        click.echo(f"there was no {' or '.join(names)} yet")


def standing(sweep: Sweep) -> str:
    """Return whether a sweep is at its end, waits, or is on its way or was left."""
    if sweep.ended_at:
        verb = "caught up" if sweep.name == "schedule" else "ended"
        return f"{verb} {shown(sweep.ended_at)}"
    if sweep.waits_for:
        return f"waiting since {shown(sweep.moved_at)}: {sweep.waits_for}"
    return f"not at its end; moved on last at {shown(sweep.moved_at)}"
