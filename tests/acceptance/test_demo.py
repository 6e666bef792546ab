"""The README's promise: nothing lost, nothing twice, few calls."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest


@pytest.mark.timeout(300)
@pytest.mark.parametrize("options", [(), ("--chaos",)], ids=["calm", "chaos"])
def test_the_demo_ends_well(options: tuple[str, ...]) -> None:
    """A thousand contacts through real HTTP; with chaos, a worker is killed at work."""
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", "--json", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr

    report: dict[str, Any] = json.loads(done.stdout)
    events, contacts = report["events"], report["contacts"]
    assert [] == report["problems"]
    assert report["law_holds"]
    assert (0, 0) == (events["dead"], report["throttled"])
    assert events["duplicates"] > 0
    assert events["accepted"] == events["settled"]
    assert 1_003 - 50 <= contacts["written"]
    if options:
        assert "kill -9 of worker-" in done.stderr
    else:
        assert report["calls_per_contact"] <= 0.10
