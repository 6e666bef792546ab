"""A source of enrichment, and desks that ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from tests.integration.providers.source import Source, running
from workers.providers import configuration
from workers.providers.desk import Desk

NewDesk = Callable[..., Desk]


@pytest.fixture
def source() -> Iterator[Source]:
    with running() as server:
        yield server


@pytest.fixture
def new_desk(source: Source, store: redis.Redis) -> NewDesk:
    """Return a worker process's desk; every one of them shares the store."""

    def make(**options: Any) -> Desk:
        table = {
            "name": "people_source",
            "url": source.url + "?q={key}",
            "key": "email",
            "mapping": {"jobtitle": "job.title"},
            **options,
        }
        return Desk(store, configuration.read([table], {"KEY": "hush"}))

    return make
