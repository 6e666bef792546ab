"""The search endpoint: what HubSpot lets a query look like."""

from __future__ import annotations

from typing import Any

from app.sandbox.api import shapes
from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import digits, search
from app.sandbox.crm.search import Filter, Query
from app.sandbox.crm.validation import as_text
from app.sandbox.errors import Invalid, UnreadableJson

# https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
MAX_BODY_CHARACTERS = 3_000

_FILTER = "com.hubspot.inbounddb.publicobject.core.v3.search.Filter"
_ONE_VALUE = search.OPERATORS - {"IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}


def find(call: Call, object_type: str) -> Reply:
    """Answer one page of the records that match."""
    portal, kind = call.portal, call.kind(object_type)
    if len(call.raw.decode("utf-8", "replace")) > MAX_BODY_CHARACTERS:
        raise Invalid(
            f"The request body is longer than {MAX_BODY_CHARACTERS} characters"
        )
    body = call.object()
    query = _query(call, body)
    total, page = search.run(portal, portal.shelf(kind), query)
    names = shapes.wanted_names(kind, [str(n) for n in call.listed("properties")])
    results = [shapes.record(portal, record, names, values) for record, values in page]
    answer: Json = {"total": total, "results": results}
    reached = query.after + len(page)
    if page and reached < total:
        answer["paging"] = {"next": {"after": str(reached)}}
    return Reply(200, answer)


def _query(call: Call, body: dict[str, Any]) -> Query:
    groups = [
        _filters(call, call.expect(dict, group, "filterGroups").get("filters"))
        for group in call.listed("filterGroups")
    ]
    if body.get("filters"):
        # Older clients send one group of filters at the top level.
        groups.append(_filters(call, body["filters"]))
    name, descending = _sort(call, call.listed("sorts"))
    return Query(
        groups,
        words=str(body.get("query") or ""),
        sort=name,
        descending=descending,
        limit=_number(body, "limit", 10),
        after=_number(body, "after", 0),
    )


def _filters(call: Call, items: Any) -> list[Filter]:
    listed = call.expect(list, items or [], "filters")
    return [_filter(call, item) for item in listed]


def _filter(call: Call, item: Any) -> Filter:
    spec = call.expect(dict, item, "filters")
    name, operator = spec.get("propertyName"), spec.get("operator")
    lacking = [n for n in ("propertyName", "operator") if not spec.get(n)]
    if lacking:
        raise UnreadableJson(
            "Cannot build Filter, some of required attributes are not set "
            f"[{', '.join(lacking)}]"
        )
    if str(operator) not in search.OPERATORS:
        raise UnreadableJson(f"{operator} is not a search operator")
    for field in _needed(operator):
        if spec.get(field) is None:
            raise UnreadableJson(
                f"Cannot construct instance of `{_FILTER}`, problem: "
                f"operator {operator} requires a {field}"
            )
    return Filter(
        str(name),
        str(operator),
        as_text(spec.get("value")),
        as_text(spec.get("highValue")),
        tuple(map(as_text, call.expect(list, spec.get("values") or [], "values"))),
    )


def _needed(operator: str) -> list[str]:
    if operator in ("IN", "NOT_IN"):
        return ["values"]
    if operator == "BETWEEN":
        return ["value", "highValue"]
    return ["value"] if operator in _ONE_VALUE else []


def _sort(call: Call, listed: list[Any]) -> tuple[str, bool]:
    """Return property and direction of the one sort: an object, or text "-name"."""
    if len(listed) > 1:
        raise Invalid("Only one sort is allowed")
    if not listed:
        return "", False
    (sort,) = listed
    if isinstance(sort, str):
        return sort.removeprefix("-"), sort.startswith("-")
    spec = call.expect(dict, sort, "sorts")
    return str(spec.get("propertyName")), spec.get("direction") == "DESCENDING"


def _number(body: dict[str, Any], name: str, default: int) -> int:
    """Return a count that may be written as a number or as text."""
    text = as_text(body.get(name)) or str(default)
    if not digits.are_all(text):
        raise Invalid(f"{name} must be a whole number, not {text}")
    return int(text)


ROUTES = (Route("POST", "objects", "/<object_type>/search", find, family="search"),)
