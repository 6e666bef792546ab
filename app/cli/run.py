"""`hubkeeper run`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import time

import click

from app import services, settings
from app.cli import shell, wave
from app.cli.local import HOME, in_sandbox, progress
from app.cli.stack import Stack, StackPlan, termination_is_an_interrupt
from app.errors import ConfigError, Denied, Unreachable
from app.sandbox.testing import Control


@click.command()
@click.option(
    "--sandbox-port",
    default=8090,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Where the sandbox listens.",
)
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1),
    help="How many workers.",
)
@click.option(
    "--contacts",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    help="How many are created in the sandbox.",
)
def run(sandbox_port: int, workers: int, contacts: int) -> None:
    """Run everything here until Ctrl-C.

    Against HubSpot if HUBSPOT_ACCESS_TOKEN is set, else against a sandbox of its own.
    """
    real = bool(os.environ.get("HUBSPOT_ACCESS_TOKEN"))
    port = settings.from_environ(os.environ).port
    token = os.environ.get("OPS_TOKEN") or secrets.token_urlsafe(24)
    environ = {"PORT": str(port), "OPS_TOKEN": token}
    if real:
        check_token()
        # What HubSpot was told is stored must be so, even if the power goes.
        plan = StackPlan(HOME, environ, workers, fsync="always")
    else:
        environ |= in_sandbox(port, sandbox_port)
        plan = StackPlan(HOME / "run", environ, workers, sandbox_port, fresh=True)
    click.echo(f"starting everything; the logs are in {plan.directory}")
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
    except Unreachable as error:
        url = ours.hubspot_api_url
        raise ConfigError(f"{error}; is there a way from here to {url}?") from error
    click.echo(f"the token opens portal {portal}")


def say_where(stack: Stack) -> None:
    """Print the addresses."""
    click.echo(f"webhooks   {stack.web_url}/webhooks/hubspot")
    if stack.plan.sandbox_port:
        click.echo(f"sandbox    {stack.sandbox_url} (stands in for HubSpot)")
    elif not stack.environ.get("PUBLIC_URL"):
        click.echo("PUBLIC_URL is not set: signatures are checked against this address")
    click.echo(f"store      {stack.environ['REDIS_URL']}")
    env = shell.write(stack)
    click.echo(f"dashboard  {stack.web_url}/ops  (its token is OPS_TOKEN in {env})")
    click.echo(f"commands   in another shell: . {env}; hubkeeper doctor")
    if kept := ", ".join(shell.kept_back(stack)):
        click.echo(f"           with your {kept} set there as here; no file has them")
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
            raise ConfigError(broken[0])
        for portal in connected.inbox.portals():
            line = f"portal {portal}  {progress(connected.books.counts(portal))}"
            if line != last:
                click.echo(line)
                last = line
        time.sleep(1)
