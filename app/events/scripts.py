"""Runs the Lua scripts; turns every trouble with the store into StoreDown."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Any

import redis

from app.errors import StoreDown, StoreNewer
from app.events import keys
from app.events.stored import StoredForm
from app.events.vault import Vault

SOURCES = resources.files("app.events") / "lua"
NAMES = (
    "accept",
    "advance",
    "amend",
    "archive",
    "bury",
    "claim",
    "confirm",
    "discard",
    "due",
    "extend",
    "gauge",
    "known",
    "lengths",
    "note",
    "noted",
    "postpone",
    "purge",
    "reaim",
    "recount",
    "recover",
    "remember",
    "replay",
    "reserve",
    "restore",
    "return",
    "rewrite",
    "settle",
    "sicken",
    "turn_order",
)


def source(name: str) -> str:
    """Return the text of a script, with the functions that all of them share."""
    prelude = (SOURCES / "prelude.lua").read_text()
    return prelude + (SOURCES / f"{name}.lua").read_text()


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """Turn whatever the store raises into StoreDown.

    Raises:
        StoreNewer: a script found that the state is of a later version than its own.

    """
    try:
        yield
    except redis.ResponseError as error:
        if str(error).startswith("NEWER"):
            raise StoreNewer(str(error).partition(" ")[2]) from error
        raise StoreDown(f"Redis: {error}") from error
    except (redis.RedisError, OSError) as error:  # the latter while it connects
        raise StoreDown(f"Redis: {error}") from error


def store_time(store: redis.Redis) -> float:
    """Return the store's own time, epoch seconds; what is stored is stamped with it.

    Raises:
        StoreDown: the store did not answer.

    """
    with store_errors():
        answer: Any = store.time()
    seconds, micros = answer
    return float(seconds) + float(micros) / 1_000_000


class Scripts:
    """The scripts of this folder on one store.

    Args:
        store: where they run.
        source_of: where a test puts in a script that is broken on purpose.
        vault: seals what is stored.

    """

    def __init__(
        self,
        store: redis.Redis,
        source_of: Callable[[str], str] = source,
        vault: Vault | None = None,
    ) -> None:
        self.store = store
        self.vault = vault or Vault()
        self.form = StoredForm(self.vault)
        self._scripts = {name: store.register_script(source_of(name)) for name in NAMES}

    def run(self, name: str, portal: str, *args: str | bytes | int) -> Any:
        """Run one script on the keys of one portal.

        Raises:
            StoreDown: the store did not answer, or refused to write.

        """
        with store_errors():
            return self._scripts[name](keys=[keys.prefix(portal)], args=args)

    def run_many(
        self, name: str, portal: str, calls: Sequence[Sequence[str | bytes | int]]
    ) -> list[Any]:
        """Run one script several times on one portal, in one round trip.

        Raises:
            StoreDown: the store did not answer, or refused to write.

        """
        pipe = self.store.pipeline(transaction=False)
        for args in calls:
            self._scripts[name](keys=[keys.prefix(portal)], args=args, client=pipe)
        with store_errors():
            return list(pipe.execute())

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
