"""Associations by the name of their type, as version 3 has them until September 2027.

The calls have no dated twin; `app.hubspot.associations` is what lasts.
https://developers.hubspot.com/docs/api-reference/crm-associations-v3/guide
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.hubspot import association_batches, batch
from app.hubspot.association_batches import MOST_ARCHIVED, MOST_CREATED, MOST_READ
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.record import AssociatedRecord
from app.hubspot.shapes.association_v3 import (
    NAMED_ASSOCIATIONS,
    NAMED_LINK,
    NAMED_TYPE,
    NamedLink,
    NamedType,
)

Pair = tuple[str, str]


class AssociationsV3:
    """The associations from records of one type to records of another.

    The batch calls never raise HubSpotError: every input has its result or its error.
    """

    def __init__(self, sender: Sender, from_type: str, to_type: str) -> None:
        self._sender = sender
        version = sender.version
        self._path = version.undated_associations(from_type, to_type)
        self._typed_path = version.typed_association(from_type, to_type)

    def types(self) -> tuple[NamedType, ...]:
        """Return the types there are, by id and by name.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        reply = self._call("GET", f"{self._path}/types")
        return tuple(NAMED_TYPE.each(reply))

    def create(self, from_id: str, to_id: str, type_id: str) -> None:
        """Associate two records; they may be associated already.

        Args:
            from_id: of the first type.
            to_id: of the second type.
            type_id: "279", or the name of the type.

        Raises:
            HubSpotError: Refused when one does not exist, or there is no such type.

        """
        self._call("PUT", self._typed_path, id=from_id, to_id=to_id, type_id=type_id)

    def archive(self, from_id: str, to_id: str, type_id: str) -> None:
        """Take away one type of association of two records; it may be gone already.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._call("DELETE", self._typed_path, id=from_id, to_id=to_id, type_id=type_id)

    def batch_read(
        self, from_ids: Iterable[str]
    ) -> BatchResult[str, tuple[AssociatedRecord, ...]]:
        """Read the associations of many records; of contacts only primary companies.

        `records` holds an empty tuple for a record without associations.
        """
        items = [Item(each, {"id": each}) for each in dict.fromkeys(from_ids)]

        def attempt(
            part: Sequence[Item[str]],
        ) -> Answer[str, tuple[AssociatedRecord, ...]]:
            answer = batch.sort_out(
                self._post("read", part),
                [item.key for item in part],
                names_of_result=association_batches.from_ids,
                names_of_error=association_batches.from_ids_of_error,
                read=lambda entry: NAMED_ASSOCIATIONS.read(entry).to,
                read_error=association_batches.none_found,
            )
            return batch.left_out(answer)

        return batch.carry_out(items, MOST_READ, attempt, batch.blame_nobody)

    def batch_create(self, links: Iterable[NamedLink]) -> BatchResult[NamedLink, None]:
        """Associate many pairs; repeating it does no harm."""

        def attempt(part: Sequence[Item[NamedLink]]) -> Answer[NamedLink, None]:
            reply = self._post("create", part)
            return batch.left_out(_by_link(reply, [item.key for item in part]))

        return _carry_out(links, MOST_CREATED, attempt)

    def batch_archive(self, links: Iterable[NamedLink]) -> BatchResult[NamedLink, None]:
        """Take many pairs apart, each in this type only."""

        def attempt(part: Sequence[Item[NamedLink]]) -> Answer[NamedLink, None]:
            reply, keys = self._post("archive", part), [item.key for item in part]
            errors = _by_link(reply, keys).errors if reply.body else {}
            return Answer(dict.fromkeys(k for k in keys if k not in errors), errors)

        return _carry_out(links, MOST_ARCHIVED, attempt)

    def _post(self, call: str, part: Sequence[Item[Any]]) -> Reply:
        body = {"inputs": [item.body for item in part]}
        return self._call("POST", f"{self._path}/batch/{call}", body)

    def _call(self, method: str, path: str, body: Json = None, **values: str) -> Reply:
        return self._sender.send(
            Request(method, path, body, family="associations", values=values)
        )


def _carry_out(
    links: Iterable[NamedLink],
    most: int,
    attempt: Callable[[Sequence[Item[NamedLink]]], Answer[NamedLink, None]],
) -> BatchResult[NamedLink, None]:
    items = [Item(link, NAMED_LINK.write(link)) for link in dict.fromkeys(links)]
    return batch.carry_out(items, most, attempt, batch.blame_nobody)


def _by_link(reply: Reply, links: Sequence[NamedLink]) -> Answer[NamedLink, None]:
    pairs = [(link.from_id, link.to_id) for link in links]
    said = association_batches.by_pair(reply, pairs)

    def of(pairs: Iterable[Pair]) -> list[NamedLink]:
        named = set(pairs)
        return [link for link in links if (link.from_id, link.to_id) in named]

    errors = {link: said.errors[link.from_id, link.to_id] for link in of(said.errors)}
    return Answer(dict.fromkeys(of(said.records)), errors, silent=of(said.silent))
