"""The sandbox's state in one JSON document: taken, put back, kept in a file.

It holds the account (records, history, associations, properties, switches...), the
app's tokens and subscriptions, the rate plan and the faults. It does not hold what
belongs to the machine and the moment: the ids and secrets of the configuration, where
webhooks go, and the log of requests and deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from app.sandbox.api.gate import Gate
from app.sandbox.clock import Clock
from app.sandbox.crm import object_types
from app.sandbox.crm.search_index import SearchIndex
from app.sandbox.crm.shelf import Shelf
from app.sandbox.snapshot_graph import Reader, Writer

FORMAT = 1

# Of the account, what the configuration decides and not its history. The search
# indexes are made anew from the records.
_NOT_KEPT = frozenset({"_clock", "_config", "_lock", "app_id", "journal", "portal_id"})


class Snapshot:
    """Takes snapshots of a running sandbox, and puts it into their state."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate = gate
        self._clock = clock

    def take(self) -> dict[str, Any]:
        """Return the state as JSON."""
        portal = self._gate.portal
        writer = Writer(_fixed(), [SearchIndex])
        with portal.at_work():
            account = {n: v for n, v in vars(portal).items() if n not in _NOT_KEPT}
            state = {
                "now": self._clock.now(),
                "plan": self._gate.limiter.plan,
                "faults": self._gate.faults.set_now(),
                "account": account,
                "app": self._gate.app.state(),
            }
            return {"format": FORMAT, "state": writer.write(state)}

    def put_back(self, snapshot: Mapping[str, Any]) -> None:
        """Be in the state of `snapshot`; one that cannot be read changes nothing.

        Raises:
            ValueError: it is no snapshot, or one of another format.

        """
        if snapshot.get("format") != FORMAT:
            found = snapshot.get("format")
            raise ValueError(f"a snapshot has format {FORMAT}, and this one: {found}")
        portal = self._gate.portal
        state = Reader(_fixed(), [SearchIndex]).read(snapshot.get("state"))
        expected = vars(portal).keys() - _NOT_KEPT
        if not isinstance(state, dict) or state.get("account", {}).keys() != expected:
            raise ValueError("this is not the state of a sandbox of this version")
        with portal.at_work():
            self._clock.show(state["now"])
            vars(portal).update(state["account"])
            for kind in portal.kinds:
                _index(portal.shelf(kind))
            self._gate.app.restore(state["app"])
        self._gate.limiter.switch_to(state["plan"])
        self._gate.faults.put(state["faults"])

    def save(self, path: Path) -> None:
        """Write the state to a file; an older one stays whole until it is replaced."""
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(orjson.dumps(self.take(), option=orjson.OPT_INDENT_2))
        new.replace(path)

    def load(self, path: Path) -> None:
        """Put the sandbox into the state of a file.

        Raises:
            ValueError: it cannot be read, or holds no snapshot; the message says why.

        """
        try:
            self.put_back(orjson.loads(path.read_bytes()))
        except (OSError, ValueError, AttributeError) as error:
            raise ValueError(f"no snapshot in {path}: {error}") from error


def _index(shelf: Shelf) -> None:
    """Let search see what there is; what is younger than its lag, a moment later."""
    live = shelf.from_id("", archived=False)
    for record in sorted(live, key=lambda record: record.updated_at_ms):
        shelf.index.note(record, record.updated_at_ms / 1000)


def _fixed() -> dict[str, object]:
    return {f"type {kind.type_id}": kind for kind in object_types.ALL}
