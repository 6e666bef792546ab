"""Starts the processes that are measured, and tells how much CPU time they used."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from app import settings
from app.errors import HubkeeperError

READY_S = 60.0
STOP_S = 15.0
PROC = Path("/proc")


class BenchBroken(HubkeeperError):
    """What was measured did not do its work, so that its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process and its descendants, which all are in one group."""

    name: str
    group: int


def environ(**ours: str) -> dict[str, str]:
    """Return the environment of a child: defaults, whatever the user has set."""
    known = {settings.variable(field) for field in fields(settings.Settings)}
    rest = {name: value for name, value in os.environ.items() if name not in known}
    return {**rest, "PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING", **ours}


@contextlib.contextmanager
def running(
    name: str,
    *command: str,
    environ: Mapping[str, str],
    directory: Path,
    ready: Callable[[], bool],
) -> Iterator[Child]:
    """Run `python -m <command>` for the length of the block, once it is ready.

    Raises:
        BenchBroken: it ended, or took too long; the message names its log.

    """
    path = directory / f"{name.replace(' ', '-')}.log"
    with path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: ready() or process.poll() is not None, f"{name}; see {path}")
        if process.poll() is not None:
            raise BenchBroken(f"{name} ended; see {path}")
        yield Child(name, process.pid)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(
    done: Callable[[], bool],
    what: str,
    *,
    most_s: float = READY_S,
    every_s: float = 0.02,
) -> None:
    """Look again and again until it is done.

    Raises:
        BenchBroken: it took too long.

    """
    deadline = time.monotonic() + most_s
    while not done():
        if time.monotonic() > deadline:
            raise BenchBroken(f"not done after {most_s:.0f} s: {what}")
        time.sleep(every_s)


def listens(port: int) -> bool:
    """Tell whether somebody on this machine takes connections at the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class CpuMeter:
    """Measures, from its making on, how much of the machine each child uses."""

    def __init__(self, *children: Child) -> None:
        self._children = children
        self._began = time.perf_counter()
        self._before = self._used_s()

    def cores(self) -> dict[str, float]:
        """Return cores in use on average, by name; empty where there is no /proc.

        "others" is whatever else ran on the machine, the kernel's own work included.
        """
        seconds = time.perf_counter() - self._began
        after = self._used_s()
        used = {name: (after[name] - self._before[name]) / seconds for name in after}
        if used:
            used["others"] = max(0.0, used.pop("machine") - sum(used.values()))
        return used

    def _used_s(self) -> dict[str, float]:
        if not (PROC / "self/stat").exists():
            return {}
        ticks = dict.fromkeys((child.group for child in self._children), 0)
        for stat in PROC.glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                # What follows the name in brackets: state, parent, group, ...
                numbers = stat.read_text().rpartition(")")[2].split()
                if int(numbers[2]) in ticks:
                    ticks[int(numbers[2])] += int(numbers[11]) + int(numbers[12])
        used = {child.name: _seconds(ticks[child.group]) for child in self._children}
        own = os.times()
        return {**used, "bench": own.user + own.system, "machine": _busy_s()}


def _busy_s() -> float:
    line = (PROC / "stat").read_text().partition("\n")[0].split()
    user, nice, system, _idle, _waiting, irq, softirq, steal = map(int, line[1:9])
    return _seconds(user + nice + system + irq + softirq + steal)


def _seconds(ticks: int) -> float:
    return ticks / os.sysconf("SC_CLK_TCK")
