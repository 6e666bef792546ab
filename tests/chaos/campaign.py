"""Episode after episode, and the figures at the end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.chaos import episode, faults
from tests.chaos.episode import PORTAL, Run, dice
from tests.chaos.fleet import Fleet

MOST_AT_ONCE = 3
# What brings each mutation out: accidents of these kinds, again and again.
SCHEDULES = {
    "settle before write": ["500 on writes"],
    "no lease check": ["a worker sleeps past its lease"],
    "trim too much": ["a worker sleeps shortly"],
    "ack before store": ["the store's memory is full"],
    "nudge without ticker": ["a worker sleeps past its lease", "500 on writes"],
}
MOST_EPISODES = 5
# Whoever is not done by then with a handful of contacts has forgotten them.
MUTANT_QUIET_S = 10.0


def plan(seed: int, count: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each episode and its accidents, `count` in all."""
    number = 0
    while count > 0:
        number += 1
        rng = dice(seed, number, "plan")
        names = faults.choose(rng, min(count, rng.randint(1, MOST_AT_ONCE)))
        count -= len(names)
        yield number, names


def run(
    directory: Path,
    seed: int,
    count: int,
    seconds: float,
    *,
    only: int | None = None,
    say: Callable[[str], None] = lambda line: print(line, flush=True),
) -> int:
    """Play episodes until the accidents or the time are used up; return 0 or 1."""
    began = time.monotonic()
    with Fleet(directory) as fleet:
        state = Run(fleet, seed)
        for number, names in plan(seed, count):
            if only not in (None, number):
                continue
            if time.monotonic() - began > seconds:
                break
            since = time.monotonic()
            wrong = episode.play(state, number, names)
            took = time.monotonic() - since
            say(f"{number:>4}  {took:5.1f} s  {'; '.join(names)}")
            if wrong:
                for line in wrong:
                    say(f"WRONG: {line}")
                say(f"again: python -m tests.chaos --seed {seed} --episode {number}")
                return 1
        for line in figures(state, time.monotonic() - began):
            say(line)
    shutil.rmtree(directory)
    return 0


def figures(state: Run, seconds: float) -> Iterator[str]:
    """Yield what happened, line by line."""
    fleet, law = state.fleet, state.services.books.law(PORTAL)
    counts = state.services.books.counts(PORTAL)
    calls = state.control.summary()
    report = state.control.deliveries()
    yield "\naccidents"
    yield from (f"{count:>6}  {name}" for name, count in state.happened.most_common())
    yield "\nsignals"
    yield from (f"{count:>6}  {name}" for name, count in sorted(fleet.signals.items()))
    yield "\nlaid between"
    for where, proxy in (("HubSpot", fleet.api), ("door", fleet.door)):
        for trick, count in proxy.played.items():
            yield f"{count:>6}  {where}: {trick.value}"
    yield f"\n{law.accepted:>8}  events accepted"
    answered = len(state.postman.acked) + report["events_delivered"]
    yield f"{answered:>8}  answered with 2xx"
    yield f"{counts.get('duplicates', 0):>8}  duplicates"
    yield f"{sum(state.buried.values()):>8}  events' contacts dead for a while"
    yield f"{len(state.crowd.people):>8}  contacts"
    yield f"{calls['total']:>8}  calls of HubSpot"
    yield f"{sum(state.happened.values()):>8}  accidents in {seconds:.0f} s"
    yield f"0 accepted events lost, 0 records made twice; {law}"


def mutations(directory: Path, say: Callable[[str], None] = print) -> int:
    """Break the service in every known way; return 1 if one is not noticed."""
    missed = 0
    for name in SCHEDULES:
        began = time.monotonic()
        caught = catch(directory / name.replace(" ", "-"), name)
        verdict = f"caught: {caught}" if caught else "NOT CAUGHT"
        say(f"{name}: {verdict} ({time.monotonic() - began:.0f} s)")
        missed += not caught
    return int(missed > 0)


def catch(directory: Path, name: str, seed: int = 1) -> str:
    """Break the service, play episodes; return the first thing noticed, or ""."""
    with Fleet(directory, workers=2, broken=name) as fleet:
        state = Run(fleet, seed, quiet_s=MUTANT_QUIET_S)
        for number in range(1, MOST_EPISODES + 1):
            if wrong := episode.play(state, number, SCHEDULES[name]):
                return wrong[0]
    return ""
