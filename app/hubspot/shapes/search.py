"""A search, as HubSpot wants it asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.hubspot.shapes.shape import Parts, Shape, Text, Whole, Words

# What an operator compares with, where it is not one value.
# https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
OPERANDS: Mapping[str, Sequence[str]] = {
    "IN": ("values",),
    "NOT_IN": ("values",),
    "BETWEEN": ("value", "highValue"),
    "HAS_PROPERTY": (),
    "NOT_HAS_PROPERTY": (),
}


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


class FilterShape(Shape[Filter]):
    """One condition."""

    makes = Filter
    property = Text(data_key="propertyName")
    operator = Text()
    value = Text()
    high_value = Text()
    values = Words()

    def write(self, value: Filter) -> dict[str, Any]:
        """Return the condition with what its operator compares with."""
        said = super().write(value)
        operands = OPERANDS.get(value.operator, ("value",))
        return {name: said[name] for name in ("propertyName", "operator", *operands)}


@dataclass(frozen=True, slots=True)
class FilterGroup:
    """Conditions that all hold."""

    filters: Sequence[Filter]


class FilterGroupShape(Shape[FilterGroup]):
    """Conditions that all hold."""

    makes = FilterGroup
    filters = Parts(FilterShape())


@dataclass(frozen=True, slots=True)
class Sort:
    """By which property, "ASCENDING" or "DESCENDING"."""

    property_name: str
    direction: str


class SortShape(Shape[Sort]):
    """By which property, and in which direction."""

    makes = Sort
    property_name = Text()
    direction = Text()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A whole search; any one of the groups has to hold.

    Attributes:
        limit: records per page.
        after: where the page begins, None for the first one.

    """

    filter_groups: Sequence[FilterGroup] = ()
    properties: Sequence[str] = ()
    sorts: Sequence[Sort] = ()
    query: str | None = None
    limit: int | None = None
    after: str | None = None


class SearchRequestShape(Shape[SearchRequest]):
    """A whole search."""

    makes = SearchRequest
    filter_groups = Parts(FilterGroupShape())
    properties = Words()
    sorts = Parts(SortShape())
    query = Text()
    limit = Whole()
    after = Text()


SEARCH_REQUEST = SearchRequestShape()
