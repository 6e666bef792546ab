"""Associations by the hundred: reading, making and taking apart many at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.errors import Refused
from app.hubspot import batch, protocol
from app.hubspot.association_type import Association, AssociationType
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.protocol import Reply, Request, Sender
from app.hubspot.shapes.association import ASSOCIATED, LINK, Link

# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
MOST_READ = 1_000
MOST_CREATED = 2_000
# HubSpot does not say how many it takes; a hundred is what others get away with.
MOST_ARCHIVED = 100
NONE_FOUND = "NO_ASSOCIATIONS_FOUND"

Pair = tuple[str, str]
Found = tuple[Association, ...]


class AssociationBatches:
    """The batch calls of the associations between two types.

    They never raise HubSpotError: every input has its result or its error, whatever
    HubSpot did to the batch, and any number of inputs may be given.
    """

    def __init__(self, sender: Sender, from_type: str, to_type: str) -> None:
        self._sender = sender
        self._path = sender.version.associations(from_type, to_type)

    def batch_read(self, from_ids: Iterable[str]) -> BatchResult[str, Found]:
        """Read the associations of many records, all pages of them.

        `records` holds an empty tuple for a record without associations, as for one
        that does not exist: HubSpot does not tell the difference.
        """
        items = [Item(each, {"id": each}) for each in dict.fromkeys(from_ids)]
        result: BatchResult[str, Found] = BatchResult()
        visited: set[Pair] = set()
        while items:
            page = _Page(self._post)
            part = batch.carry_out(items, MOST_READ, page.read, batch.blame_nobody)
            for from_id, more in part.records.items():
                result.records[from_id] = result.records.get(from_id, ()) + more
            result.errors.update(part.errors)
            result.unsent.update(part.unsent)
            following = set(page.following.items()) - visited
            visited |= following
            items = [Item(key, {"id": key, "after": at}) for key, at in following]
        for from_id in result.errors:
            # Half a list is no answer.
            result.records.pop(from_id, None)
        return result

    def batch_create(
        self, links: Iterable[tuple[str, str, Sequence[AssociationType]]]
    ) -> BatchResult[Pair, tuple[AssociationType, ...]]:
        """Associate many pairs of (from id, to id, types); repeating it does no harm.

        `records` holds the types that were asked for, by (from id, to id). The types
        given twice for the same pair are put together.
        """
        return self._with_types("batch/create", links, MOST_CREATED)

    def batch_create_default(self, pairs: Iterable[Pair]) -> BatchResult[Pair, None]:
        """Associate many pairs of (from id, to id) without a label.

        `records` holds the pairs that are associated now.
        """
        items = [Item(pair, _body(pair)) for pair in dict.fromkeys(pairs)]

        def attempt(part: Sequence[Item[Pair]]) -> Answer[Pair, None]:
            reply = self._post("batch/associate/default", [each.body for each in part])
            return batch.left_out(by_pair(reply, [item.key for item in part]))

        return batch.carry_out(items, MOST_CREATED, attempt, _blame_ids)

    def batch_archive(self, pairs: Iterable[Pair]) -> BatchResult[Pair, None]:
        """Take apart many pairs of (from id, to id), whatever their types.

        `records` holds the pairs that are apart now.
        """
        items = [
            Item(pair, {"from": {"id": pair[0]}, "to": [{"id": pair[1]}]})
            for pair in dict.fromkeys(pairs)
        ]

        def attempt(part: Sequence[Item[Pair]]) -> Answer[Pair, None]:
            reply = self._post("batch/archive", [item.body for item in part])
            return _quiet(reply, [item.key for item in part])

        return batch.carry_out(items, MOST_ARCHIVED, attempt, _blame_ids)

    def batch_archive_labels(
        self, links: Iterable[tuple[str, str, Sequence[AssociationType]]]
    ) -> BatchResult[Pair, tuple[AssociationType, ...]]:
        """Take these types away from many pairs of (from id, to id, types).

        Taking away the type without a label takes the pair apart. `records` holds the
        types that are gone, by (from id, to id).
        """
        return self._with_types("batch/labels/archive", links, MOST_ARCHIVED)

    def _with_types(
        self,
        call: str,
        links: Iterable[tuple[str, str, Sequence[AssociationType]]],
        most: int,
    ) -> BatchResult[Pair, tuple[AssociationType, ...]]:
        wanted: dict[Pair, tuple[AssociationType, ...]] = {}
        for from_id, to_id, types in links:
            pair = (from_id, to_id)
            wanted[pair] = tuple(dict.fromkeys((*wanted.get(pair, ()), *types)))
        items = [Item(pair, _body(pair, types)) for pair, types in wanted.items()]

        def attempt(
            part: Sequence[Item[Pair]],
        ) -> Answer[Pair, tuple[AssociationType, ...]]:
            reply = self._post(call, [item.body for item in part])
            pairs = [item.key for item in part]
            if call == "batch/create":
                said = batch.left_out(by_pair(reply, pairs))
            else:
                said = _quiet(reply, pairs)
            return Answer({pair: wanted[pair] for pair in said.records}, said.errors)

        return batch.carry_out(items, most, attempt, _blame_ids)

    def _post(self, call: str, inputs: Sequence[Mapping[str, Any]]) -> Reply:
        path = f"{self._path}/{call}"
        body = {"inputs": inputs}
        return self._sender.send(Request("POST", path, body, family="associations"))


class _Page:
    """Reads one page of many records; notes down who has another one, and where."""

    def __init__(
        self, post: Callable[[str, Sequence[Mapping[str, Any]]], Reply]
    ) -> None:
        self._post = post
        self.following: dict[str, str] = {}

    def read(self, items: Sequence[Item[str]]) -> Answer[str, Found]:
        reply = self._post("batch/read", [item.body for item in items])
        for entry in reply.items("results"):
            after = protocol.after(entry)
            if after is not None:
                self.following.update(dict.fromkeys(from_ids(entry), after))
        answer = batch.sort_out(
            reply,
            [item.key for item in items],
            names_of_result=from_ids,
            names_of_error=from_ids_of_error,
            read=lambda entry: ASSOCIATED.read(entry).to,
            read_error=none_found,
        )
        return batch.left_out(answer)


def none_found(entry: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return no associations where HubSpot says just that, as if it were an error."""
    return () if str(entry.get("subCategory", "")).endswith(NONE_FOUND) else None


