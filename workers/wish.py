"""A value that somebody wants a property to have, and what it may replace."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass

from workers.changes import Policy

# Needs no look at the property's history.
PLAIN = frozenset({Policy.OVERWRITE, Policy.IF_EMPTY})


@dataclass(frozen=True, slots=True)
class Standing:
    """A value as it stands.

    Attributes:
        value: "" for none.
        set_at: epoch seconds; 0 if that is not known, or it was never set.
        typed: a person gave it this value.

    """

    value: str
    set_at: float = 0.0
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """A value, under a policy.

    Attributes:
        value: "" clears the property.
        by: the rule or action that wants it.
        typed: it puts back what a person typed.

    """

    value: str
    policy: Policy = Policy.OVERWRITE
    as_of: float = 0.0
    by: str = ""
    typed: bool = False

    def over(self, standing: Standing) -> Standing:
        """Return what stands when this wish has been considered."""
        if self.value == standing.value or not self._may_replace(standing):
            return standing
        return Standing(self.value, self.as_of or math.inf, self.typed)

    def _may_replace(self, standing: Standing) -> bool:
        match self.policy:
            case Policy.IF_EMPTY:
                return not standing.value
            case Policy.IF_NEWER:
                return standing.set_at < self.as_of
            case Policy.NOT_OVER_PEOPLE:
                return not standing.typed
        return True


def outcome(wishes: Iterable[Wish], standing: Standing) -> Standing:
    """Return what stands in the end, each wish seeing what the earlier ones left."""
    for wish in wishes:
        standing = wish.over(standing)
    return standing


def as_text(value: object) -> str:
    """Return a value the way HubSpot takes it.

    >>> as_text(True), as_text(2.5), as_text(None)
    ('true', '2.5', '')

    Raises:
        TypeError: no property can hold such a value.

    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float() if math.isfinite(value):
            return str(value)
        case datetime.datetime():
            # Without a zone it is UTC, wherever the worker runs.
            moment = value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
            return str(int(moment.timestamp() * 1000))
        case datetime.date():
            return value.isoformat()
    raise TypeError(f"a property cannot hold {type(value).__name__} {value!r:.40}")
