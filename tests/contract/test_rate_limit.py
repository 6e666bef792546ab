"""Many processes, one allowance: used to the full, and never overdrawn.

Laws about counts, on HubSpot's clock of rolling ten seconds: each takes a few windows.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import Plan
from app.sandbox.testing import Sandbox, running
from tests.contract.caller import Orders

ROOT = Path(__file__).parents[2]
PROCESSES = 4
# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
ALLOWANCE = 190
WINDOW_S = 10.0
# What a process takes to begin.
START_S = 2.0


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a sandbox that allows 190 calls in 10 seconds: 19 a second."""
    with running(SandboxConfig(plan=Plan(ALLOWANCE))) as served:
        yield served


@contextlib.contextmanager
def callers(*orders: Orders) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run one process for each order."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.contract.caller", each.argument()],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        for each in orders
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def statuses(process: subprocess.Popen[bytes]) -> list[int]:
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    found: list[int] = json.loads(out)
    return found


def orders(sandbox: Sandbox, store_url: str, until: float, **more: float) -> Orders:
    config = sandbox.config
    return Orders(sandbox.url, config.token, config.portal_id, store_url, until, **more)


def counted(sandbox: Sandbox, since: float, until: float) -> list[int]:
    """Return the status of every call that came in a stretch of time."""
    requests = sandbox.control.requests(since=since)
    return [int(str(each["status"])) for each in requests if float(each["at"]) < until]


@pytest.mark.slow
def test_sixteen_threads_share_the_allowance_without_a_429(
    sandbox: Sandbox, store: redis.Redis, store_url: str
) -> None:
    """As much as HubSpot grants, by rolling windows from the first call on."""
    until = time.time() + START_S + 3 * WINDOW_S
    each = orders(sandbox, store_url, until)
    with callers(*[each] * PROCESSES) as processes:
        shares = [len(statuses(process)) for process in processes]
    first = float(sandbox.control.requests()[0]["at"])
    found = counted(sandbox, first + WINDOW_S, first + 3 * WINDOW_S)
    assert 0 == found.count(429)
    assert 0.9 * ALLOWANCE * 2 <= found.count(200)
    # Nobody starves: a quarter each would be fair.
    assert sum(shares) / PROCESSES / 3 < min(shares)


@pytest.mark.slow
def test_another_app_keeps_its_half_and_we_make_do_with_the_rest(
    sandbox: Sandbox, store: redis.Redis, store_url: str
) -> None:
    """The headers tell what is left: few 429, ours and theirs, and little unused."""
    begin = time.time() + START_S + WINDOW_S
    until = begin + 3 * WINDOW_S
    half = ALLOWANCE / WINDOW_S / 2
    theirs = orders(sandbox, store_url, until, foreign_per_s=half)
    with callers(theirs) as [other]:
        # They are at it for a whole window before we come.
        time.sleep(begin - time.time())
        ours = orders(sandbox, store_url, until)
        with callers(*[ours] * PROCESSES) as processes:
            answered = [each for process in processes for each in statuses(process)]
        foreign = statuses(other)
    assert answered.count(429) <= len(answered) // 20
    assert foreign.count(429) <= len(foreign) // 20
    found = counted(sandbox, begin + WINDOW_S, until)
    assert 0.8 * ALLOWANCE * 2 <= found.count(200)
