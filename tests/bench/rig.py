"""A store and a sandbox, and the worker that is measured between them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from app import services, settings
from app.cli import embedded
from app.events import keys, wire
from app.sandbox.config import SandboxConfig
from app.sandbox.testing import Control
from app.services import Services
from tests.bench import process
from tests.bench.process import BenchBroken, Child, wait_until

SANDBOX = SandboxConfig()
PORTAL = SANDBOX.portal_id
PROCESSES = 4
# As long as HubSpot's longest delivery.
ITEMS = 100
# The portal stands still while the work is put in; taking this away fires the gun.
PAUSE_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Rig:
    """What runs; `environ` is what a worker is told."""

    directory: Path
    environ: dict[str, str]
    connected: Services
    control: Control
    store: Child
    sandbox: Child

    @contextlib.contextmanager
    def worker(self) -> Iterator[Child]:
        """Run `hubkeeper worker` for the length of the block."""
        with process.running(
            "hubkeeper worker",
            *("app.cli", "worker", "--concurrency", str(PROCESSES)),
            environ=self.environ,
            directory=self.directory,
            ready=lambda: bool(self.connected.store.exists(keys.TICKER)),
        ) as child:
            yield child

    def start_over(self, plan: str) -> None:
        """Empty store and sandbox, and give the sandbox's account a plan."""
        store = self.connected.store
        found = [key for key in store.scan_iter("hk:*") if key != keys.TICKER.encode()]
        for start in range(0, len(found), 1_000):
            store.unlink(*found[start : start + 1_000])
        self.control.reset()
        self.control.put_limits(plan=plan)
        self.control.put_webhooks(target_url="", subscriptions=[])

    def put_in(self, events: Sequence[dict[str, Any]]) -> None:
        """Let the inbox accept the events; nobody works on them before `fire`."""
        self.connected.throttle.pause(PORTAL, PAUSE_S, "the benchmark gets ready")
        for start in range(0, len(events), ITEMS):
            delivery = orjson.dumps(events[start : start + ITEMS])
            self.connected.inbox.accept(wire.parse(delivery))
        contacts = len({event["objectId"] for event in events})
        wait_until(
            lambda: self.connected.inbox.due().get(PORTAL) == contacts,
            "all contacts are due",
        )

    def fire(self) -> None:
        """Let the workers begin, and everything be counted from now on."""
        self.control.forget_requests()
        self.connected.throttle.resume(PORTAL)

    def counts(self) -> dict[str, int]:
        """Return the books."""
        return self.connected.books.counts(PORTAL)

    def is_done(self) -> bool:
        """Tell whether no event waits and none is in hand."""
        counts = self.counts()
        return not counts.get("waiting", 0) + counts.get("working", 0)

    def check(self, contacts: int) -> None:
        """Look whether the work was done.

        Raises:
            BenchBroken: an event was lost or given up, or a contact has no pin.

        """
        law = self.connected.books.law(PORTAL)
        if not law.holds or law.settled != law.accepted:
            raise BenchBroken(f"not everything was settled: {law}")
        pinned = self.pinned()
        if pinned != contacts:
            raise BenchBroken(f"{pinned} of {contacts} contacts have a pin")

    def pinned(self) -> int:
        """Return how many contacts have something pinned: the last step of all."""
        name = "hs_pinned_engagement_id"
        dumped = self.control.dump("contacts", properties=name)
        return sum(1 for record in dumped if record["properties"][name])

    def twins(self) -> int:
        """Return how many companies were made although their domain had one."""
        dumped = self.control.dump("companies", properties="domain")
        domains = {record["properties"]["domain"] for record in dumped}
        return len(dumped) - len(domains)


@contextlib.contextmanager
def running(directory: Path, fsync: str, **rates: str) -> Iterator[Rig]:
    """Run a store and a sandbox for the length of the block.

    Args:
        directory: for the store's file and the logs.
        fsync: the store's `appendfsync`.
        rates: settings of the workers, e.g. RATE_CALLS="190".

    """
    port, sandbox_port = embedded.free_port(), embedded.free_port()
    environ = process.environ(
        REDIS_URL=f"redis://127.0.0.1:{port}/0",
        HUBSPOT_API_URL=f"http://127.0.0.1:{sandbox_port}",
        HUBSPOT_ACCESS_TOKEN=SANDBOX.token,
        HUBSPOT_APP_ID=SANDBOX.app_id,
        **rates,
    )
    with contextlib.ExitStack() as house:
        started = embedded.start(directory / "store", port, fsync=fsync)
        house.callback(started.wait)
        house.callback(started.terminate)
        sandbox = house.enter_context(
            process.running(
                "sandbox",
                *("app.cli", "sandbox", "--port", str(sandbox_port)),
                environ=environ,
                directory=directory,
                ready=lambda: process.listens(sandbox_port),
            )
        )
        control = Control(environ["HUBSPOT_API_URL"])
        house.callback(control.close)
        connected = services.connect(settings.from_environ(environ))
        house.callback(connected.store.close)
        store = Child("store", started.pid)
        yield Rig(directory, environ, connected, control, store, sandbox)
