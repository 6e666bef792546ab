"""What every test may ask for: a real store, emptied before each test."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
import redis

from app.cli import embedded
from app.errors import ConfigError


def pytest_configure() -> None:
    """Let Ctrl-C reach what the tests start, even if we run in the background.

    A shell has its background jobs ignore it, and whatever they start does so too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def missing(part: str) -> None:
    """Skip on a laptop, fail in CI: a check that did not run is not a check."""
    if os.environ.get("CI"):
        pytest.fail(f"{part} is missing, and CI must not skip")
    pytest.skip(f"{part} is missing")


@pytest.fixture(scope="session")
def store_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of a real Valkey that lives as long as the test run."""
    try:
        embedded.server_binary()
    except ConfigError as error:
        missing(str(error))
    with embedded.running(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[redis.Redis]:
    """Give a client of an empty store."""
    client = redis.Redis.from_url(store_url)
    client.flushall()
    yield client
    client.close()
