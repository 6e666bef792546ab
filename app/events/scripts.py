"""Runs the Lua scripts; turns every trouble with the store into StoreDown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Any

import redis

from app.errors import StoreDown
from app.events import keys

SOURCES = resources.files("app.events") / "lua"
NAMES = (
    "accept",
    "bury",
    "claim",
    "confirm",
    "discard",
    "due",
    "extend",
    "gauge",
    "postpone",
    "purge",
    "reaim",
    "recount",
    "replay",
    "reserve",
    "settle",
)


def source(name: str) -> str:
    """Return the text of a script, with the functions that all of them share."""
    prelude = (SOURCES / "prelude.lua").read_text()
    return prelude + (SOURCES / f"{name}.lua").read_text()


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Turn whatever the store raises into StoreDown."""
    try:
        yield
    except redis.RedisError as error:
        raise StoreDown(f"Redis: {error}") from error


class Scripts:
    """The scripts of this folder on one store.

    `source_of` is where a test puts in a script that is broken on purpose.
    """

    def __init__(
        self, store: redis.Redis, source_of: Callable[[str], str] = source
    ) -> None:
        self.store = store
        self._scripts = {name: store.register_script(source_of(name)) for name in NAMES}

    def run(self, name: str, portal: str, *args: str | bytes | int) -> Any:
        """Run one script on the keys of one portal.

        Raises:
            StoreDown: the store did not answer, or refused to write.

        """
        with store_errors():
            return self._scripts[name](keys=[keys.prefix(portal)], args=args)

    def run_each(self, name: str, portals: Sequence[str]) -> list[Any]:
        """Run one script on each portal, in one round trip.

        Raises:
            StoreDown: the store did not answer, or refused to write.

        """
        pipe = self.store.pipeline(transaction=False)
        for portal in portals:
            self._scripts[name](keys=[keys.prefix(portal)], client=pipe)
        with store_errors():
            return list(pipe.execute())
