"""The properties that records of a type have, and the groups they stand in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.hubspot import batch
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.property_groups import PropertyGroups
from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.shapes.property import (
    NEW_PROPERTY,
    PROPERTY,
    PROPERTY_CHANGE,
    NewProperty,
    Property,
    PropertyChange,
)

# https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
MOST = 100


class Properties:
    """The properties of one type: "contacts", "companies", "2-1234567".

    The batch calls never raise HubSpotError: every name has its result or its error.
    """

    def __init__(self, sender: Sender, object_type: str) -> None:
        self._sender = sender
        self._path = sender.version.properties(object_type)
        self._property_path = f"{self._path}/{{name}}"
        self.groups = PropertyGroups(sender, object_type)

    def list(
        self, *, archived: bool = False, data_sensitivity: str = ""
    ) -> tuple[Property, ...]:
        """Return all properties, which come in one answer.

        Args:
            archived: those that were deleted, instead of those that were not.
            data_sensitivity: "sensitive" or "highly_sensitive" instead of the rest.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        query = _query(archived, data_sensitivity)
        return tuple(PROPERTY.each(self._send("GET", self._path, query=query)))

    def read(
        self, name: str, *, archived: bool = False, data_sensitivity: str = ""
    ) -> Property:
        """Return one property.

        Raises:
            HubSpotError: Refused with status 404 when there is none of this name.

        """
        query = _query(archived, data_sensitivity)
        reply = self._send("GET", self._property_path, name=name, query=query)
        return PROPERTY.one(reply)

    def create(self, new: NewProperty) -> Property:
        """Create a property; one that was archived under this name comes back.

        Raises:
            HubSpotError: Refused with status 409 when there is one of this name.

        """
        body = NEW_PROPERTY.write(new)
        return PROPERTY.one(self._send("POST", self._path, body, repeatable=False))

    def update(self, name: str, change: PropertyChange) -> Property:
        """Change a property.

        Raises:
            HubSpotError: Refused with status 404 when there is none of this name.

        """
        body = PROPERTY_CHANGE.write(change)
        return PROPERTY.one(self._send("PATCH", self._property_path, body, name=name))

    def archive(self, name: str) -> None:
        """Delete a property; it may be gone already.

        Raises:
            HubSpotError: Refused when it is HubSpot's own, or in use.

        """
        self._send("DELETE", self._property_path, name=name)

    def batch_read(
        self, names: Iterable[str], *, archived: bool = False
    ) -> BatchResult[str, Property]:
        """Return many properties by name; one that does not exist has an error."""
        items = [Item(name, {"name": name}) for name in dict.fromkeys(names)]
        attempt = self._attempt("read", {"archived": archived})
        return batch.carry_out(items, MOST, attempt, _blame_named)

    def batch_create(self, new: Iterable[NewProperty]) -> BatchResult[str, Property]:
        """Create many properties; results and errors are by name."""
        bodies = {each.name: NEW_PROPERTY.write(each) for each in new}
        items = [Item(name, body) for name, body in bodies.items()]
        attempt = self._attempt("create", {}, repeatable=False)
        return batch.carry_out(items, MOST, attempt, _blame_named)

    def batch_archive(self, names: Iterable[str]) -> BatchResult[str, None]:
        """Delete many properties; `records` holds the names that are gone."""
        items = [Item(name, {"name": name}) for name in dict.fromkeys(names)]

        def attempt(part: Sequence[Item[str]]) -> Answer[str, None]:
            inputs = {"inputs": [item.body for item in part]}
            reply = self._send("POST", f"{self._path}/batch/archive", inputs)
            keys = [item.key for item in part]
            errors = _sort_out(reply, keys).errors if reply.body else {}
            return Answer(dict.fromkeys(k for k in keys if k not in errors), errors)

        return batch.carry_out(items, MOST, attempt, _blame_named)

    def _attempt(
        self, call: str, more: Mapping[str, Any], *, repeatable: bool = True
    ) -> Callable[[Sequence[Item[str]]], Answer[str, Property]]:
        def attempt(part: Sequence[Item[str]]) -> Answer[str, Property]:
            body = {"inputs": [item.body for item in part], **more}
            path = f"{self._path}/batch/{call}"
            reply = self._send("POST", path, body, repeatable=repeatable)
            return batch.left_out(_sort_out(reply, [item.key for item in part]))

        return attempt

    def _send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        name: str = "",
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Reply:
        values = {"name": name}
        return self._sender.send(
            Request(
                method, path, body, query or {}, repeatable=repeatable, values=values
            )
        )


def _query(archived: bool, data_sensitivity: str) -> dict[str, str]:
    query = {
        "archived": "true" if archived else "",
        "dataSensitivity": data_sensitivity,
    }
    return {name: value for name, value in query.items() if value}


def _sort_out(reply: Reply, keys: Sequence[str]) -> Answer[str, Property]:
    return batch.sort_out(
        reply,
        keys,
        names_of_result=lambda entry: [str(entry.get("name"))],
        names_of_error=_named,
        read=PROPERTY.read,
    )


def _named(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an error may be about: by its context, and by its words."""
    for name in ("name", "names", "propertyName", "ids"):
        yield from batch.context(entry, name)
    # "A property named 'shoe_size' already exists."
    yield from _QUOTED.findall(str(entry.get("message", "")))


def _blame_named(refusal: Exception, items: Sequence[Item[str]]) -> list[str]:
    """Name the properties that the refusal quotes."""
    quoted = set(_QUOTED.findall(str(refusal)))
    return [item.key for item in items if item.key in quoted]


_QUOTED = re.compile(r"['\"](\w+)['\"]")
