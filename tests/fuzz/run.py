"""Runs the fuzzers for a while, and adds up what the door answered."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import requests as requests_library
from hypothesis import HealthCheck, Phase, given, seed, settings

from app import logs
from tests.fuzz.door import FuzzedDoor, Sent
from tests.fuzz.strategies import conversations, requests

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")
ROOT = Path(__file__).parents[2]


class FuzzingFailedError(Exception):
    """A request broke the door; the message has it, and how to send it again."""


def of_all_sorts(store_url: str, count: int, number: int) -> Counter[int]:
    """Send so many requests that hypothesis makes up; return the answers by status.

    Raises:
        AssertionError: one of them broke the door; hypothesis has made it small.

    """
    door = FuzzedDoor(store_url)

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(requests())
    def one(sent: Sent) -> None:
        door.answer(sent)

    logs.setup("CRITICAL")
    one()
    door.close()
    return door.answers


def led_by_coverage(store_url: str, count: int, number: int) -> Counter[int]:
    """Send so many requests that atheris makes up; return the answers by status.

    Raises:
        FuzzingFailedError: one of them broke the door.

    """
    command = [sys.executable, "-m", "tests.fuzz.guided", store_url]
    done = subprocess.run(
        [*command, str(count), str(number)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise FuzzingFailedError(f"{' '.join(command)}\n{done.stderr[-8_000:]}")
    answers = json.loads(done.stdout.splitlines()[-1])
    return Counter({int(status): n for status, n in answers.items()})


def over_the_wire(url: str, count: int, number: int) -> Counter[int]:
    """Say so many odd things to a real web process; return the answers by status.

    Raises:
        AssertionError: one of the answers is a 500, or there is no web process left.

    """
    answers: Counter[int] = Counter()
    port = int(url.rpartition(":")[2])

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(conversations())
    def one(said: bytes) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as visitor:
            with contextlib.suppress(OSError):
                visitor.sendall(said)
                visitor.shutdown(socket.SHUT_WR)
            told = _everything(visitor)
        statuses = [int(found) for found in _STATUS.findall(told)]
        answers.update(statuses or [0])
        assert not [status for status in statuses if status in (500, 503)], told

    one()
    assert requests_library.get(f"{url}/health", timeout=10).ok
    return answers


def _everything(visitor: socket.socket) -> bytes:
    told = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := visitor.recv(65_536):
            told += piece
    return told


def can_be_led() -> bool:
    """Tell whether atheris is installed; it has wheels for Linux only."""
    return importlib.util.find_spec("atheris") is not None
