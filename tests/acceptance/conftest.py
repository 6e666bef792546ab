"""The whole service as processes, with a sandbox for HubSpot."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import services, settings
from app.cli import demo, embedded
from app.cli.local import SANDBOX, in_sandbox
from app.cli.stack import Stack, StackPlan
from app.errors import ConfigError
from app.sandbox.testing import Control
from app.services import Services
from tests.conftest import missing

PORTAL = SANDBOX.portal_id
DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, seen from both ends."""

    stack: Stack
    control: Control
    services: Services

    def create(self, *people: dict[str, str], **origin: str) -> list[str]:
        """Let a person create contacts in HubSpot."""
        return self.control.create(
            "contacts", [{"properties": p} for p in people], **origin
        )

    def update(self, contact_id: str, **properties: str) -> None:
        """Let a person change a contact in HubSpot."""
        self.control.update("contacts", [{"id": contact_id, "properties": properties}])

    def contact(self, contact_id: str) -> defaultdict[str, str]:
        """Return a contact's properties as HubSpot holds them; "" for no value."""
        (found,) = (c for c in self.control.dump("contacts") if c["id"] == contact_id)
        return defaultdict(str, found["properties"])

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that has to happen."""
        deadline = time.monotonic() + DEADLINE_S
        while not true():
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.05)

    def until_quiet(self) -> None:
        """Wait until all is worked off, with every event in the books."""
        assert demo.wait_until_quiet(self.services, self.control, PORTAL, str), (
            self.logs()
        )
        law = self.services.books.law(PORTAL)
        assert law.holds, str(law)

    def calls(self) -> int:
        """Return how many API calls HubSpot has seen."""
        return int(self.control.summary()["total"])

    def dead(self) -> list[Any]:
        """Return the dead letters."""
        return list(self.services.dead.all(PORTAL))

    def command(self, *words: str, check: bool = True) -> str:
        """Run a `hubkeeper` command beside the service; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", *words],
            env=self.stack.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def logs(self) -> str:
        """Return the last words of every process."""
        tails = [
            f"--- {name}\n{self.stack.log_of(name).read_text()[-2000:]}"
            for name in self.stack.children
            if self.stack.log_of(name).exists()
        ]
        return "\n".join(tails)


StartService = Callable[..., Any]


@contextmanager
def start(directory: Path, *, workers: int = 1, **environ: str) -> Iterator[Service]:
    """Run a service of its own, with settings of its own."""
    try:
        embedded.server_binary()
    except ConfigError as error:
        missing(str(error))
    port, sandbox_port = embedded.free_port(), embedded.free_port()
    told = in_sandbox(port, sandbox_port) | {
        "PORT": str(port),
        "LINGER_S": "0.2",
        **environ,
    }
    plan = StackPlan(directory, told, workers, sandbox_port, fsync="always")
    with Stack(plan) as stack:
        connected = services.connect(settings.from_environ(stack.environ))
        yield Service(stack, Control(stack.sandbox_url), connected)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all tests of a module."""
    with start(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The processes import the tests' own actions from here."""
    monkeypatch.chdir(Path(__file__).parents[2])
    assert os.path.isdir("app")
