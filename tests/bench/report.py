"""Puts the figures together: what people read, and what is kept as JSON."""

from __future__ import annotations

import operator
import os
import platform
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench import allowance, door, drain, rig
from tests.bench.allowance import CALLS, WINDOW_S


@dataclass(frozen=True, slots=True)
class Aim:
    """What a ratio should be."""

    sign: str
    value: float

    def holds(self, ratio: float) -> bool:
        """Tell whether the ratio is good enough."""
        compare = {">=": operator.ge, "<=": operator.le}[self.sign]
        return bool(compare(ratio, self.value))


AIMS = {
    "door_100_vs_naive": Aim(">=", 10),
    "door_1_vs_noop": Aim(">=", 0.2),
    "contacts_per_s_three": Aim(">=", 2_000),
    "worker_vs_naive": Aim(">=", 20),
    "calls_per_contact": Aim("<=", 0.08),
    "calls_naive_vs_ours": Aim(">=", 40),
    "allowance_used": Aim(">=", 0.95),
    "batch_fullness": Aim(">=", 0.95),
    "throttled": Aim("<=", 0),
}


@dataclass(frozen=True, slots=True)
class Results:
    """What was measured; None for a part that was left out."""

    machine: Mapping[str, Any]
    door: door.Runs | None = None
    drain: drain.Runs | None = None
    allowance: allowance.Run | None = None

    def ratios(self) -> dict[str, float]:
        """Return everything that can be compared between machines, by name."""
        found: dict[str, float] = {}
        if self.door:
            found |= _door_ratios(self.door)
        if self.drain:
            found |= _drain_ratios(self.drain)
        if self.allowance:
            found["allowance_used"] = self.allowance.allowance_used
            found["batch_fullness"] = self.allowance.batch_fullness
            found["throttled"] = self.allowance.throttled
        return found

    def document(self) -> dict[str, Any]:
        """Return all of it, for a file."""
        doors = self.door or {}
        return {
            "machine": dict(self.machine),
            "ratios": self.ratios(),
            "door": {
                f"{name}, {size} per delivery": [
                    asdict(run) | {"deliveries_per_s": run.deliveries_per_s}
                    for run in runs
                ]
                for (name, size), runs in doors.items()
            },
            "worker": {
                name: [
                    asdict(run) | {"contacts_per_s": run.contacts_per_s} for run in runs
                ]
                for name, runs in (self.drain or {}).items()
            },
            "allowance": asdict(self.allowance) if self.allowance else {},
        }

    def lines(self) -> Iterator[str]:
        """Yield what people read."""
        facts = self.machine
        yield (
            f"{facts['cores']} cores, Python {facts['python']}, {facts['store']};"
            f" load before the start {facts['load_before']:.1f}"
        )
        if self.door:
            yield from _door_lines(self.door)
        if self.drain:
            yield from _drain_lines(self.drain)
        if self.allowance:
            yield from _allowance_lines(self.allowance)
        yield from _ratio_lines(self.ratios())


def machine(store: str) -> dict[str, Any]:
    """Return the facts without which a figure says nothing."""
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "store": store,
        "load_before": os.getloadavg()[0],
    }


def _door_ratios(runs: door.Runs) -> dict[str, float]:
    found = {}
    for size in door.SIZES:
        for key, name in (("naive", "naive"), ("noop", "no-op")):
            found[f"door_{size}_vs_{key}"] = _quotient(
                runs["hubkeeper", size],
                runs[name, size],
                lambda run: run.deliveries_per_s,
            )
    return found


def _drain_ratios(runs: drain.Runs) -> dict[str, float]:
    ours, naive = runs["hubkeeper"], runs["naive"]
    return {
        "contacts_per_s": _median(ours, lambda run: run.contacts_per_s),
        "contacts_per_s_three": _median(
            runs[drain.THREE], lambda run: run.contacts_per_s
        ),
        "calls_per_contact": _median(ours, lambda run: run.calls_per_contact),
        "worker_vs_naive": _quotient(ours, naive, lambda run: run.contacts_per_s),
        "calls_naive_vs_ours": _quotient(
            naive, ours, lambda run: run.calls_per_contact
        ),
    }


def _quotient(
    ours: Sequence[Any], others: Sequence[Any], figure: Callable[[Any], float]
) -> float:
    """Divide round by round, so that what drifts cancels out."""
    pairs = zip(ours, others, strict=True)
    return statistics.median(figure(one) / figure(other) for one, other in pairs)


