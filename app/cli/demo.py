"""`hubkeeper run` and `hubkeeper demo`: the whole service on this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from app import services, settings
from app.cli import embedded, inspection, report, wave
from app.cli.stack import Stack, StackPlan, termination_is_an_interrupt
from app.errors import ConfigError, Denied
from app.sandbox.config import SandboxConfig
from app.sandbox.testing import Control
from app.services import Services

HOME = Path(".hubkeeper")
SANDBOX = SandboxConfig()
SETTLE_S = 180.0
SILENCE_S = 5.0
MOST_CALLS_PER_CONTACT = 0.10

# What the processes are told when they talk to the sandbox instead of HubSpot.
IN_SANDBOX = {
    "HUBSPOT_CLIENT_SECRET": SANDBOX.client_secret,
    "HUBSPOT_ACCESS_TOKEN": SANDBOX.token,
    "HUBSPOT_APP_ID": SANDBOX.app_id,
    "RATE_CALLS": "190",
    # The sandbox is quick, and its search lags two seconds: no need to wait for long.
    "HTTP_TIMEOUT_S": "5",
    "LEASE_S": "8",
    "SEARCH_LAG_S": "4",
}


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


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--chaos", is_flag=True, help="Two web, three workers, one kill -9.")
@click.option("--contacts", default=1_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
def demo(as_json: bool, chaos: bool, contacts: int, seed: int) -> None:
    """Send a crowd of contacts through the whole service, and check every record."""

    def say(line: str) -> None:
        click.echo(line, err=as_json)

    plan = wave.WavePlan(contacts, contacts // 5, contacts // 20, seed)
    with termination_is_an_interrupt(), demo_stack(chaos) as stack:
        result = perform(stack, plan, chaos=chaos, say=say)
    if as_json:
        click.echo(json.dumps(asdict(result), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(report.lines(result)))
    sys.exit(0 if result.good else 1)


@contextmanager
def demo_stack(chaos: bool) -> Iterator[Stack]:
    """Run a service of its own on free ports, with an empty store."""
    port, sandbox_port = embedded.free_port(), embedded.free_port()
    environ = in_sandbox(port, sandbox_port) | {
        "PORT": str(port),
        "REDIS_URL": "",
        "WEB_PROCESSES": "2" if chaos else "1",
    }
    plan = StackPlan(fresh(HOME / "demo"), environ, 3 if chaos else 1, sandbox_port)
    with Stack(plan) as stack:
        yield stack


def perform(
    stack: Stack, plan: wave.WavePlan, *, chaos: bool, say: Callable[[str], None]
) -> report.Report:
    """Send the wave, wait until all is quiet, and look at everything."""
    control = Control(stack.sandbox_url)
    control.put_webhooks(duplicate_rate=0.1, shuffle=True)
    if chaos:
        # As far away as HubSpot is, so that a round takes long enough to be killed.
        control.put_faults({"kind": "slow", "delay_s": 0.15})
    connected = services.connect(settings.from_environ(stack.environ))
    say(
        f"creating {plan.creations} contacts, {plan.updates} edits, {plan.deletions}"
        " deletions; one delivery in ten comes twice, all of them out of order"
    )
    crowd = wave.Crowd()
    for _ in wave.send(control, plan, crowd):
        pass
    if chaos:
        say(kill_somebody_at_work(stack, connected))
    last_change_at = time.time()
    quiet = wait_until_quiet(connected, control, SANDBOX.portal_id, say)
    calls = control.summary()["total"]
    time.sleep(SILENCE_S)
    made = report.make(
        connected.books, SANDBOX.portal_id, control, crowd, last_change_at
    )
    made.problems.extend(inspection.problems(control, crowd))
    if not quiet:
        made.problems.append(f"not finished after {SETTLE_S:.0f} s")
    if control.summary()["total"] != calls:
        made.problems.append("still calling HubSpot although nothing happens any more")
    if made.calls_per_contact > MOST_CALLS_PER_CONTACT and not chaos:
        made.problems.append(f"more than {MOST_CALLS_PER_CONTACT} calls per contact")
    if made.events["dead"]:
        made.problems.append("there are dead letters, and none should be")
    return made


def kill_somebody_at_work(stack: Stack, connected: Services) -> str:
    """Kill the first worker that has contacts in hand; say which."""
    deadline = time.monotonic() + SETTLE_S
    while not (holders := connected.inbox.holders(SANDBOX.portal_id)):
        if time.monotonic() > deadline:
            raise ConfigError("no worker took anything in hand")
        time.sleep(0.01)
    token, contacts = max(holders.items(), key=lambda holder: holder[1])
    name = stack.name_of(int(token.split(":")[1]))
    stack.kill(name)
    return f"kill -9 of {name}, which had {contacts} contacts in hand"


def wait_until_quiet(
    connected: Services, control: Control, portal: str, say: Callable[[str], None]
) -> bool:
    """Wait until nothing is on its way any more; say how far it is."""
    deadline = time.monotonic() + SETTLE_S
    while time.monotonic() < deadline:
        counts = connected.books.counts(portal)
        open_ = counts.get("waiting", 0) + counts.get("working", 0)
        # The order matters: what is delivered must be in the books when they are read.
        if control.webhooks_idle() and not open_:
            settled = connected.books.counts(portal)
            if not settled.get("waiting", 0) + settled.get("working", 0):
                return True
        say(progress(counts))
        time.sleep(1)
    return False


def progress(counts: dict[str, int]) -> str:
    """Return one line about how far it is."""
    names = ("accepted", "waiting", "working", "settled", "dead")
    return "  ".join(f"{name} {counts.get(name, 0)}" for name in names)


def in_sandbox(port: int, sandbox_port: int) -> dict[str, str]:
    """Return the settings of a service that talks to the sandbox."""
    return IN_SANDBOX | {
        "HUBSPOT_API_URL": f"http://127.0.0.1:{sandbox_port}",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


def fresh(directory: Path) -> Path:
    """Empty a directory of ours: the sandbox forgets, and so must the store."""
    shutil.rmtree(directory, ignore_errors=True)
    return directory


def send_first_wave(stack: Stack, contacts: int) -> None:
    """Let something happen in the sandbox."""
    plan = wave.WavePlan(contacts, contacts // 10, contacts // 20)
    for _ in wave.send(Control(stack.sandbox_url), plan, wave.Crowd()):
        pass
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
