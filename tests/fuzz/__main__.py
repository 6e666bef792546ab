"""The long form: `python -m tests.fuzz [SEED]`, at least 100,000 requests."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from app.cli import embedded
from tests.fuzz import run

OF_ALL_SORTS = 15_000
LED_BY_COVERAGE = 86_000


def main() -> None:
    """Run both fuzzers, and print what the door answered."""
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    reader.add_argument(
        "seed", metavar="SEED", type=int, nargs="?", default=int(time.time())
    )
    number = reader.parse_args().seed
    print(f"seed {number}")
    fuzzers = [("of all sorts", run.of_all_sorts, OF_ALL_SORTS)]
    if run.can_be_led():
        fuzzers.append(("led by coverage", run.led_by_coverage, LED_BY_COVERAGE))
    elif os.environ.get("CI"):
        sys.exit("atheris is missing, and CI must not skip")
    else:
        print("no atheris here (it has wheels for Linux only): without coverage")
    total = 0
    with tempfile.TemporaryDirectory() as home, embedded.running(Path(home)) as url:
        for name, fuzz, count in fuzzers:
            began = time.monotonic()
            answers = fuzz(url, count, number)
            took = time.monotonic() - began
            by_status = ", ".join(f"{n:,} x {s}" for s, n in sorted(answers.items()))
            print(f"{name}: {answers.total():,} requests in {took:.0f} s: {by_status}")
            total += answers.total()
    print(f"{total:,} requests, no 5xx, and the books add up")


if __name__ == "__main__":
    main()
