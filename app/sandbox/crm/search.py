"""Searching records: filters, words, order, pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from app.sandbox.crm import moment
from app.sandbox.crm.definitions import Definition
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.crm.search_index import Values
from app.sandbox.crm.shelf import Shelf
from app.sandbox.errors import Invalid

# https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
MAX_RESULTS = 10_000
MAX_LIMIT = 200
MAX_GROUPS = 5
MAX_FILTERS_IN_GROUP = 6
MAX_FILTERS = 18

ASSOCIATIONS = "associations."

_TEXT = ("string", "phone_number")
_TOKEN = re.compile(r"[\w*]+")


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition.

    Attributes:
        name: property, or "associations.company".
        operator: HubSpot's name of it, e.g. "EQ".
        value: for operators with one value.
        high_value: upper end of BETWEEN.
        values: for IN and NOT_IN.

    """

    name: str
    operator: str
    value: str = ""
    high_value: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """One search.

    Attributes:
        groups: OR-ed groups of AND-ed filters; none at all finds everything.
        words: text to look for in the kind's searched properties.
        sort: property to sort by, "" for by record id.
        descending: sort from high to low.
        limit: results of one page.
        after: how many results to skip.

    """

    groups: Sequence[Sequence[Filter]] = ()
    words: str = ""
    sort: str = ""
    descending: bool = False
    limit: int = 10
    after: int = 0


Match = Callable[[Record, Values], bool]


def run(
    portal: Portal, shelf: Shelf, query: Query
) -> tuple[int, list[tuple[Record, Values]]]:
    """Return how many records match, and those of the page with their values.

    Raises:
        Invalid: the query breaks one of HubSpot's limits, or names a property that
            does not exist (our own words).

    """
    _demand_limits(query)
    shelf.index.catch_up(portal.now(), portal.search_lag_s)
    found: dict[Record, None] = {}
    for group in query.groups or ((),):
        found.update(dict.fromkeys(_group(portal, shelf, group)))
    if query.words:
        found = {r: None for r in found if _has_words(shelf, r, query.words)}
    ordered = _ordered(shelf, list(found), query)
    page = ordered[query.after : query.after + query.limit]
    return len(ordered), [(record, shelf.index.documents[record]) for record in page]


def _demand_limits(query: Query) -> None:
    if not 0 <= query.limit <= MAX_LIMIT:
        raise Invalid(f"limit must be between 0 and {MAX_LIMIT}")
    if query.after + query.limit > MAX_RESULTS:
        raise Invalid(
            f"Paging through more than {MAX_RESULTS} results of one search "
            "is not supported"
        )
    if len(query.groups) > MAX_GROUPS:
        raise Invalid(f"At most {MAX_GROUPS} filterGroups are allowed")
    if any(len(group) > MAX_FILTERS_IN_GROUP for group in query.groups):
        raise Invalid(f"At most {MAX_FILTERS_IN_GROUP} filters are allowed in a group")
    if sum(map(len, query.groups)) > MAX_FILTERS:
        raise Invalid(f"At most {MAX_FILTERS} filters are allowed")


def _group(portal: Portal, shelf: Shelf, group: Sequence[Filter]) -> Iterable[Record]:
    """Go through the records that pass all filters, the cheapest way."""
    tests: list[Match] = []
    candidates: Iterable[Record] | None = None
    for condition in group:
        if condition.name.startswith(ASSOCIATIONS):
            tests.append(_association(portal, condition))
            continue
        definition = shelf.schema.active.get(condition.name)
        if definition is None:
            raise Invalid(f'Property "{condition.name}" does not exist')
        wanted = _equal_values(definition, condition)
        if candidates is None and wanted is not None:
            candidates = shelf.index.having(condition.name, wanted)
        else:
            tests.append(_property(definition, condition))
    documents = shelf.index.documents
    if candidates is None:
        candidates = documents
    return [r for r in candidates if all(test(r, documents[r]) for test in tests)]


def _equal_values(definition: Definition, condition: Filter) -> list[str] | None:
    """Return what an index can answer, in lower case; None if it cannot."""
    if definition.type not in _TEXT:
        return None
    if condition.operator == "EQ":
        return [condition.value.lower()]
    if condition.operator == "IN":
        return list(condition.values)
    return None


