"""Search over the records of a type; it lags behind writes by seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson

from app.errors import Refused, ServerBroken
from app.hubspot import protocol
from app.hubspot.protocol import Reply, Request, Sender
from app.hubspot.record import Page, Record
from app.hubspot.shapes.record import RECORD
from app.hubspot.shapes.search import (
    SEARCH_REQUEST,
    Filter,
    FilterGroup,
    SearchRequest,
    Sort,
)

__all__ = ["Filter", "Search"]

# https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
PAGE = 200
MOST_RESULTS = 10_000
LONGEST_BODY = 3_000
MOST_VALUES = 100


class Search:
    """The search over one type: "contacts", "companies", "2-1234567"."""

    def __init__(self, sender: Sender, object_type: str) -> None:
        self._sender = sender
        self._path = f"{sender.version.objects(object_type)}/search"

    def find(
        self,
        groups: Sequence[Sequence[Filter]] = (),
        *,
        properties: Sequence[str] = (),
        sort: str = "",
        query: str = "",
        limit: int = PAGE,
    ) -> Iterator[Record]:
        """Yield the records for which all filters of any group hold.

        Args:
            groups: HubSpot takes 5 groups, 6 filters in each, 18 altogether.
            properties: what to read of every record.
            sort: a property, "-" in front for descending; at most one.
            query: words to find in the properties that HubSpot looks at by default.
            limit: records per page, at most 200.

        Raises:
            Refused: HubSpot dislikes the search; or, after 10,000 records, there are
                more, which HubSpot does not give away.
            HubSpotError: any other trouble, at any page.

        """
        request = SearchRequest(
            _groups(groups), properties, _sorts(sort), query or None
        )
        return self._pages(request, limit)

    def page(
        self,
        groups: Sequence[Sequence[Filter]],
        *,
        properties: Sequence[str] = (),
        sort: str = "",
    ) -> Page:
        """Return the first two hundred of the records that `find` yields.

        Raises:
            HubSpotError: as `find` does.

        """
        asked = SearchRequest(_groups(groups), properties, _sorts(sort), limit=PAGE)
        reply = self._send(asked)
        body = reply.mapping()
        total = body.get("total")
        return Page(
            tuple(RECORD.each(reply)),
            protocol.after(body),
            total if isinstance(total, int) else None,
        )

    def count(self, groups: Sequence[Sequence[Filter]] = (), *, query: str = "") -> int:
        """Return how many records `find` would find, were there no ceiling.

        Raises:
            HubSpotError: as `find` does.

        """
        reply = self._send(SearchRequest(_groups(groups), query=query or None, limit=1))
        total = reply.mapping().get("total")
        if not isinstance(total, int):
            raise ServerBroken("HubSpot's search did not say how many there are")
        return total

    def by_values(
        self, name: str, values: Iterable[str], properties: Sequence[str] = ()
    ) -> Iterator[Record]:
        """Yield the records whose property `name` has one of the values, each once.

        Upper and lower case do not matter, neither here nor to HubSpot. The property
        itself is always read, so that the caller can tell who has which value.

        Raises:
            HubSpotError: as `find` does.

        """
        folded = list(dict.fromkeys(value.lower() for value in values))
        wanted = list(dict.fromkeys((name, *properties)))
        seen = set()
        for request in _requests(name, folded, wanted):
            for found in self._pages(request, PAGE):
                if found.id not in seen:
                    seen.add(found.id)
                    yield found

    def _send(self, request: SearchRequest) -> Reply:
        body = SEARCH_REQUEST.write(request)
        return self._sender.send(Request("POST", self._path, body, family="search"))

    def _pages(self, request: SearchRequest, limit: int) -> Iterator[Record]:
        after = 0
        while after < MOST_RESULTS:
            most = min(limit, MOST_RESULTS - after)
            page = replace(request, limit=most, after=str(after) if after else None)
            reply = self._send(page)
            yield from RECORD.each(reply)
            # A page may be short or even empty although there is a next one.
            following = _offset(protocol.after(reply.mapping()))
            if following is None:
                return
            if following <= after:
                raise ServerBroken("HubSpot's search turns the pages in a circle")
            after = following
        raise Refused(
            f"more than {MOST_RESULTS} records match, and HubSpot gives away no more;"
            " narrow the search",
            status=400,
        )


def _groups(groups: Sequence[Sequence[Filter]]) -> list[FilterGroup]:
    return [FilterGroup(filters) for filters in groups]


def _sorts(sort: str) -> list[Sort]:
    direction = "DESCENDING" if sort.startswith("-") else "ASCENDING"
    return [Sort(sort.removeprefix("-"), direction)] if sort else []


def _requests(
    name: str, values: Sequence[str], properties: Sequence[str]
) -> Iterator[SearchRequest]:
    """Yield searches for all values, each as long as HubSpot takes it."""

    def request(chunk: Sequence[str]) -> SearchRequest:
        group = FilterGroup([Filter(name, "IN", values=chunk)])
        # Paging takes room, too.
        return SearchRequest([group], properties, limit=PAGE, after=str(MOST_RESULTS))

    room = LONGEST_BODY - _length(SEARCH_REQUEST.write(request([])))
    chunk: list[str] = []
    length = 0
    for value in values:
        needed = _length(value) + 1
        if chunk and (length + needed > room or len(chunk) == MOST_VALUES):
            yield request(chunk)
            chunk, length = [], 0
        chunk.append(value)
        length += needed
    if chunk:
        yield request(chunk)


def _length(body: Any) -> int:
    return len(orjson.dumps(body).decode())


def _offset(after: str | None) -> int | None:
    if after is None or after.isdecimal():
        return None if after is None else int(after)
    raise ServerBroken(f"HubSpot's search names no next page: {after!r}")
