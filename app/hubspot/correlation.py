"""Which of HubSpot's results belongs to which input of a batch.

HubSpot does not keep the order, writes e-mail addresses in lower case, and repeats
objectWriteTraceId only sometimes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.errors import ServerBroken
from app.hubspot import batch
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.protocol import Reply
from app.hubspot.record import Record
from app.hubspot.shapes.record import RECORD
from app.hubspot.shapes.record_request import TRACE

EMAIL = "email"
ADDITIONAL = "hs_additional_emails"


@dataclass(frozen=True, slots=True)
class Names:
    """How the inputs of a batch are called: by record id, or by a unique property."""

    id_property: str | None

    @property
    def needed(self) -> Sequence[str]:
        """The properties without which a record that was read cannot be recognised."""
        if self.id_property is None:
            return ()
        return (EMAIL, ADDITIONAL) if self.id_property == EMAIL else (self.id_property,)

    def by_wire(self, inputs: Iterable[str]) -> dict[str, list[str]]:
        """Return what HubSpot gets to see, and the inputs it stands for."""
        wire: dict[str, list[str]] = {}
        for key in dict.fromkeys(inputs):
            wire.setdefault(self._folded(key), []).append(key)
        return wire

    def by_input(
        self, result: BatchResult[str, Record], wire: Mapping[str, Sequence[str]]
    ) -> BatchResult[str, Record]:
        """Return the same result by the inputs as they were given."""
        return BatchResult(
            {
                each: found
                for key, found in result.records.items()
                for each in wire[key]
            },
            {each: error for key, error in result.errors.items() for each in wire[key]},
            {each for key in result.unsent for each in wire[key]},
        )

    def sort_out(self, reply: Reply, keys: Collection[str]) -> Answer[str, Record]:
        """Match results and errors with the inputs.

        Raises:
            ServerBroken: the answer is not a JSON object.

        """
        return batch.sort_out(
            reply,
            keys,
            names_of_result=self._of_result,
            names_of_error=self._of_error,
            read=RECORD.read,
        )

    def _of_result(self, entry: Mapping[str, Any]) -> Iterator[str]:
        if isinstance(entry.get(TRACE), str):
            yield entry[TRACE]
        if self.id_property is None:
            yield str(entry.get("id"))
            return
        properties = RECORD.read(entry).properties
        for name in self.needed:
            values = properties.get(name) or ""
            # Additional addresses come as "a@example.com;b@example.com".
            yield from map(self._folded, values.split(";"))
            yield self._folded(values)

    def _of_error(self, entry: Mapping[str, Any]) -> Iterator[str]:
        for name in (TRACE, "ids", "id"):
            yield from map(self._folded, batch.context(entry, name))

    def _folded(self, key: str) -> str:
        # Upper and lower case of an e-mail address are the same to HubSpot.
        return key.strip().lower() if self.id_property == EMAIL else key


def of_created(reply: Reply, items: Sequence[Item[str]]) -> Answer[str, Record]:
    """Match the results of a batch create: by trace id, else by property values.

    Raises:
        ServerBroken: the answer is not a JSON object.

    """
    answer = batch.sort_out(
        reply,
        [item.key for item in items],
        names_of_result=_trace_of_result,
        names_of_error=lambda entry: batch.context(entry, TRACE),
        read=RECORD.read,
    )
    if not answer.strays:
        return batch.left_out(answer)
    records = dict(answer.records)
    open_items = [item for item in items if item.key in set(answer.silent)]
    for entry in answer.strays:
        key = _most_alike(entry, open_items)
        if key is not None:
            records[key] = RECORD.read(entry)
            open_items = [item for item in open_items if item.key != key]
    error = ServerBroken(
        "HubSpot's answer does not tell which record was made of which input: it may"
        " have been created, so look before creating it again"
    )
    return Answer(records, answer.errors | {item.key: error for item in open_items})


def _trace_of_result(entry: Mapping[str, Any]) -> Sequence[str]:
    trace = entry.get(TRACE)
    return (trace,) if isinstance(trace, str) else ()


def _most_alike(entry: Mapping[str, Any], items: Sequence[Item[str]]) -> str | None:
    """Return the input with whose values most of the result's agree, if it is one."""
    created = RECORD.read(entry).properties
    ranked = sorted(((_alike(item, created), item.key) for item in items), reverse=True)
    if not ranked or ranked[0][0] == 0:
        return None
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return None
    return ranked[0][1]


def _alike(item: Item[str], created: Mapping[str, str | None]) -> int:
    """Count the values that agree; HubSpot writes some of them in lower case."""
    sent: Mapping[str, str] = item.body["properties"]
    return sum(
        (created.get(name) or "").lower() == value.lower()
        for name, value in sent.items()
        if value
    )
