"""Crowds at the door: whoever is slow, silent or huge is in nobody else's way."""

from __future__ import annotations

import contextlib
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

from app.cli import embedded
from app.web.server import SPARE_FILES
from tests.integration.web.conftest import Door, event, start_web
from tests.integration.web.visitor import (
    Visitors,
    answer,
    children,
    gzip_bomb,
    head,
    resident_mb,
)

MANY = 1_000
AT_A_TIME = 8
TIMEOUT_S = 1.0
# What Python's allocator and the buffers of a few large bodies may take for good.
GROWTH_MB = 60
# While bodies of 8 MB are read, a few at a time, each copied a few times over.
PEAK_MB = 200


@dataclass(frozen=True, slots=True)
class Busy:
    """A door of one process, and its memory."""

    door: Door
    process: subprocess.Popen[bytes]
    port: int

    def takes_a_delivery(self, number: int) -> float:
        """Deliver one event; return how many seconds it took."""
        began = time.monotonic()
        fresh = Door(self.door.url, self.door.store)
        assert 204 == fresh.send([event(eventId=number)]).status_code
        return time.monotonic() - began


@pytest.fixture(scope="module")
def web(
    store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    url = f"http://127.0.0.1:{embedded.free_port()}"
    log = tmp_path_factory.mktemp("crowd") / "web.log"
    process = start_web(url, store_url, log, DOOR_TIMEOUT_S=str(TIMEOUT_S))
    yield url, process
    process.terminate()
    process.wait(timeout=20)
    print(log.read_text()[-2000:])


@pytest.fixture
def busy(web: tuple[str, subprocess.Popen[bytes]], store: redis.Redis) -> Busy:
    url, process = web
    return Busy(Door(url, store), process, int(url.rpartition(":")[2]))


def test_a_thousand_silent_connections_stop_nobody(busy: Busy) -> None:
    with Visitors(busy.port) as visitors:
        visitors.come(MANY)

        assert 1 > busy.takes_a_delivery(1)


def test_a_thousand_that_stop_in_the_middle_stop_nobody(busy: Busy) -> None:
    """Half of them in their heads, half of them in their bodies."""
    with Visitors(busy.port) as visitors:
        visitors.come(MANY // 2, b"POST /webhooks/hubspot HTTP/1.1\r\nHost:")
        visitors.come(MANY // 2, head(length=1_000) + b"[")

        assert 1 > busy.takes_a_delivery(1)


@pytest.fixture
def narrow(tmp_path: Path, store_url: str, store: redis.Redis) -> Iterator[Busy]:
    """Give a door that may have 64 connections at a time."""
    url, log = f"http://127.0.0.1:{embedded.free_port()}", tmp_path / "web.log"
    process = start_web(url, store_url, log, files=64 + SPARE_FILES)
    yield Busy(Door(url, store), process, int(url.rpartition(":")[2]))
    process.terminate()
    process.wait(timeout=20)
    assert "Traceback" not in log.read_text()


def crowd_in(busy: Busy) -> Visitors:
    """Let thirty come, of whom half begin to speak."""
    visitors = Visitors(busy.port)
    for one in visitors.come(30)[::2]:
        one.sendall(b"GET /health HTTP/1.1\r\nHost:")
    return visitors


def test_more_visitors_than_there_is_room_for_stop_nobody(narrow: Busy) -> None:
    """Whoever says nothing makes room."""
    with contextlib.ExitStack() as house:
        for number in range(20):
            house.enter_context(crowd_in(narrow))
            assert 1 > narrow.takes_a_delivery(number)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs prlimit")
def test_a_door_that_runs_out_of_files_comes_through(narrow: Busy) -> None:
    """Somebody took them away: so many that not even the store can be reached."""
    for pid in children(narrow.process.pid):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (40, 40))
    with contextlib.ExitStack() as house:
        for _ in range(10):
            house.enter_context(crowd_in(narrow))

    narrow.takes_a_delivery(1)


@pytest.mark.parametrize(
    "beginning",
    [b"P", b"POST / HTTP/1.1\r\nHost: h", head(length=9) + b"[",
     head("Transfer-Encoding: chunked") + b"5\r\n["],
    ids=["line", "head", "body", "chunk"],
)  # fmt: skip
def test_a_request_that_does_not_arrive_in_time_gets_408(
    busy: Busy, beginning: bytes
) -> None:
    with Visitors(busy.port) as visitors:
        (slow,) = visitors.come(1, beginning)
        began = time.monotonic()
        told = answer(slow)

    assert told.startswith(b"HTTP/1.1 408 ")
    assert TIMEOUT_S <= time.monotonic() - began + 0.1
    assert TIMEOUT_S + 2 > time.monotonic() - began


def test_a_byte_now_and_then_does_not_buy_more_time(busy: Busy) -> None:
    with Visitors(busy.port) as visitors:
        (slow,) = visitors.come(1, head(length=1_000))
        slow.settimeout(0.1)
        began, told = time.monotonic(), b""
        while not told and time.monotonic() < began + 10:
            try:
                slow.send(b"x")
                told = slow.recv(1_000)
            except TimeoutError:
                continue

    assert told.startswith(b"HTTP/1.1 408 ")
    assert TIMEOUT_S + 2 > time.monotonic() - began


def test_two_requests_at_once_get_two_answers(busy: Busy) -> None:
    """And what comes behind the body of the first is not taken for its end."""
    ask = b"GET /health HTTP/1.1\r\nHost: h\r\n"
    refused = head(length=2) + b"[]"
    with Visitors(busy.port) as visitors:
        (both,) = visitors.come(1, refused + ask + b"Connection: close\r\n\r\n")
        told = answer(both)

    assert [b"401", b"200"] == re.findall(rb"HTTP/1\.1 (\d+)", told)


def test_whoever_asks_first_whether_to_send_is_told_so(busy: Busy) -> None:
    with Visitors(busy.port) as visitors:
        (polite,) = visitors.come(1, head("Expect: 100-continue", length=2))
        assert b"HTTP/1.1 100 Continue\r\n\r\n" == polite.recv(100)
        polite.sendall(b"[]")

        assert b"HTTP/1.1 401 " in polite.recv(1_000)


def test_a_compressed_body_is_refused_unread(busy: Busy) -> None:
    with Visitors(busy.port) as visitors:
        (bomber,) = visitors.come(1, head("Content-Encoding: gzip", length=5_000_000))

        assert answer(bomber).startswith(b"HTTP/1.1 415 ")


def test_memory_stays_flat_whatever_comes(busy: Busy) -> None:
    """And a good delivery is answered within a second all the while."""
    for number in range(20):
        busy.takes_a_delivery(number)
    before, slowest, peak, serial = resident_mb(busy.process.pid), 0.0, 0.0, 100
    for name, attack in ATTACKS.items():
        with Visitors(busy.port) as visitors, ThreadPoolExecutor(AT_A_TIME) as pool:
            under_way = [pool.submit(attack, visitors) for _ in range(AT_A_TIME)]
            took, most = 0.0, 0.0
            while not all(each.done() for each in under_way):
                serial += 1
                took = max(took, busy.takes_a_delivery(serial))
                most = max(most, resident_mb(busy.process.pid))
            for each in under_way:
                each.result()
            slowest = max(slowest, took)
            peak = max(peak, most)
        after = resident_mb(busy.process.pid)
        print(f"{name}: slowest {took:.3f} s, most {most:.0f} MB, then {after:.0f} MB")

    assert 1 > slowest
    assert PEAK_MB > peak - before
    assert GROWTH_MB > after - before
    assert busy.door.law().holds


def huge(visitors: Visitors) -> None:
    """Ten megabytes, announced as such."""
    for _ in range(5):
        (one,) = visitors.come(1, head(length=10_000_000))
        try:
            for _ in range(100):
                one.sendall(b" " * 100_000)
        except OSError:
            continue


def large(visitors: Visitors) -> None:
    """As much as is taken, and then no signature."""
    for _ in range(3):
        (one,) = visitors.come(1, head("Connection: close", length=8_000_000))
        one.sendall(b" " * 8_000_000)
        assert answer(one).startswith((b"HTTP/1.1 401", b"HTTP/1.1 408"))


def large_and_slow(visitors: Visitors) -> None:
    """Almost all of it, many times over, and never the end."""
    for one in visitors.come(2, head(length=8_000_000)):
        one.settimeout(0.2)
        try:
            one.sendall(b" " * 7_900_000)
        except OSError:
            continue


def endless(visitors: Visitors) -> None:
    """Chunks without an end."""
    (one,) = visitors.come(1, head("Transfer-Encoding: chunked"))
    try:
        for _ in range(2_000):
            one.sendall(b"2710\r\n" + b" " * 10_000 + b"\r\n")
    except OSError:
        return


def bombs(visitors: Visitors) -> None:
    """A few kilobytes that would be a gigabyte."""
    bomb = gzip_bomb(200)
    for _ in range(5):
        lines = ("Content-Encoding: gzip", "Connection: close")
        (one,) = visitors.come(1, head(*lines, length=len(bomb)) + bomb)
        assert answer(one).startswith(b"HTTP/1.1 415")


def deep(visitors: Visitors) -> None:
    """JSON that nests deeper than anybody reads, from somebody with the secret."""
    door = Door(f"http://127.0.0.1:{visitors.port}", redis.Redis())
    for body in (b"[" * 900_000, b'[{"a":' * 300_000, b"[" * 500 + b"]" * 500):
        assert 400 == door.send(body).status_code


def slow(visitors: Visitors) -> None:
    """Many with as much as may be gathered without being large."""
    some = visitors.come(MANY // AT_A_TIME, head(length=100_000) + b" " * 30_000)
    for one in some[::10]:
        answer(one)


def silent(visitors: Visitors) -> None:
    """A connection and no word."""
    visitors.come(MANY // AT_A_TIME)


ATTACKS = {
    "10 MB bodies": huge,
    "8 MB bodies": large,
    "8 MB bodies without an end": large_and_slow,
    "endless chunks": endless,
    "gzip bombs": bombs,
    "deep JSON": deep,
    "1,000 slow senders": slow,
    "1,000 silent connections": silent,
}
