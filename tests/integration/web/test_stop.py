"""SIGTERM: what is in flight is answered, and nobody gets an avoidable 5xx."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
import redis
import requests

from app.cli import embedded
from app.events.deliveries import Deliveries, Search
from app.events.scripts import Scripts
from app.events.stored import StoredForm
from app.events.vault import Vault
from app.hubspot import signature
from tests.integration.web.conftest import PATH, SECRETS, Door, event, start_web
from tests.integration.web.visitor import Visitors, answer, head

SENDERS = 6
EVENTS_EACH = 5


@dataclass(slots=True)
class Load:
    """Senders that remember what they were told."""

    door: Door
    stop: threading.Event = field(default_factory=threading.Event)
    taken: list[int] = field(default_factory=list)  # first event of each 2xx
    odd: list[int] = field(default_factory=list)  # every other status
    unanswered: int = 0

    def send_on(self, sender: int) -> None:
        """Deliver until told to stop, on a kept-alive connection."""
        own = Door(self.door.url, self.door.store)
        number = sender * 1_000_000
        while not self.stop.is_set():
            number += EVENTS_EACH
            body = [event(eventId=number + n) for n in range(EVENTS_EACH)]
            try:
                status = own.send(body).status_code
            except requests.ConnectionError:
                self.unanswered += 1
                time.sleep(0.01)
                continue
            (self.taken if status == 204 else self.odd).append(number)


@pytest.fixture
def started(
    tmp_path: Path, store_url: str, store: redis.Redis
) -> Iterator[tuple[Door, subprocess.Popen[bytes]]]:
    url = f"http://127.0.0.1:{embedded.free_port()}"
    log = tmp_path / "web.log"
    process = start_web(url, store_url, log, WEB_PROCESSES="2")
    yield Door(url, store), process
    process.kill()
    process.wait(timeout=20)
    assert "Traceback" not in log.read_text()


def test_a_stop_under_load_answers_2xx_or_not_at_all(
    started: tuple[Door, subprocess.Popen[bytes]],
) -> None:
    door, process = started
    load = Load(door)
    senders = [threading.Thread(target=load.send_on, args=(n,)) for n in range(SENDERS)]
    for sender in senders:
        sender.start()
    while len(load.taken) < 200:
        time.sleep(0.01)

    process.send_signal(signal.SIGTERM)
    assert 0 == process.wait(timeout=15)
    load.stop.set()
    for sender in senders:
        sender.join()

    assert [] == load.odd
    assert 0 < load.unanswered
    seen = {int(key) for key in keys_of_events(door)}
    wanted = {first + n for first in load.taken for n in range(EVENTS_EACH)}
    assert set() == wanted - seen
    assert door.law().holds


def keys_of_events(door: Door) -> Iterator[str]:
    """Yield the ids of all events that wait."""
    form = StoredForm(Vault())
    for key in door.store.scan_iter("hk:{*}:events:*", count=1_000):
        for stored in door.store.lrange(key, 0, -1):
            yield form.raw_of(stored)["eventId"]


def test_a_request_that_is_half_there_is_still_taken(
    started: tuple[Door, subprocess.Popen[bytes]],
) -> None:
    door, process = started
    body, stamp = orjson.dumps([event()]), str(int(time.time() * 1000))
    proof = signature.sign_v3(SECRETS[0], "POST", door.url + PATH, body, stamp)
    proofs = f"{signature.SIGNATURE_V3}: {proof}", f"{signature.TIMESTAMP}: {stamp}"
    with Visitors(int(door.url.rpartition(":")[2])) as visitors:
        (one,) = visitors.come(1, head(*proofs, length=len(body)) + body[:10])
        time.sleep(0.2)  # so that it is no connection that waits to be accepted
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        one.sendall(body[10:])
        told = answer(one)

    assert told.startswith(b"HTTP/1.1 204 ")
    assert b"connection: close" in told.lower()
    assert 0 == process.wait(timeout=15)
    assert 1 == door.law().waiting
    log = Deliveries(Scripts(door.store), 3600, 100)
    assert ["accepted"] == [each.outcome for each in log.latest(Search())]
