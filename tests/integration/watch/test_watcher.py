"""The thread that watches, while its store goes away and comes back."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
from pathlib import Path

import pytest
import redis

from app import services
from app.cli import embedded
from app.events import keys
from app.settings import Settings
from app.watch import watcher
from app.watch.register import Register
from tests.integration.watch.conftest import Town, until
from tests.integration.watch.receiver import Receiver


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wants to wait five seconds for each look."""
    monkeypatch.setattr("app.watch.watcher.LOOK_S", 0.05)
    monkeypatch.setattr("app.watch.watch.LOOK_S", 0.05)


def test_it_goes_on_when_the_store_is_back(
    settings: Settings, receiver: Receiver, tmp_path: Path
) -> None:
    port = embedded.free_port()
    process = embedded.start(tmp_path, port, fsync="always")
    mine = dataclasses.replace(settings, redis_url=f"redis://127.0.0.1:{port}/0")
    town = Town(services.connect(mine), iter(range(501, 600)))
    town.bury("7")
    register = Register(town.services.store)
    watching = watcher.start(mine)
    try:
        # Once it is noted that it was sent; or else it would be sent again.
        until(lambda: bool(receiver.posts) and not register.read().posts)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process = embedded.start(tmp_path, port, fsync="always")
        town.bury("7")

        until(lambda: len(receiver.posts) == 2)
        assert ["alarm", "worse"] == [post["status"] for post in receiver.posts]
    finally:
        watching.stop()
        watching.join(10)
        process.terminate()
        process.wait(10)
    assert not watching.is_alive()


class Ear:
    """A log that tells when something was written into it."""

    def __init__(self) -> None:
        self.heard = threading.Event()

    def error(self, _event: str, **_: object) -> None:
        self.heard.set()


def test_a_bug_does_not_end_it(
    settings: Settings,
    receiver: Receiver,
    town: Town,
    store: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ear = Ear()
    monkeypatch.setattr(watcher, "log", ear)
    town.bury("7")
    store.hset(keys.SAMPLES, "7", "this is no JSON")
    watching = watcher.start(settings)
    try:
        assert ear.heard.wait(10)
        store.delete(keys.SAMPLES)

        until(lambda: len(receiver.posts) == 1)
    finally:
        watching.stop()
        watching.join(10)
