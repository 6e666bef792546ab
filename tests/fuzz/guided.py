"""A run that is led by coverage: atheris changes signed bodies until they get far.

    python -m tests.fuzz.guided STORE_URL RUNS SEED

ends with a line of JSON: how many requests, by status. What breaks the door ends it
with a traceback, the request among it, and an exit code.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris
import orjson

with atheris.instrument_imports(include=["app.web", "app.events", "app.hubspot"]):
    from app import logs
    from tests.fuzz.door import FuzzedDoor, Sent, signed
    from tests.fuzz.strategies import EVENTS, FIELDS, seeds

LONGEST = 4_096
# The last byte of an input says what is done with the others.
WRONG, V1, V2 = range(3)
FIRST_OF_WHOLE_EVENTS = 64
# Where two bytes choose what a field becomes.
ODD: list[Any] = [None, True, 0, -1, 2**53, 2**64, 10**30, 1.5, 1e308, "", "0", [], {}]


def request(data: bytes) -> Sent:
    """Return the request that an input stands for."""
    body, choice = data[:-1], (data[-1:] or b"\xff")[0]
    if choice == WRONG:
        return Sent(body=body)
    if choice >= FIRST_OF_WHOLE_EVENTS:
        body = events(body)
    return signed(Sent(body=body), {V1: "v1", V2: "v2"}.get(choice, "v3"))


def events(data: bytes) -> bytes:
    """Return a body of well-formed JSON: known events, changed as the bytes say."""
    given = atheris.FuzzedDataProvider(data)
    items: list[Any] = []
    for _ in range(given.ConsumeIntInRange(1, 4)):
        event: dict[str, Any] = dict(
            EVENTS[given.ConsumeIntInRange(0, len(EVENTS) - 1)]
        )
        for _ in range(given.ConsumeIntInRange(0, 4)):
            name = FIELDS[given.ConsumeIntInRange(0, len(FIELDS) - 1)]
            event[name] = value(given)
        items.append(event)
    return json.dumps(items).encode()


def value(given: Any) -> Any:
    """Return what a field becomes."""
    kind = given.ConsumeIntInRange(0, 4)
    if kind == 0:
        return ODD[given.ConsumeIntInRange(0, len(ODD) - 1)]
    if kind == 1:
        return given.ConsumeInt(8)
    if kind == 2:
        return [given.ConsumeUnicode(5), given.ConsumeInt(4)]
    if kind == 3:
        known = EVENTS[given.ConsumeIntInRange(0, len(EVENTS) - 1)]
        return known.get(FIELDS[given.ConsumeIntInRange(0, len(FIELDS) - 1)])
    return given.ConsumeUnicode(40)


def main(store_url: str, runs: int, seed: int) -> None:
    """Run so many times, or until something breaks."""
    logs.setup("ERROR")
    door = FuzzedDoor(store_url)

    def once(data: bytes) -> None:
        door.answer(request(data))
        if door.answers.total() == runs:
            answers = dict(door.answers)
            door.close()
            print(
                orjson.dumps(answers, option=orjson.OPT_NON_STR_KEYS).decode(),
                flush=True,
            )

    with tempfile.TemporaryDirectory() as directory:
        corpus = Path(directory) / "corpus"
        corpus.mkdir()
        for number, body in enumerate(seeds()):
            (corpus / f"text-{number}").write_bytes(body + b"\x3f")
            (corpus / f"whole-{number}").write_bytes(bytes([0, number, 0]) + b"\xff")
        options = [
            f"-atheris_runs={runs}",
            f"-seed={seed}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={directory}/",
            "-verbosity=0",
            "-timeout=20",
        ]
        atheris.Setup([sys.argv[0], *options, str(corpus)], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
