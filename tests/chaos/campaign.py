"""Episode after episode, and the figures at the end."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.chaos import episode, faults
from tests.chaos.episode import PORTAL, Run, dice
from tests.chaos.fleet import ALL, Fleet, can_skew

MOST_AT_ONCE = 3
# What brings each mutation out: accidents of these kinds, again and again.
SCHEDULES = {
    "settle before write": ["500 on writes"],
    "no lease check": ["a worker sleeps past its lease"],
    "trim too much": ["HubSpot takes its time with writes"],
    "ack before store": ["the store's memory is full"],
    "nudge without ticker": ["kill -9 a worker"],
}
MOST_EPISODES = 5
# Whoever is not done by then with a handful of contacts has forgotten them.
MUTANT_QUIET_S = 8.0


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
    say: Callable[[str], None] = print,
) -> int:
    """Play episodes until the accidents or the time are used up; return 0 or 1."""
    began = time.monotonic()
    if not can_skew():
        say("no libfaketime here: the clock that jumps stays right")
    with Fleet(directory) as fleet:
        state = Run(fleet, seed)
        for number, names in plan(seed, count):
            if only not in (None, number):
                continue
            if time.monotonic() - began > seconds:
                say("the time is up")
                break
            if wrong := _played(state, number, names, say):
                again = f"--seed {seed} --faults {count} --episode {number}"
                _complain(wrong, f"python -m tests.chaos {again}", say)
                return 1
        if wrong := episode.nothing_more_to_do(state):
            _complain(wrong, f"python -m tests.chaos --seed {seed}", say)
            return 1
        for line in figures(state, time.monotonic() - began):
            say(line)
    shutil.rmtree(directory)
    return 0


def _played(
    state: Run, number: int, names: list[str], say: Callable[[str], None]
) -> list[str]:
    since = time.monotonic()
    wrong = episode.play(state, number, names)
    say(f"{number:>4}  {time.monotonic() - since:5.1f} s  {'; '.join(names)}")
    return wrong


def _complain(wrong: list[str], again: str, say: Callable[[str], None]) -> None:
    for line in wrong:
        say(f"WRONG: {line}")
    say(f"again: {again}")


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
    acked = len(state.postman.acked) + report["events_delivered"]
    yield f"{acked:>8}  answered with 2xx"
    yield f"{counts.get('duplicates', 0):>8}  duplicates"
    yield f"{len(state.crowd.people):>8}  contacts"
    for reason, letters in state.buried.items():
        yield f"{letters:>8}  of them were dead for a while: {reason}"
    yield f"{calls['total']:>8}  calls of HubSpot"
    yield f"{sum(state.happened.values()):>8}  accidents in {seconds:.0f} s"
    yield "0 accepted events lost, 0 records made twice, nothing left behind"
    yield f"conservation law: {law}"


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
    with Fleet(directory, names=ALL[:-1], broken=name) as fleet:
        state = Run(fleet, seed, quiet_s=MUTANT_QUIET_S)
        for number in range(1, MOST_EPISODES + 1):
            if wrong := episode.play(state, number, SCHEDULES[name]):
                return wrong[0]
    return ""
