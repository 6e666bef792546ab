"""Measures the doors: deliveries per second, each one stored before it is answered."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import redis

from app import services, settings
from app.cli import embedded
from app.sandbox.config import SandboxConfig
from app.services import Services
from tests.bench import naive, process
from tests.bench.doors import ROUTE
from tests.bench.load import LoadPlan, LoadResult
from tests.bench.process import BenchBroken, Child, CpuMeter

ROUNDS = 3
SIZES = (1, 100)
SECONDS = 3.0
SANDBOX = SandboxConfig()
NAMES = ("no-op", "naive", "hubkeeper")
# More than any of them can take in the time, but what fits into memory.
MOST_DELIVERIES = {
    ("no-op", 1): 24_000,
    ("naive", 1): 12_000,
    ("hubkeeper", 1): 12_000,
    ("no-op", 100): 8_000,
    ("naive", 100): 600,
    ("hubkeeper", 100): 4_000,
}


@dataclass(frozen=True, slots=True)
class Door:
    """A running door; `held` counts the events that it has stored."""

    child: Child
    url: str
    held: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement; `cores` says who used how much of the machine."""

    events_each: int
    result: LoadResult
    cores: dict[str, float]

    @property
    def deliveries_per_s(self) -> float:
        """Answers with 204 per second."""
        return self.result.deliveries / self.result.seconds


Runs = dict[tuple[str, int], list[Run]]


def measure(directory: Path, say: Callable[[str], None]) -> Runs:
    """Send to each door in turn, round after round."""
    runs: Runs = {(name, size): [] for name in NAMES for size in SIZES}
    with contextlib.ExitStack() as house:
        port = embedded.free_port()
        started = embedded.start(directory / "store", port, fsync="always")
        house.callback(started.wait)
        house.callback(started.terminate)
        store = Child("store", started.pid)
        client = house.enter_context(contextlib.closing(embedded.client(port)))
        doors = {n: house.enter_context(_door(n, port, directory)) for n in NAMES}
        sent = 0
        for number in range(ROUNDS):
            for size in SIZES:
                say(f"door, round {number + 1} of {ROUNDS}, {size} per delivery")
                for name, door in doors.items():
                    run = _measured(
                        door, store, size, MOST_DELIVERIES[name, size], sent
                    )
                    runs[name, size].append(run)
                    sent += size * MOST_DELIVERIES[name, size]
                    if name != "no-op" and door.held() != run.result.accepted:
                        raise BenchBroken(
                            f"{name} answered 204 to {run.result.accepted} events"
                            f" and holds {door.held()}"
                        )
                    empty(client)
    return runs


def empty(client: redis.Redis) -> None:
    """Forget all events; a store that grows would slow down the later rounds."""
    client.unlink(naive.QUEUE, naive.DONE, naive.FAILED)
    found = list(client.scan_iter("hk:*", count=10_000))
    for start in range(0, len(found), 1_000):
        client.unlink(*found[start : start + 1_000])


@contextlib.contextmanager
def _door(name: str, store_port: int, directory: Path) -> Iterator[Door]:
    port = embedded.free_port()
    base = f"http://127.0.0.1:{port}"
    environ = process.environ(
        PORT=str(port),
        REDIS_URL=f"redis://127.0.0.1:{store_port}/0",
        PUBLIC_URL=base,
        HUBSPOT_CLIENT_SECRET=SANDBOX.client_secret,
        MAX_WAITING_EVENTS="10000000",
    )
    command = ("app.cli", "web") if name == "hubkeeper" else ("tests.bench.doors", name)
    connected = services.connect(settings.from_environ(environ))
    held = _books(connected) if name == "hubkeeper" else _messages(connected)
    with process.running(
        f"{name} door",
        *command,
        environ=environ,
        directory=directory,
        ready=lambda: process.listens(port),
    ) as child:
        yield Door(child, base + ROUTE, held)


def _books(connected: Services) -> Callable[[], int]:
    """Count what the books hold, if they add up and the store holds as much."""

    def held() -> int:
        law = connected.books.law(SANDBOX.portal_id)
        return law.waiting if law.holds and law.accepted == law.waiting else -1

    return held


def _messages(connected: Services) -> Callable[[], int]:
    return lambda: int(connected.store.llen(naive.QUEUE))


def _measured(door: Door, store: Child, size: int, deliveries: int, sent: int) -> Run:
    plan = LoadPlan(
        url=door.url,
        secret=SANDBOX.client_secret,
        portal=SANDBOX.portal_id,
        first_event=sent,
        events_each=size,
        deliveries=deliveries,
        seconds=SECONDS,
    )
    command = [sys.executable, "-m", "tests.bench.load", json.dumps(asdict(plan))]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as generator:
        assert generator.stdin
        assert generator.stdout
        if generator.stdout.readline().strip() != "ready":
            raise BenchBroken(f"{door.url} does not take deliveries")
        load = Child("load", generator.pid)
        meter = CpuMeter(Child("door", door.child.group), store, load)
        generator.stdin.write("go\n")
        generator.stdin.flush()
        answer = generator.stdout.readline()
        cores = meter.cores()
    if not answer:
        raise BenchBroken(f"{door.url} did not answer everything with 204")
    return Run(size, LoadResult(**json.loads(answer)), cores)
