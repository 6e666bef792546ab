"""`hubkeeper sandbox`: a HubSpot of your own, as troublesome as you like."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from app.cli.stack import must_be_free
from app.errors import ConfigError
from app.sandbox import server
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.switches import Switches

DEFAULTS = SandboxConfig()
FILE = click.Path(dir_okay=False, path_type=Path)
PRESENT_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"show_default": True})
@click.option(
    "--port",
    default=8090,
    type=click.IntRange(0, 65535),
    help="Where it listens; 0: any free port.",
)
@click.option("--token", default=DEFAULTS.token, help="The app's access token.")
@click.option(
    "--client-secret", default=DEFAULTS.client_secret, help="It signs the webhooks."
)
@click.option("--webhook-target", default="", help="URL that gets the webhooks.")
@click.option("--seed", default=0, help="Same seed: same ids, people and dice.")
@click.option("--people", default=0, type=click.IntRange(0), help="Contacts to invent.")
@click.option(
    "--plan",
    default="professional",
    type=click.Choice(list(PLANS)),
    help="Whose rate limits it has.",
)
@click.option(
    "--search-lag", "search_lag_s", default=2.0, help="Of search, in seconds."
)
@click.option("--clock-speed", default=1.0, help="60: an hour passes in a minute.")
@click.option("--faults", type=PRESENT_FILE, help="TOML or JSON: a list `faults`.")
@click.option(
    "--switch",
    "switches",
    multiple=True,
    metavar="NAME=VALUE",
    help="One of app/sandbox/switches.py; repeatable.",
)
@click.option("--load", type=PRESENT_FILE, help="Snapshot to start from.")
@click.option("--save", type=FILE, help="Snapshot to write when it ends.")
def sandbox(
    people: int,
    plan: str,
    faults: Path | None,
    switches: Sequence[str],
    load: Path | None,
    save: Path | None,
    **config: Any,
) -> None:
    """Run a HubSpot of your own on this machine.

    Its address, in a browser, is a page to watch it. It talks to nobody but the
    webhook target, and forgets everything when it ends, unless it is told to --save.
    """
    if load is not None and people:
        raise click.UsageError("--people fills a new account; --load brings its own")
    if save is not None and not save.resolve().parent.is_dir():
        raise click.UsageError(f"--save: there is no directory {save.resolve().parent}")
    must_be_free("--port", config["port"])
    try:
        wanted = SandboxConfig(
            people=people,
            plan=PLANS[plan],
            faults=read_faults(faults) if faults else (),
            switches=Switches().flipped(dict(map(_switch, switches))),
            **config,
        )
        server.serve(wanted, load, save)
    except (ValueError, OSError) as error:
        raise ConfigError(f"the sandbox cannot start: {error}") from error


def read_faults(path: Path) -> list[dict[str, object]]:
    """Return the faults in a file, as the control plane takes them.

    TOML has a `[[faults]]` table for each; JSON has the same under "faults".

    Raises:
        ValueError: the file cannot be read that way.

    """
    text = path.read_text("utf-8")
    read = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    faults = read.get("faults") if isinstance(read, dict) else None
    if not isinstance(faults, list) or not all(isinstance(f, dict) for f in faults):
        raise ValueError(f"{path} has no list of faults")
    return faults


def _switch(given: str) -> tuple[str, Any]:
    """Read NAME=VALUE; what is no JSON is text."""
    name, _, value = given.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
