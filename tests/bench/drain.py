"""Measures the workers: contacts per second when HubSpot sets no limit."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import crowd, naive, process, rig
from tests.bench.process import BenchBroken, Child, CpuMeter, wait_until
from tests.bench.rig import PROCESSES, Rig
from workers import registry

ROUNDS = 3
# Tidy names, phones and the company's name; associate with the company; pin.
THREE = "three jobs"
JOBS = ("tidy_name", "tidy_phone", "company_name", "associate_company", "pin_activity")
CONTACTS = {"naive": 200, "hubkeeper": 12_000, THREE: 12_000}
WARM_UP = {"naive": 10, "hubkeeper": 600, THREE: 600}
RULES = "rules.toml"
NO_LIMIT = {"RATE_CALLS": "0", "RATE_SEARCHES": "0"}
FSYNC = "everysec"
# Where the naive worker's messages are kept until the gun is fired.
HELD = "naive:held"
MOST_S = 120.0


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement.

    Attributes:
        contacts: that were worked off.
        events: that told of them.
        seconds: from the gun until all was settled.
        calls: that the sandbox received in this time, by endpoint.
        twins: companies that were made although their domain had one.
        failed: tasks that ended in an error.
        cores: who used how much of the machine.

    """

    contacts: int
    events: int
    seconds: float
    calls: dict[str, int]
    twins: int
    failed: int
    cores: dict[str, float]

    @property
    def contacts_per_s(self) -> float:
        """Contacts that were finished per second."""
        return self.contacts / self.seconds

    @property
    def calls_per_contact(self) -> float:
        """API calls for one contact."""
        return sum(self.calls.values()) / self.contacts


Runs = dict[str, list[Run]]


def measure(directory: Path, say: Callable[[str], None]) -> Runs:
    """Let the workers drain, in turn, round after round.

    "hubkeeper" is everything that is done unless rules say otherwise, THREE a part.
    """
    runs: Runs = {"naive": [], "hubkeeper": [], THREE: []}
    rules = directory / RULES
    everything = [action.name for action in registry.discover() if action.default]
    _write(rules, everything)
    told = {**NO_LIMIT, "RULES_FILE": str(rules.resolve())}
    with rig.running(directory, FSYNC, **told) as at:
        naive.app.conf.broker_url = at.environ["REDIS_URL"]
        with at.worker() as worker, _naive_worker(at) as other:
            drains = {
                "naive": functools.partial(_naive, at, other),
                "hubkeeper": functools.partial(_ours, at, worker, everything),
                THREE: functools.partial(_ours, at, worker, JOBS),
            }
            for name, drain in drains.items():
                drain(WARM_UP[name], 99)
            for number in range(ROUNDS):
                for name, drain in drains.items():
                    say(f"worker, round {number + 1} of {ROUNDS}, {name}")
                    runs[name].append(drain(CONTACTS[name], number))
    return runs


def _write(rules: Path, actions: Sequence[str]) -> None:
    tables = (f'[[rule]]\nname = "{each}"\naction = "{each}"\n' for each in actions)
    rules.write_text("\n".join(tables))


def _ours(
    at: Rig, worker: Child, actions: Sequence[str], contacts: int, number: int
) -> Run:
    # The workers read a changed file before their next round.
    _write(at.directory / RULES, actions)
    at.start_over("unlimited")
    events = crowd.seed(at.control, contacts, number)
    at.put_in(events)
    run = _timed(at, worker, contacts, len(events), at.fire, at.is_done)
    at.check(contacts)
    return run


def _naive(at: Rig, worker: Child, contacts: int, number: int) -> Run:
    at.start_over("unlimited")
    store = at.connected.store
    store.delete(naive.DONE, naive.FAILED)
    events = crowd.seed(at.control, contacts, number)
    for event in events:
        naive.handle.apply_async((event,), queue=HELD)

    def fire() -> None:
        at.control.forget_requests()
        store.rename(HELD, naive.QUEUE)

    def is_done() -> bool:
        return int(store.get(naive.DONE) or 0) == len(events)

    run = _timed(at, worker, contacts, len(events), fire, is_done)
    if run.failed or at.pinned() != contacts:
        raise BenchBroken(f"the naive worker failed {run.failed} tasks")
    return run


def _timed(
    at: Rig,
    worker: Child,
    contacts: int,
    events: int,
    fire: Callable[[], None],
    is_done: Callable[[], bool],
) -> Run:
    meter = CpuMeter(Child("workers", worker.group), at.sandbox, at.store)
    began = time.perf_counter()
    fire()
    wait_until(is_done, "everything is drained", most_s=MOST_S)
    seconds = time.perf_counter() - began
    return Run(
        contacts=contacts,
        events=events,
        seconds=seconds,
        cores=meter.cores(),
        calls=at.control.summary()["by_route"],
        twins=at.twins(),
        failed=int(at.connected.store.get(naive.FAILED) or 0),
    )


@contextlib.contextmanager
def _naive_worker(at: Rig) -> Iterator[Child]:
    """Run Celery with its defaults; it is ready when it has said so to its store."""
    flags = ("--concurrency", str(PROCESSES), "--pool", "prefork")
    with process.running(
        "naive worker",
        *("celery", "-A", "tests.bench.naive", "-q", "worker", *flags),
        environ=at.environ,
        directory=at.directory,
        ready=lambda: bool(at.connected.store.exists(f"_kombu.binding.{naive.QUEUE}")),
    ) as child:
        yield child
