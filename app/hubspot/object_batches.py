"""The records of a type by the hundred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.hubspot import batch, correlation
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.correlation import Names
from app.hubspot.protocol import Reply, Request, Sender
from app.hubspot.record import NewRecord, Record
from app.hubspot.shapes.record_request import (
    BATCH_READ,
    NEW_INPUT,
    RECORD_INPUT,
    BatchRead,
    RecordInput,
)

# https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
MOST = 100
MOST_WITH_HISTORY = 50

Records = BatchResult[str, Record]
Attempt = Callable[[Sequence[Item[str]]], Answer[str, Record]]


class ObjectBatches:
    """The batch calls of the records of one type.

    They never raise HubSpotError: every input has its record in `records` or its error
    in `errors`, by the key it was given with. Inputs given twice are sent once, and any
    number of inputs may be given.
    """

    def __init__(self, sender: Sender, object_type: str) -> None:
        self._sender = sender
        self._path = sender.version.objects(object_type)

    def batch_read(
        self,
        ids: Iterable[str],
        properties: Sequence[str] = (),
        *,
        id_property: str | None = None,
        properties_with_history: Sequence[str] = (),
        archived: bool = False,
    ) -> Records:
        """Read many records.

        A record that does not exist ends as Refused with status 404. Ids that were
        merged into others count as not existing.

        Args:
            ids: record ids, or values of `id_property`.
            properties: names; HubSpot ignores those it does not know.
            id_property: "email" (upper and lower case are the same, and a contact is
                found by its additional addresses too), or another property with
                unique values.
            properties_with_history: names of properties to read with earlier values.
            archived: look in the recycle bin.

        """
        names = Names(id_property)
        wire = names.by_wire(ids)
        most = MOST_WITH_HISTORY if properties_with_history else MOST
        query = {"archived": "true"} if archived else {}
        wanted = tuple(dict.fromkeys((*properties, *names.needed)))
        history = tuple(properties_with_history) or None

        def attempt(part: Sequence[Item[str]]) -> Answer[str, Record]:
            keys = [item.key for item in part]
            inputs = [RecordInput(key) for key in keys]
            body = BATCH_READ.write(BatchRead(inputs, wanted, history, id_property))
            reply = self._post("read", body, query=query)
            return batch.left_out(names.sort_out(reply, keys))

        items = [Item(key, {}) for key in wire]
        return names.by_input(
            batch.carry_out(items, most, attempt, batch.blame_nobody), wire
        )

    def batch_update(self, changes: Mapping[str, Mapping[str, str]]) -> Records:
        """Give many records new property values: {id: {name: value}}.

        Args:
            changes: by record id, the only name HubSpot takes here; "" clears a value.

        """
        items = [
            _input(RecordInput(key, values, trace_id=key))
            for key, values in changes.items()
        ]
        attempt = self._attempt("update", Names(None))
        return batch.carry_out(items, MOST, attempt, batch.blame_property)

    def batch_upsert(
        self, changes: Mapping[str, Mapping[str, str]], *, id_property: str = "email"
    ) -> Records:
        """Update or create many records: {value of id_property: {name: value}}.

        `Record.new` tells which. Keys that differ only in upper and lower case of an
        e-mail address become one input with the properties of all of them.
        """
        names = Names(id_property)
        wire = names.by_wire(changes)
        items = []
        for key, inputs in wire.items():
            # HubSpot wants the identifying property among the values of a new record.
            values = {id_property: key}
            for each in inputs:
                values |= changes[each]
            items.append(_input(RecordInput(key, values, id_property, trace_id=key)))
        attempt = self._attempt("upsert", names)
        return names.by_input(
            batch.carry_out(items, MOST, attempt, batch.blame_property), wire
        )

    def batch_create(self, new: Iterable[NewRecord]) -> Records:
        """Create many records; results and errors are by `NewRecord.key`.

        Which result belongs to which input is told by the key, which HubSpot repeats,
        or else by the property values. When neither tells, the inputs concerned end as
        ServerBroken: they may have been created, so look before creating them again.

        Raises:
            ValueError: two records have the same key.

        """
        items = [Item(each.key, NEW_INPUT.write(each)) for each in new]
        if len({item.key for item in items}) < len(items):
            raise ValueError("every record of a batch needs a key of its own")

        def attempt(part: Sequence[Item[str]]) -> Answer[str, Record]:
            inputs = {"inputs": [item.body for item in part]}
            reply = self._post("create", inputs, repeatable=False)
            return correlation.of_created(reply, part)

        return batch.carry_out(items, MOST, attempt, batch.blame_property)

    def batch_archive(self, ids: Iterable[str]) -> BatchResult[str, None]:
        """Put many records into the recycle bin; they may be there already.

        `records` holds the ids that are there now.
        """
        items = [_input(RecordInput(key)) for key in dict.fromkeys(ids)]
        names = Names(None)

        def attempt(part: Sequence[Item[str]]) -> Answer[str, None]:
            inputs = {"inputs": [item.body for item in part]}
            reply = self._post("archive", inputs)
            keys = [item.key for item in part]
            errors = names.sort_out(reply, keys).errors if reply.body else {}
            return Answer(dict.fromkeys(k for k in keys if k not in errors), errors)

        return batch.carry_out(items, MOST, attempt, batch.blame_nobody)

    def _attempt(self, call: str, names: Names) -> Attempt:
        """Return what makes one batch call whose inputs HubSpot knows by name."""

        def attempt(part: Sequence[Item[str]]) -> Answer[str, Record]:
            reply = self._post(call, {"inputs": [item.body for item in part]})
            return batch.left_out(names.sort_out(reply, [item.key for item in part]))

        return attempt

    def _post(
        self,
        call: str,
        body: Mapping[str, Any],
        *,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Reply:
        path = f"{self._path}/batch/{call}"
        return self._sender.send(
            Request("POST", path, body, query or {}, repeatable=repeatable)
        )


def _input(record: RecordInput) -> Item[str]:
    return Item(record.id, RECORD_INPUT.write(record))
