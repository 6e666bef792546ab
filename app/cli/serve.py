"""The processes that users scale, web and worker, and the settings of both."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping

import click
import redis

from app import logs, settings
from app.errors import ConfigError, StoreDown
from app.events import durability, seal
from app.events.scripts import Scripts
from app.events.vault import Vault
from app.web import server as web_server

# How gunicorn ends when it gets no socket.
NO_SOCKET = 1


@click.command()
def web() -> None:
    """Serve the webhook endpoint (gunicorn)."""
    ours = settings.from_environ(os.environ, needs=("hubspot_client_secret",))
    logs.setup(ours.log_level)
    check_store(ours)
    serve_or_say_why(ours)


@click.command()
@click.option("--concurrency", type=click.IntRange(1), help="Processes of this worker.")
def worker(concurrency: int | None) -> None:
    """Work off what was accepted (Celery). Start as many as you like."""
    ours = settings.from_environ(os.environ, needs=("hubspot_access_token",))
    logs.setup(ours.log_level)
    check_store(ours)
    check_rules(os.environ)
    options = {
        "--concurrency": str(concurrency or ours.worker_processes),
        "--pool": "prefork",
        "--loglevel": ours.log_level,
    }
    flags = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    command = [sys.executable, "-m", "celery", "-A", "workers", "-q", "worker", *flags]
    for name, value in options.items():
        command += [name, value]
    os.execv(sys.executable, command)  # noqa: S606 - becomes the worker


def serve_or_say_why(ours: settings.Settings) -> None:
    """Serve until a signal says stop.

    Raises:
        ConfigError: somebody else listens there, or nobody may.

    """
    master = os.getpid()
    try:
        web_server.serve(ours)
    except SystemExit as ended:
        if ended.code != NO_SOCKET or os.getpid() != master:
            raise
        raise ConfigError(
            f"cannot listen on {ours.bind}:{ours.port}; set BIND and PORT to an address"
            " of this machine and a port that is free"
        ) from ended


@click.command("settings")
def settings_table() -> None:
    """Print every setting, its value now, and what it means."""
    rows = settings.table(settings.from_environ(os.environ))
    width = max(len(name) for name, _, _ in rows)
    for name, value, meaning in rows:
        click.echo(f"{name:<{width}}  {meaning}")
        click.echo(f"{'':<{width}}  = {value}")


def check_rules(environ: Mapping[str, str]) -> None:
    """Say what is wrong with rules and actions before a worker needs them.

    They are looked at by another process: this package never imports them.

    Raises:
        ConfigError: in the words of `hubkeeper rules check`.

    """
    command = [sys.executable, "-m", "workers.cli", "rules", "check"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ConfigError(done.stderr.strip().removeprefix("hubkeeper: "))


def check_store(ours: settings.Settings) -> None:
    """Say what is wrong with the store before anything depends on it.

    Raises:
        ConfigError: nobody answers at REDIS_URL, what it accepts will be lost, or it
            is sealed with another key.

    """
    store = redis.Redis.from_url(ours.redis_url, socket_timeout=5)
    try:
        must_be_durable(durability.examine(store), lossy_is_fine=ours.allow_lossy_store)
        seal.admit(Scripts(store, vault=Vault(ours.store_keys)))
    except (StoreDown, ValueError) as error:
        raise ConfigError(
            f"no store at REDIS_URL: {str(error).removesuffix('.')};"
            " start Redis or Valkey, or mend REDIS_URL"
        ) from error
    finally:
        store.close()


def must_be_durable(
    problems: Iterable[durability.Problem], *, lossy_is_fine: bool
) -> None:
    """Warn of a store that may lose something; refuse one that certainly will.

    Raises:
        ConfigError: says what to change.

    """
    found = list(problems)
    lossy = [str(problem) for problem in found if problem.lossy]
    if lossy and not lossy_is_fine:
        raise ConfigError(
            f"the store is not durable: {'; '.join(lossy)}; change it (CONFIG SET, and"
            " its configuration file), or set ALLOW_LOSSY_STORE=true to start anyway"
        )
    for problem in found:
        logs.get().warning("store_not_durable", problem=str(problem))