def _body(pair: Pair, types: tuple[AssociationType, ...] = ()) -> dict[str, Any]:
    return LINK.write(Link(*pair, types))


def _quiet(reply: Reply, pairs: Collection[Pair]) -> Answer[Pair, None]:
    """Read the answer of a call that names what failed, and at most that."""
    errors = by_pair(reply, pairs).errors if reply.body else {}
    return Answer(dict.fromkeys(each for each in pairs if each not in errors), errors)


def from_ids(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield whose associations an entry of a batch read is about."""
    yield from _ids(entry, "from", "fromObjectId")


def from_ids_of_error(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield whom an error is about: by its context, else by its words."""
    named = batch.context(entry, "fromObjectId")
    # "No company is associated with contact 501.", "abc is not a valid ID"
    yield from named or re.findall(r"\w+", str(entry.get("message", "")))


def _ids(entry: Mapping[str, Any], side: str, flat: str) -> list[str]:
    """Return the id of one side: {"from": {"id": "5"}} or {"fromObjectId": 5}."""
    holder = entry.get(side)
    found = holder.get("id") if isinstance(holder, dict) else entry.get(flat)
    return [] if found is None else [str(found)]


def by_pair(reply: Reply, pairs: Collection[Pair]) -> Answer[Pair, None]:
    """Match an answer with the pairs that were sent, by the ids of both sides."""

    def of_result(entry: Mapping[str, Any]) -> list[Pair]:
        from_ids = _ids(entry, "from", "fromObjectId")
        to_ids = _ids(entry, "to", "toObjectId")
        return list(zip(from_ids, to_ids, strict=False))

    def of_error(entry: Mapping[str, Any]) -> list[Pair]:
        from_ids = batch.context(entry, "fromObjectId")
        to_ids = batch.context(entry, "toObjectId")
        if from_ids or to_ids:
            return [
                pair
                for pair in pairs
                if pair[0] in (from_ids or pair) and pair[1] in (to_ids or pair)
            ]
        return _with_ids(pairs, batch.context(entry, INVALID_IDS))

    return batch.sort_out(
        reply,
        pairs,
        names_of_result=of_result,
        names_of_error=of_error,
        read=lambda _: None,
    )


# https://developers.hubspot.com/docs/api-reference/error-handling
INVALID_IDS = "INVALID_OBJECT_IDS"


def _blame_ids(refusal: Refused, items: Sequence[Item[Pair]]) -> Collection[Pair]:
    """Name the pairs with a record that HubSpot says does not exist."""
    sentences = refusal.context.get(INVALID_IDS, ())
    return _with_ids([item.key for item in items], sentences)


def _with_ids(pairs: Collection[Pair], sentences: Iterable[str]) -> list[Pair]:
    """Return the pairs that sentences such as "CONTACT=5 is not valid" are about."""
    invalid = {found for each in sentences for found in re.findall(r"=(\w+)", each)}
    # The two sides are records of different types: an id that is on both sides of the
    # batch may be invalid on one of them only.
    invalid -= {pair[0] for pair in pairs} & {pair[1] for pair in pairs}
    return [pair for pair in pairs if invalid & set(pair)]
