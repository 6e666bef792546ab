"""Measures the sandbox: a hundred thousand contacts, batch reads, and deliveries."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

from app.cli import embedded
from app.sandbox.config import SandboxConfig
from app.sandbox.testing import Control
from tests.bench import process
from tests.bench.process import BenchBroken, wait_until

CONTACTS = 100_000
FIRST_ID = 100_000_000_000
READS = 200
BATCH = 100
NAMES = ["email", "firstname", "lastname", "city"]
# Every update is one event, and a delivery takes a hundred.
EVENTS = 20_000
READ_PATH = "/crm/v3/objects/contacts/batch/read"


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a sandbox process with many contacts does.

    Attributes:
        contacts: that it holds.
        seed_s: what it took to put them there.
        memory_mb: of the process afterwards, resident.
        read_ms: one batch/read of a hundred, from request to answer; median.
        read_ms_p95: the same, the slowest of twenty.
        events: that were delivered.
        delivered_s: from the first change to the last delivery.

    """

    contacts: int
    seed_s: float
    memory_mb: float
    read_ms: float
    read_ms_p95: float
    events: int
    delivered_s: float

    @property
    def events_per_s(self) -> float:
        """Events delivered and acknowledged per second, the changes included."""
        return self.events / self.delivered_s

    def lines(self) -> Sequence[str]:
        """Return the figures for people."""
        return (
            f"sandbox with {self.contacts:,} contacts "
            f"({self.memory_mb:.0f} MB, seeded in {self.seed_s:.1f} s)",
            f"  batch/read of {BATCH}: {self.read_ms:.1f} ms at the median, "
            f"{self.read_ms_p95:.1f} ms at 95 %",
            f"  webhooks: {self.events_per_s:,.0f} events/s, changes included",
        )


def measure(directory: Path, say: Callable[[str], None]) -> Capacity:
    """Fill a sandbox, read from it, and let it deliver."""
    port = embedded.free_port()
    command = ("app.cli", "sandbox", "--port", str(port))
    with process.running(
        "sandbox",
        *command,
        environ=process.environ(),
        directory=directory,
        ready=lambda: process.listens(port),
    ) as child:
        url = f"http://127.0.0.1:{port}"
        control = Control(url)
        say(f"sandbox: seeding {CONTACTS} contacts")
        seed_s = _seed(control)
        say(f"sandbox: {READS} batch reads")
        times = _reads(url)
        say(f"sandbox: {EVENTS} webhook events")
        delivered_s = _deliver(control)
        memory_mb = _memory_mb(child.group)
        control.close()
    return Capacity(
        CONTACTS,
        seed_s,
        memory_mb,
        statistics.median(times) * 1_000,
        statistics.quantiles(times, n=20)[-1] * 1_000,
        EVENTS,
        delivered_s,
    )


def _seed(control: Control) -> float:
    control.put_limits(plan="unlimited")
    started = time.perf_counter()
    control.seed(
        "contacts",
        (
            {
                "id": str(FIRST_ID + n),
                "email": f"p{n}@x.de",
                "firstname": "Ada",
                "lastname": f"Person {n}",
                "city": "Ulm",
            }
            for n in range(CONTACTS)
        ),
    )
    return time.perf_counter() - started


def _reads(url: str) -> list[float]:
    """Return the seconds of every read, of contacts picked anywhere."""
    dice = random.Random(1)
    times = []
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {SandboxConfig().token}"
        for _ in range(READS):
            picked = dice.sample(range(CONTACTS), BATCH)
            inputs = [{"id": str(FIRST_ID + n)} for n in picked]
            body = {"inputs": inputs, "properties": NAMES}
            started = time.perf_counter()
            answer = session.post(url + READ_PATH, json=body, timeout=30)
            times.append(time.perf_counter() - started)
            if len(answer.json()["results"]) != BATCH:
                raise BenchBroken(f"a read found {len(answer.json()['results'])}")
    return times


def _deliver(control: Control) -> float:
    """Return how long it takes until all changes are delivered and acknowledged."""
    with _receiver() as (url, count):
        wanted = [{"eventType": "contact.propertyChange", "propertyName": "city"}]
        control.put_webhooks(target_url=url, subscriptions=wanted)
        started = time.perf_counter()
        for start in range(0, EVENTS, 1_000):
            changed = range(start, start + 1_000)
            inputs = [
                {"id": str(FIRST_ID + n), "properties": {"city": "Bonn"}}
                for n in changed
            ]
            control.update("contacts", inputs)
        wait_until(lambda: count() >= EVENTS, "all events are delivered")
        return time.perf_counter() - started


@contextmanager
def _receiver() -> Iterator[tuple[str, Callable[[], int]]]:
    """Serve a receiver that counts; it does not even parse what it gets."""
    counts: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            counts.append(raw.count(b'"eventId"'))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", lambda: sum(counts)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4_096 / 1_048_576
