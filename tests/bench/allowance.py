"""Measures how much of HubSpot's allowance the workers use, and how well."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import crowd, rig
from tests.bench.process import BenchBroken, wait_until
from tests.bench.rig import Rig

# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
CALLS = 190
WINDOW_S = 10.0
PLAN = "professional"
CONTACTS = 20_000
FSYNC = "everysec"
MOST_S = 150.0
BATCHES = ("contacts/batch/read", "contacts/batch/update")
MOST_INPUTS = 100


@dataclass(frozen=True, slots=True)
class Run:
    """What happened from the gun until all was settled.

    Attributes:
        contacts: that were worked off.
        seconds: from the first call to the last.
        calls: of all kinds, searches among them.
        searches: which have a limit of their own.
        steady_calls: calls, in whole allowances, while more work was waiting.
        steady_s: the time from the first of them to the one that follows them.
        worst_10s: most calls in any ten seconds.
        throttled: answers with 429.
        fullness: share of the places in each kind of batch that were taken.

    """

    contacts: int
    seconds: float
    calls: int
    searches: int
    steady_calls: int
    steady_s: float
    worst_10s: int
    throttled: int
    fullness: dict[str, float]

    @property
    def allowance_used(self) -> float:
        """Share of the allowance that was used in the steady part."""
        return self.steady_calls / (CALLS * self.steady_s / WINDOW_S)

    @property
    def batch_fullness(self) -> float:
        """Share of the places taken in the batch that was emptier on average."""
        return min(self.fullness.values())


def measure(directory: Path, say: Callable[[str], None]) -> Run:
    """Let the workers run under the limits of a Professional account."""
    say(f"allowance: {CONTACTS} contacts under {CALLS} calls per {WINDOW_S:.0f} s")
    with (
        rig.running(directory, FSYNC, RATE_CALLS=str(CALLS)) as at,
        at.worker(),
    ):
        at.start_over(PLAN)
        at.put_in(crowd.seed(at.control, CONTACTS, 7))
        at.fire()
        all_claimed_at = _drain(at)
        at.check(CONTACTS)
        return _run(at.control.requests(), at.control.summary(), all_claimed_at)


def _drain(at: Rig) -> float:
    """Wait until all is settled; return when the last contact was taken in hand."""
    wait_until(lambda: not at.counts()["waiting"], "all are claimed", most_s=MOST_S)
    all_claimed_at = time.time()
    wait_until(at.is_done, "everything is drained")
    return all_claimed_at


def _run(
    requests: Sequence[Mapping[str, Any]],
    summary: Mapping[str, Any],
    all_claimed_at: float,
) -> Run:
    if len(requests) != summary["total"]:
        raise BenchBroken("the sandbox does not remember every request")
    counted = [r["at"] for r in requests if not r["path"].endswith("/search")]
    steady = steady_part(sorted(at for at in counted if at <= all_claimed_at))
    began, ended = requests[0]["at"], requests[-1]["at"] + requests[-1]["duration_s"]
    return Run(
        contacts=CONTACTS,
        seconds=ended - began,
        calls=len(requests),
        searches=len(requests) - len(counted),
        steady_calls=steady[0],
        steady_s=steady[1],
        worst_10s=summary["worst_10s"],
        throttled=summary["throttled"],
        fullness={name: _fullness(requests, name) for name in BATCHES},
    )


def steady_part(times: Sequence[float]) -> tuple[int, float]:
    """Return (calls, seconds) of the steady part.

    Calls come in bursts, an allowance at a time, so only whole allowances are
    counted, each until the next one begins; the first one, which nothing delays, is
    left out.

    Raises:
        BenchBroken: there are fewer than three of them.

    """
    whole = (len(times) - 1) // CALLS - 1
    if whole < 3:
        raise BenchBroken(f"{len(times)} calls are too few to speak of a steady state")
    first, following = CALLS, CALLS * (whole + 1)
    return CALLS * whole, times[following] - times[first]


def _fullness(requests: Sequence[Mapping[str, Any]], name: str) -> float:
    inputs: list[int] = [r["inputs"] for r in requests if r["path"].endswith(name)]
    return sum(inputs) / (MOST_INPUTS * len(inputs))
