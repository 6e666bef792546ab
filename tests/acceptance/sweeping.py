"""Running a sweep as a process of its own, and killing it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.events.sweeps import Sweep
from tests.acceptance.conftest import PORTAL, Service


@contextmanager
def running(service: Service, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command beside the test; it is dead when the block ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *words],
        env=service.stack.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def kill_when(service: Service, true: Callable[[Sweep], bool], *words: str) -> Sweep:
    """Start a sweep and kill -9 it as soon as something is true of it."""

    def sweep() -> Sweep:
        return service.services.sweeps.get(PORTAL, words[0]) or Sweep("", "", "")

    with running(service, *words) as child:
        service.until(lambda: true(sweep()) or child.poll() is not None)
        child.send_signal(signal.SIGKILL)
        child.wait()
    left = sweep()
    assert not left.ended_at, "it was over before it could be killed"
    return left