def _comparable(definition: Definition, value: str) -> str:
    """Write a filter's value the way it is stored."""
    try:
        if definition.type == "datetime":
            return moment.iso(moment.parse_ms(value))
        if definition.type == "date":
            return moment.iso_date(moment.parse_ms(value))
    except ValueError as error:
        raise Invalid(f"{value} was not a valid date.") from error
    return value


def _key(definition: Definition) -> Callable[[str], object]:
    """Return how values of the property compare."""
    if definition.type == "number":
        return lambda text: float(text or 0)
    return str.lower if definition.type in _TEXT else str


def _property(definition: Definition, condition: Filter) -> Match:
    name, operator = condition.name, condition.operator
    if operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
        wanted = operator == "HAS_PROPERTY"
        return lambda record, values: (name in values) is wanted
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        tokens = condition.value.lower()
        wanted = operator == "CONTAINS_TOKEN"
        return lambda record, values: _contains(values.get(name, ""), tokens) is wanted
    key = _key(definition)
    try:
        test = _comparison(definition, condition, key)
    except ValueError as error:
        raise Invalid(f"{condition.value} was not a valid number.") from error
    absent = operator in ("NEQ", "NOT_IN")
    return lambda record, values: test(key(values[name])) if name in values else absent


def _comparison(
    definition: Definition, condition: Filter, key: Callable[[str], object]
) -> Callable[[object], bool]:
    operator = condition.operator
    if operator in ("IN", "NOT_IN"):
        # Values of IN are compared as they are: text must be given in lower case.
        own = key if definition.type == "number" else str
        wanted = {own(_comparable(definition, value)) for value in condition.values}
        return lambda value: (value in wanted) is (operator == "IN")
    low = key(_comparable(definition, condition.value))
    if operator == "BETWEEN":
        high = key(_comparable(definition, condition.high_value))
        return lambda value: low <= value <= high  # type: ignore[operator]
    return _ORDER[operator](low)


# low is what the filter says, value what the record has; both of the same kind.
_ORDER: Mapping[str, Callable[[object], Callable[[object], bool]]] = {
    "EQ": lambda low: lambda value: value == low,
    "NEQ": lambda low: lambda value: value != low,
    "LT": lambda low: lambda value: value < low,  # type: ignore[operator]
    "LTE": lambda low: lambda value: value <= low,  # type: ignore[operator]
    "GT": lambda low: lambda value: value > low,  # type: ignore[operator]
    "GTE": lambda low: lambda value: value >= low,  # type: ignore[operator]
}

OPERATORS = frozenset(
    {*_ORDER, "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}
    | {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
)


def _contains(value: str, pattern: str) -> bool:
    """Tell whether each word of `pattern` is a word of `value`; `*` stands for any."""
    value = value.lower()
    if fnmatchcase(value, pattern):
        return True
    words = _TOKEN.findall(value)
    return bool(pattern) and all(
        any(fnmatchcase(word, wanted) for word in words)
        for wanted in _TOKEN.findall(pattern)
    )


def _association(portal: Portal, condition: Filter) -> Match:
    end = portal.kinds.infer(condition.name.removeprefix(ASSOCIATIONS))
    wanted = {condition.value, *condition.values} - {""}
    negative = condition.operator in ("NEQ", "NOT_IN", "NOT_HAS_PROPERTY")

    def test(record: Record, values: Values) -> bool:
        linked = portal.links.of(record, end)
        hit = bool(wanted & linked.keys()) if wanted else bool(linked)
        return hit is not negative

    return test


def _has_words(shelf: Shelf, record: Record, words: str) -> bool:
    values = shelf.index.documents[record]
    text = "\n".join(values.get(name, "") for name in shelf.kind.searched).lower()
    return all(word in text for word in words.lower().split())


def _ordered(shelf: Shelf, found: list[Record], query: Query) -> list[Record]:
    if not query.sort:
        return sorted(found, key=lambda record: int(record.id))
    definition = shelf.schema.active.get(query.sort)
    if definition is None:
        raise Invalid(f'Property "{query.sort}" does not exist')
    documents, key, name = shelf.index.documents, _key(definition), query.sort

    def by_value(record: Record) -> tuple[bool, object]:
        value = documents[record].get(name, "")
        return (bool(value), key(value))

    return sorted(found, key=by_value, reverse=query.descending)
