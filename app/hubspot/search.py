"""Search over the records of a type; it lags behind writes by seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.errors import Refused, ServerBroken
from app.hubspot import protocol, record
from app.hubspot.protocol import Request, Sender
from app.hubspot.record import Record

# https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
PAGE = 200
MOST_RESULTS = 10_000
LONGEST_BODY = 3_000
MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition, e.g. Filter("email", "EQ", "ada@example.com").

    Attributes:
        property: internal name.
        operator: EQ, NEQ, LT, LTE, GT, GTE, BETWEEN, IN, NOT_IN, HAS_PROPERTY,
            NOT_HAS_PROPERTY, CONTAINS_TOKEN, NOT_CONTAINS_TOKEN.
        value: what to compare with, for all but IN, NOT_IN and the two HAS.
        high_value: upper end, for BETWEEN.
        values: for IN and NOT_IN; in lower case unless the property is an enumeration.

    """

    property: str
    operator: str
    value: str = ""
    high_value: str = ""
    values: Sequence[str] = ()

    def body(self) -> dict[str, Any]:
        """Return the condition in HubSpot's JSON."""
        body: dict[str, Any] = {
            "propertyName": self.property,
            "operator": self.operator,
        }
        if self.operator in ("IN", "NOT_IN"):
            body["values"] = list(self.values)
        elif not self.operator.endswith("HAS_PROPERTY"):
            body["value"] = self.value
        if self.operator == "BETWEEN":
            body["highValue"] = self.high_value
        return body


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
        body = _body(groups, properties)
        if sort:
            direction = "DESCENDING" if sort.startswith("-") else "ASCENDING"
            name = sort.removeprefix("-")
            body["sorts"] = [{"propertyName": name, "direction": direction}]
        if query:
            body["query"] = query
        return self._pages(body, limit)

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
        for body in _bodies(name, folded, wanted):
            for found in self._pages(body, PAGE):
                if found.id not in seen:
                    seen.add(found.id)
                    yield found

    def _pages(self, body: Mapping[str, Any], limit: int) -> Iterator[Record]:
        after = 0
        while after < MOST_RESULTS:
            page = dict(body, limit=min(limit, MOST_RESULTS - after))
            if after:
                page["after"] = str(after)
            reply = self._sender.send(
                Request("POST", self._path, page, family="search")
            )
            yield from (record.read(entry) for entry in reply.items("results"))
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


def _body(
    groups: Sequence[Sequence[Filter]], properties: Sequence[str]
) -> dict[str, Any]:
    return {
        "filterGroups": [{"filters": [each.body() for each in g]} for g in groups],
        "properties": list(properties),
    }


def _bodies(
    name: str, values: Sequence[str], properties: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield searches for all values, each as long as HubSpot takes it."""
    empty = _body([[Filter(name, "IN")]], properties)
    # Paging adds its own fields to the body.
    room = LONGEST_BODY - _length(dict(empty, limit=PAGE, after=str(MOST_RESULTS)))
    chunk: list[str] = []
    length = 0
    for value in values:
        needed = _length(value) + 1
        if chunk and (length + needed > room or len(chunk) == MOST_VALUES):
            yield _body([[Filter(name, "IN", values=chunk)]], properties)
            chunk, length = [], 0
        chunk.append(value)
        length += needed
    if chunk:
        yield _body([[Filter(name, "IN", values=chunk)]], properties)


def _length(body: Any) -> int:
    return len(orjson.dumps(body).decode())


def _offset(after: str | None) -> int | None:
    if after is None or after.isdecimal():
        return None if after is None else int(after)
    raise ServerBroken(f"HubSpot's search names no next page: {after!r}")
