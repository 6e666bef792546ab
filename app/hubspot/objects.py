"""The records of a type, one by one or by the hundred."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.errors import ServerBroken
from app.hubspot import batch, correlation, protocol, record
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.correlation import Names
from app.hubspot.protocol import Reply, Request, Sender
from app.hubspot.record import NewRecord, Record

# https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
MOST = 100
MOST_WITH_HISTORY = 50

Records = BatchResult[str, Record]
Attempt = Callable[[Sequence[Item[str]]], Answer[str, Record]]


class Objects:
    """The records of one type: "contacts", "companies", "notes", "2-1234567".

    The batch calls never raise HubSpotError: every input has its record in `records`
    or its error in `errors`, by the key it was given with. Inputs given twice are sent
    once, and any number of inputs may be given.
    """

    def __init__(self, sender: Sender, object_type: str) -> None:
        self._sender = sender
        self._path = sender.version.objects(object_type)
        self._record_path = f"{self._path}/{{id}}"

    def create(self, new: NewRecord) -> Record:
        """Create one record; its key is not used.

        Raises:
            HubSpotError: Refused with status 409 when it exists already.

        """
        body = record.write(new)
        return _one(self._send("POST", self._path, body, repeatable=False))

    def read(
        self,
        record_id: str,
        properties: Sequence[str] = (),
        *,
        id_property: str | None = None,
        archived: bool = False,
    ) -> Record:
        """Read one record, also one whose id was merged into another.

        Args:
            record_id: its id, or its value of `id_property`.
            properties: names; HubSpot ignores those it does not know.
            id_property: "email", or another property with unique values.
            archived: look in the recycle bin.

        Raises:
            HubSpotError: Refused with status 404 when there is no such record.

        """
        query = _query(properties, id_property, archived)
        path = self._record_path
        return _one(self._send("GET", path, query=query, record_id=record_id))

    def update(
        self,
        record_id: str,
        properties: Mapping[str, str],
        *,
        id_property: str | None = None,
    ) -> Record:
        """Give one record these property values; "" clears one.

        Raises:
            HubSpotError: Refused with status 404 when there is no such record.

        """
        path, body = self._record_path, {"properties": dict(properties)}
        query = _query((), id_property, archived=False)
        return _one(self._send("PATCH", path, body, query=query, record_id=record_id))

    def archive(self, record_id: str) -> None:
        """Put one record into the recycle bin; it may be there already.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._send("DELETE", self._record_path, record_id=record_id)

    def list(
        self,
        properties: Sequence[str] = (),
        *,
        properties_with_history: Sequence[str] = (),
        archived: bool = False,
    ) -> Iterator[Record]:
        """Yield all records of the type, by id.

        Raises:
            HubSpotError: at any page.

        """
        most = MOST_WITH_HISTORY if properties_with_history else MOST
        query = _query(properties, None, archived) | {"limit": str(most)}
        if properties_with_history:
            query["propertiesWithHistory"] = ",".join(properties_with_history)
        after: str | None = ""
        while after is not None:
            page = query | ({"after": after} if after else {})
            reply = self._send("GET", self._path, query=page)
            yield from (record.read(entry) for entry in reply.items("results"))
            following = protocol.after(reply.mapping())
            if following == after:
                raise ServerBroken("HubSpot turns the pages of a list in a circle")
            after = following

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
        body: dict[str, Any] = {
            "properties": list(dict.fromkeys((*properties, *names.needed)))
        }
        if id_property:
            body["idProperty"] = id_property
        if properties_with_history:
            body["propertiesWithHistory"] = list(properties_with_history)
        most = MOST_WITH_HISTORY if properties_with_history else MOST
        items = [Item(key, {"id": key}) for key in wire]
        query = {"archived": "true"} if archived else {}
        attempt = self._attempt("read", names, body, query)
        return names.by_input(
            batch.carry_out(items, most, attempt, batch.blame_nobody), wire
        )

    def batch_update(self, changes: Mapping[str, Mapping[str, str]]) -> Records:
        """Give many records new property values: {id: {name: value}}.

        Args:
            changes: by record id, the only name HubSpot takes here; "" clears a value.

        """
        items = [
            Item(
                key, {"id": key, "properties": dict(values), "objectWriteTraceId": key}
            )
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
            body = {"id": key, "idProperty": id_property, "properties": values}
            items.append(Item(key, body | {"objectWriteTraceId": key}))
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
        items = [
            Item(each.key, record.write(each) | {"objectWriteTraceId": each.key})
            for each in new
        ]
        if len({item.key for item in items}) < len(items):
            raise ValueError("every record of a batch needs a key of its own")

        def attempt(part: Sequence[Item[str]]) -> Answer[str, Record]:
            inputs = {"inputs": [item.body for item in part]}
            path = f"{self._path}/batch/create"
            reply = self._send("POST", path, inputs, repeatable=False)
            return correlation.of_created(reply, part)

        return batch.carry_out(items, MOST, attempt, batch.blame_property)

    def batch_archive(self, ids: Iterable[str]) -> BatchResult[str, None]:
        """Put many records into the recycle bin; they may be there already.

        `records` holds the ids that are there now.
        """
        items = [Item(key, {"id": key}) for key in dict.fromkeys(ids)]
        names = Names(None)

        def attempt(part: Sequence[Item[str]]) -> Answer[str, None]:
            inputs = {"inputs": [item.body for item in part]}
            reply = self._send("POST", f"{self._path}/batch/archive", inputs)
            keys = [item.key for item in part]
            errors = names.sort_out(reply, keys).errors if reply.body else {}
            return Answer(dict.fromkeys(k for k in keys if k not in errors), errors)

        return batch.carry_out(items, MOST, attempt, batch.blame_nobody)

    def _attempt(
        self,
        call: str,
        names: Names,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Attempt:
        """Return what makes one batch call whose inputs HubSpot knows by name."""

        def attempt(part: Sequence[Item[str]]) -> Answer[str, Record]:
            inputs = {"inputs": [item.body for item in part], **(body or {})}
            path = f"{self._path}/batch/{call}"
            reply = self._send("POST", path, inputs, query=query)
            return batch.left_out(names.sort_out(reply, [item.key for item in part]))

        return attempt

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        record_id: str = "",
        repeatable: bool = True,
    ) -> Reply:
        values = {"id": record_id}
        return self._sender.send(
            Request(
                method, path, body, query or {}, repeatable=repeatable, values=values
            )
        )


def _query(
    properties: Sequence[str], id_property: str | None, archived: bool
) -> dict[str, str]:
    query = {
        "properties": ",".join(properties),
        "idProperty": id_property or "",
        "archived": "true" if archived else "",
    }
    return {name: value for name, value in query.items() if value}


def _one(reply: Reply) -> Record:
    if "id" not in reply.mapping():
        raise ServerBroken("HubSpot's answer is not a record", status=reply.status)
    return record.read(reply.mapping())
