"""`hubkeeper run`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import time

import click

from app import services, settings
from app.cli import wave
from app.cli.local import HOME, fresh, in_sandbox, progress
from app.cli.stack import Stack, StackPlan, termination_is_an_interrupt
from app.errors import ConfigError, Denied
from app.sandbox.testing import Control


@click.command()
@click.option("--sandbox-port", default=8090, show_default=True)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
@click.option("--contacts", default=200, show_default=True, help="In the first wave.")
def run(sandbox_port: int, workers: int, contacts: int) -> None:
    """Run everything here until Ctrl-C, against HubSpot if its token is set."""
    real = bool(os.environ.get("HUBSPOT_ACCESS_TOKEN"))
    environ = {"PORT": os.environ.get("PORT") or "8080"}
    if real:
        check_token()
        directory = HOME
    else:
        environ |= in_sandbox(int(environ["PORT"]), sandbox_port)
        directory = fresh(HOME / "run")
    plan = StackPlan(directory, environ, workers, 0 if real else sandbox_port)
    with termination_is_an_interrupt(), Stack(plan) as stack:
        say_where(stack)
        try:
            if not real:
                send_first_wave(stack, contacts)
            watch(stack)
        except KeyboardInterrupt:
            click.echo("\nstopping everything")


def send_first_wave(stack: Stack, contacts: int) -> None:
    """Let something happen in the sandbox."""
    plan = wave.WavePlan(contacts, contacts // 10, contacts // 20)
    wave.send(Control(stack.sandbox_url), plan, wave.Crowd())
    click.echo(f"{contacts} contacts were created in the sandbox, and some changed")


def check_token() -> None:
    """Ask HubSpot whether it takes the token, before anything is started.

    Raises:
        ConfigError: it does not, or a setting is missing.

    """
    ours = settings.from_environ(os.environ, needs=("hubspot_client_secret",))
    try:
        portal = services.without_limits(ours).account.details().portal_id
    except Denied as error:
        raise ConfigError(f"HubSpot refuses HUBSPOT_ACCESS_TOKEN: {error}") from error
    click.echo(f"the token opens portal {portal}")


def say_where(stack: Stack) -> None:
    """Print the addresses."""
    click.echo(f"webhooks   {stack.web_url}/webhooks/hubspot")
    if stack.plan.sandbox_port:
        click.echo(f"sandbox    {stack.sandbox_url} (stands in for HubSpot)")
    elif not stack.environ.get("PUBLIC_URL"):
        click.echo("PUBLIC_URL is not set: signatures are checked against this address")
    click.echo(f"store      {stack.environ['REDIS_URL']}")
    click.echo(f"logs       {stack.plan.directory}")
    click.echo("Ctrl-C stops everything")


def watch(stack: Stack) -> None:
    """Show progress until Ctrl-C.

    Raises:
        ConfigError: a process ended that should not have.

    """
    connected = services.connect(settings.from_environ(stack.environ))
    last = ""
    while True:
        if broken := stack.broken():
            raise ConfigError(f"{broken[0]} ended; see {stack.log_of(broken[0])}")
        for portal in connected.inbox.portals():
            line = f"portal {portal}  {progress(connected.books.counts(portal))}"
            if line != last:
                click.echo(line)
                last = line
        time.sleep(1)
