"""`make chaos`: hundreds of accidents, and proof that none of them did harm.

- `python -m tests.chaos --seed 7 --faults 200`: the long form
- `python -m tests.chaos --seed 7 --episode 12`: one episode of it again
- `python -m tests.chaos --mutations`: does it notice a service that is broken?
- `python -m tests.chaos --power-cuts 5`: what does a power cut cost?
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from pathlib import Path

from app.cli.stack import termination_is_an_interrupt
from tests.chaos import campaign, powercut


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1, help="decides what happens when")
    parser.add_argument("--faults", type=int, default=200, help="how many accidents")
    parser.add_argument("--minutes", type=float, default=20.0, help="begin none later")
    parser.add_argument("--episode", type=int, help="play only this one")
    parser.add_argument("--mutations", action="store_true", help="break it on purpose")
    parser.add_argument("--power-cuts", type=int, help="so many of each fsync")
    told = parser.parse_args()
    directory = Path(tempfile.mkdtemp(prefix="hubkeeper-chaos-"))
    assert isinstance(sys.stdout, io.TextIOWrapper)
    sys.stdout.reconfigure(line_buffering=True)
    print(f"logs in {directory}")
    with termination_is_an_interrupt():
        if told.mutations:
            return campaign.mutations(directory)
        if told.power_cuts:
            return powercut.report(directory, told.power_cuts, told.seed)
        return campaign.run(
            directory, told.seed, told.faults, 60 * told.minutes, only=told.episode
        )


if __name__ == "__main__":
    sys.exit(main())
