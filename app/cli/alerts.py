"""`hubkeeper alerts`: what is wrong and since when, and does anybody know?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import click

from app import services, settings
from app.errors import HubkeeperError
from app.services import Services
from app.watch import message, words
from app.watch.alarm import alarming
from app.watch.channel import Undelivered, channels
from app.watch.judgement import GAP_S
from app.watch.measure import memory_of
from app.watch.register import Page, Register
from app.watch.rule import Rules, rules

NO_CHANNEL = (
    "nobody is told: set ALERT_URL, or ALERT_EMAIL and SMTP_URL, for web and worker"
)


@click.group(invoke_without_command=True)
@click.pass_context
def alerts(context: click.Context) -> None:
    """Show what is alarming now, and since when."""
    if context.invoked_subcommand:
        return
    at = connected()
    page, now = Register(at.store).read(), Register(at.store).now()
    lines = [*what_is_wrong(page, rules(at.settings)), *who_knows(at, page, now)]
    click.echo("\n".join(lines))


@alerts.command("test")
def send_test() -> None:
    """Send a test message through every channel. Exit 1 if one does not take it."""
    ours = settings.from_environ(os.environ)
    ways = channels(ours)
    if not ways:
        raise HubkeeperError(NO_CHANNEL)
    failed = False
    for way in ways:
        try:
            told = way.send(message.test(ours.runbook_url), f"test-{time.time_ns()}")
            click.echo(f"ok     {way.name}: {told}")
        except Undelivered as error:
            failed = True
            click.echo(f"WRONG  {way.name}: {error}")
    sys.exit(int(failed))


def connected() -> Services:
    """Connect to the store of the environment."""
    return services.connect(settings.from_environ(os.environ))


def what_is_wrong(page: Page, rules: Rules) -> Iterator[str]:
    """Describe each alert, the oldest first."""
    open_ = [(each.began, key, each) for key, each in alarming(page, rules).items()]
    for _, key, standing in sorted(open_, key=lambda row: row[:2]):
        where = f"portal {key.portal}: " if key.portal else ""
        known = "" if standing.is_known else ", held back"
        over = ", seems to be over" if standing.calm_since else ""
        since = words.moment(standing.began)
        yield f"{key.rule}  {where}{standing.words}, since {since}{known}{over}"
    if not open_:
        yield "nothing is alarming"


def who_knows(at: Services, page: Page, now: float) -> Iterator[str]:
    """Say whether somebody watches, and whether messages arrive."""
    if not page.looked_at:
        yield "nobody has looked yet; every web process and every worker does"
    elif now - page.looked_at > GAP_S:
        ago = words.span(now - page.looked_at)
        yield f"nobody has looked for {ago}; is a web process or a worker running?"
    if page.posts:
        yield f"messages not delivered yet: {len(page.posts)}; the log says why"
    if not channels(at.settings):
        yield NO_CHANNEL


def examine(at: Services) -> Iterator[tuple[str, str]]:
    """Return (what, seen) for the doctor: alarms, channels, and what is not watched."""
    open_ = alarming(Register(at.store).read(), rules(at.settings))
    ways = ", ".join(way.name for way in channels(at.settings))
    many = f"{len(open_)} open, see `hubkeeper alerts`" if open_ else "none is open"
    yield "alerts", f"{many}; {f'told by {ways}' if ways else NO_CHANNEL}"
    if not memory_of(at.store).limit:
        yield (
            "store memory",
            "has no limit (maxmemory), so nobody is warned before it is full",
        )
