"""`hubkeeper demo`: a crowd goes through the whole service, and all is checked."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from app import services, settings
from app.cli import embedded, inspection, report, wave
from app.cli.local import HOME, SANDBOX, in_sandbox, progress
from app.cli.stack import Stack, StackPlan, termination_is_an_interrupt
from app.errors import ConfigError
from app.sandbox.testing import Control
from app.services import Services

SETTLE_S = 180.0
SILENCE_S = 5.0
MOST_CALLS_PER_CONTACT = 0.10
# Fewer contacts do not fill the batches, and each costs more calls.
CROWD = 1_000


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--chaos", is_flag=True, help="Two web, three workers, one kill -9.")
@click.option(
    "--contacts",
    default=1_000,
    show_default=True,
    type=click.IntRange(1),
    help="How many.",
)
@click.option(
    "--seed", default=0, show_default=True, help="The same seed: the same people."
)
def demo(as_json: bool, chaos: bool, contacts: int, seed: int) -> None:
    """Send a crowd through the whole service, and check the end."""

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
        "WEB_PROCESSES": "2" if chaos else "1",
    }
    plan = StackPlan(
        HOME / "demo", environ, 3 if chaos else 1, sandbox_port, fresh=True
    )
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
    wave.send(control, plan, crowd)
    if chaos:
        say(kill_somebody_at_work(stack, connected))
    quiet = wait_until_quiet(connected, control, SANDBOX.portal_id, say)
    say("people come back and edit what was tidied")
    wave.come_back(control, plan, crowd)
    last_change_at = time.time()
    quiet &= wait_until_quiet(connected, control, SANDBOX.portal_id, say)
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
    is_crowd = plan.creations >= CROWD and not chaos
    if is_crowd and made.calls_per_contact > MOST_CALLS_PER_CONTACT:
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
