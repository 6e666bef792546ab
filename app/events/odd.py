"""Odd letters: dead letters of items that could not be read, and whom they name.

They are in no contact's list, because there may be any number of them and nearly none
is ever asked for; an erasure looks through them, page by page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from app.errors import Sealed
from app.events import contents, keys
from app.events.scripts import Scripts, store_errors
from app.events.subject import ids_in

# About so many are read in one round trip.
PAGE = 200


def forget(scripts: Scripts, portal: str, contacts: Collection[str]) -> None:
    """Discard the letters that name one of these contacts, as they came or as edited.

    Raises:
        StoreDown: the store did not answer.

    """
    for ids in _pages(scripts, portal):
        found = [
            [letter_id, ""]
            for letter_id, names in zip(ids, _names(scripts, portal, ids), strict=True)
            if not names.isdisjoint(contacts)
        ]
        if found:
            scripts.run_many("discard", portal, found)


def _pages(scripts: Scripts, portal: str) -> Iterator[list[str]]:
    cursor: Any = None
    while cursor != 0:
        with store_errors():
            reply: Any = scripts.store.sscan(
                keys.of(portal, "dead_of:odd"), cursor or 0, count=PAGE
            )
        cursor, found = reply
        yield [letter_id.decode() for letter_id in found]


def _names(scripts: Scripts, portal: str, ids: Sequence[str]) -> Iterator[set[str]]:
    """Yield whom each letter names; what was sealed with a lost key names nobody."""
    for stored, edits in contents.read(scripts.store, portal, ids):
        names: set[str] = set()
        for each in (*stored, *edits.values()):
            with contextlib.suppress(Sealed):
                names |= ids_in(scripts.form.raw_of(each))
        yield names