def _median(runs: Sequence[Any], figure: Callable[[Any], float]) -> float:
    return statistics.median(figure(run) for run in runs)


def _door_lines(runs: door.Runs) -> Iterator[str]:
    yield ""
    yield (
        f"Door: signed deliveries over 32 connections, gunicorn gthread, one process"
        f" of 8 threads; Valkey, appendfsync always; median of {door.ROUNDS} rounds"
    )
    yield (
        f"{'':<12}{'per delivery':>13}{'deliveries/s':>14}{'events/s':>11}"
        f"{'median ms':>11}{'p99 ms':>9}   cores used"
    )
    for size in door.SIZES:
        for name in door.NAMES:
            measured = runs[name, size]
            rate = _median(measured, lambda run: run.deliveries_per_s)
            middle = _median(measured, lambda run: run.result.median_s * 1000)
            slow = _median(measured, lambda run: run.result.p99_s * 1000)
            yield (
                f"{name:<12}{size:>13}{rate:>14,.0f}{rate * size:>11,.0f}"
                f"{middle:>11.0f}{slow:>9.0f}   {_cores(measured)}"
            )
    yield "Every answer was a 204, and naive and hubkeeper hold exactly what was sent."


def _drain_lines(runs: drain.Runs) -> Iterator[str]:
    yield ""
    yield (
        f"Worker: {rig.PROCESSES} processes, sandbox without limits, Valkey,"
        f" appendfsync {drain.FSYNC}; median of {drain.ROUNDS} rounds"
    )
    yield (
        f"{'':<12}{'contacts':>9}{'events':>9}{'contacts/s':>12}"
        f"{'calls/contact':>15}{'twin companies':>16}   cores used"
    )
    for name, measured in runs.items():
        last = measured[-1]
        rate = _median(measured, lambda run: run.contacts_per_s)
        calls = _median(measured, lambda run: run.calls_per_contact)
        twins = _median(measured, lambda run: run.twins)
        yield (
            f"{name:<12}{last.contacts:>9,}{last.events:>9,}{rate:>12,.0f}"
            f"{calls:>15.3f}{twins:>16.0f}   {_cores(measured)}"
        )
    yield "Every event was settled and every contact has its pin."
    for name, measured in runs.items():
        last = measured[-1]
        yield ""
        yield f"Calls of {name} by endpoint, {last.contacts:,} contacts, last round"
        for route, count in sorted(last.calls.items()):
            yield f"  {count:>7,}  {route}"
        yield f"  {sum(last.calls.values()):>7,}  in all"


def _allowance_lines(run: allowance.Run) -> Iterator[str]:
    full = ", ".join(f"{name} {share:.1%}" for name, share in run.fullness.items())
    yield ""
    yield f"Allowance: {CALLS} calls per {WINDOW_S:.0f} s, {run.contacts:,} contacts"
    yield (
        f"  steady part      {run.steady_calls} calls in {run.steady_s:.1f} s:"
        f" {run.allowance_used:.1%} of the allowance"
    )
    yield f"  worst ten s      {run.worst_10s} calls; answers with 429: {run.throttled}"
    yield f"  batches full     {full}"
    yield (
        f"  calls            {run.calls / run.contacts:.3f} per contact,"
        f" {run.searches} of {run.calls} are searches"
    )
    yield (
        f"  contacts         {run.contacts / run.seconds:,.0f} per second"
        f" over {run.seconds:.0f} s, the first burst included"
    )


def _ratio_lines(ratios: Mapping[str, float]) -> Iterator[str]:
    yield ""
    yield "Ratios, each the median over rounds of one run, and aims"
    for name, ratio in ratios.items():
        aim = AIMS.get(name)
        verdict = ""
        if aim:
            word = "holds" if aim.holds(ratio) else "MISSED"
            verdict = f"   aim {aim.sign} {aim.value:g}: {word}"
        yield f"  {name:<22}{ratio:>10,.3f}{verdict}"


def _cores(runs: Sequence[Any]) -> str:
    """Say who used how much of the machine; "others" is what disturbed us."""
    return ", ".join(
        f"{name} {_median(runs, lambda run: run.cores[name]):.2f}"  # noqa: B023
        for name in runs[0].cores
    )
