"""`make bench`: one run, one table, and `.bench/latest.json`.

    python -m tests.bench                     everything, in about five minutes
    python -m tests.bench door worker         only these parts

All that is measured shares this machine with what measures it: the load generator,
the store and the sandbox. Under each table stands who used how much of it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from app import settings
from app.cli import embedded
from app.errors import HubkeeperError
from app.settings import Settings
from tests.bench import allowance, door, drain, memory, report, sandbox_capacity
from tests.bench.report import Results

HOME = Path(".bench")
PARTS: dict[str, Callable[[Path, Callable[[str], None]], Any]] = {
    "door": door.measure,
    "worker": drain.measure,
    "allowance": allowance.measure,
    "sandbox": sandbox_capacity.measure,
    "memory": memory.measure,
}


def main() -> None:
    """Measure the parts that were asked for, print and keep the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args().parts or list(PARTS)
    if unknown := sorted(set(chosen) - set(PARTS)):
        parser.error(f"there is no part {unknown[0]}; there are {', '.join(PARTS)}")
    work = HOME / "work"
    shutil.rmtree(work, ignore_errors=True)
    facts = report.machine(store_version(work / "version"))
    measured = {}
    for name in chosen:
        directory = work / name
        directory.mkdir(parents=True)
        measured[name] = PARTS[name](directory, say)
    results = Results(
        facts, measured.get("door"), measured.get("worker"), measured.get("allowance")
    )
    document = results.document() | {"settings": default_settings()}
    capacities = {n: measured[n] for n in ("sandbox", "memory") if n in measured}
    for name, capacity in capacities.items():
        document[name] = asdict(capacity)
    latest = HOME / "latest.json"
    latest.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    print("\n".join(results.lines()))
    for capacity in capacities.values():
        print("", *capacity.lines(), sep="\n")
    print(f"\nAll figures are in {latest}.")


def say(line: str) -> None:
    """Tell how far it is, beside the results."""
    print(line, file=sys.stderr, flush=True)


def store_version(directory: Path) -> str:
    """Ask the embedded store what it is."""
    port = embedded.free_port()
    process = embedded.start(directory, port)
    client = embedded.client(port)
    about: Any = client.info("server")
    client.close()
    process.terminate()
    process.wait()
    name, version = about.get("server_name", "redis"), about.get("valkey_version")
    return f"{name} {version or about['redis_version']}"


def default_settings() -> dict[str, str]:
    """Return the settings that everything ran with, but for those in the tables."""
    return {name: value for name, value, _ in settings.table(Settings())}


if __name__ == "__main__":
    try:
        main()
    except HubkeeperError as error:
        sys.exit(f"bench: {error}")
