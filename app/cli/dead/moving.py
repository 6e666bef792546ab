"""`hubkeeper dead replay` and `discard`: by name at once, by filter as an order."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from app.cli.dead.options import address, connected, filter_of, filtered, me
from app.cli.dead.watching import watch
from app.cli.dead.words import about_plan
from app.errors import HubkeeperError
from app.repair import letters, placing
from app.repair.filter import Filter
from app.repair.letters import Outcome
from app.repair.order import DISCARD, REPLAY
from app.services import Services

Move = Callable[[str, list[str]], Outcome]


@click.command()
@click.argument("chosen", metavar="PORTAL/ID...", nargs=-1)
@filtered
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@click.option("--rate", type=float, help="Letters per second [default: REPLAY_RATE].")
@click.option("--plan", "only_plan", is_flag=True, help="Say what it means, and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--wait/--no-wait", default=True, help="Show progress until the end.")
def replay(chosen: tuple[str, ...], rate: float | None, **options: Any) -> None:
    """Let dead letters wait again, behind what people just did.

    Letters are named, or meant by a filter; then a plan is shown first.
    """
    at, filter_ = connected(), filter_of(options)
    if by_name(chosen, filter_, everything=options["everything"]):
        told = move(chosen, lambda p, ids: letters.replay(at, p, ids, me()))
        say(told, "{events} events of {letters} dead letters wait again", "replayed")
        return
    carry_out(at, filter_, REPLAY, rate=rate, **options)


@click.command()
@click.argument("chosen", metavar="PORTAL/ID...", nargs=-1)
@filtered
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@click.option("--reason", default="", help="Why; it is kept in the audit.")
@click.option("--rate", type=float, help="Letters per second [default: REPLAY_RATE].")
@click.option("--plan", "only_plan", is_flag=True, help="Say what it means, and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--wait/--no-wait", default=True, help="Show progress until the end.")
def discard(
    chosen: tuple[str, ...], reason: str, rate: float | None, **options: Any
) -> None:
    """Drop dead letters for good."""
    at, filter_ = connected(), filter_of(options)
    if by_name(chosen, filter_, everything=options["everything"]):
        if not options["yes"]:
            click.confirm("Discarded events are gone for good. Go on?", abort=True)
        told = move(chosen, lambda p, ids: letters.discard(at, p, ids, me(), reason))
        say(told, "{events} events of {letters} dead letters are gone", "discarded")
        return
    carry_out(at, filter_, DISCARD, rate=rate, reason=reason, **options)


def by_name(chosen: tuple[str, ...], filter_: Filter, *, everything: bool) -> bool:
    """Tell whether letters are named; refuse what could mean too much.

    Raises:
        HubkeeperError: neither letters nor a filter nor --all were given, or several.

    """
    if chosen and (everything or filter_ != Filter()):
        raise HubkeeperError("name dead letters as PORTAL/ID, or say which; not both")
    if not chosen and filter_.is_empty and not everything:
        raise HubkeeperError(
            "name dead letters as PORTAL/ID, or a filter, or say --all"
        )
    return bool(chosen)


def move(chosen: tuple[str, ...], act: Move) -> Outcome:
    """Do something to named letters, portal by portal."""
    by_portal: dict[str, list[str]] = {}
    for portal, letter_id in map(address, chosen):
        by_portal.setdefault(portal, []).append(letter_id)
    total = Outcome(0, 0, {})
    for portal, ids in by_portal.items():
        done = act(portal, ids)
        problems = {f"{portal}/{id_}": said for id_, said in done.problems.items()}
        total = Outcome(
            total.letters + done.letters,
            total.events + done.events,
            {**total.problems, **problems},
        )
    return total


def say(told: Outcome, words: str, verb: str) -> None:
    """Say what became of named letters; exit 1 if not all were moved."""
    for letter, problem in told.problems.items():
        click.echo(f"{letter}: {problem}", err=True)
    line = words.format(events=told.events, letters=told.letters)
    if told.problems:
        click.echo(f"{line}; {len(told.problems)} could not be {verb}")
        sys.exit(1)
    click.echo(line)


def carry_out(
    at: Services,
    filter_: Filter,
    verb: str,
    *,
    everything: bool,
    rate: float | None,
    only_plan: bool,
    yes: bool,
    wait: bool,
    reason: str = "",
) -> None:
    """Show the plan, ask, order it for each portal, and watch."""
    plans = placing.plans(at, filter_, rate, everything=everything)
    for each in plans:
        click.echo("\n".join(about_plan(each, verb)))
    if not plans:
        click.echo("no dead letter is meant; nothing to do")
    if not plans or only_plan:
        return
    if not yes:
        gone = "Discarded events are gone for good. " if verb == DISCARD else ""
        click.confirm(f"{gone}Go on?", abort=True)
    placed = placing.place(at, plans, verb, me(), reason=reason, everything=everything)
    if wait:
        watch(at, placed)
        return
    for order in placed:
        click.echo(f"ordered as {order.portal}/{order.id}; see `hubkeeper dead orders`")
