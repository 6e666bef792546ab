"""A rule of an account's admin about which properties a record needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        type_id: kind of records it is about, e.g. "0-1".
        requires: the property that must have a value.
        depends_on: property that makes it required; "" for always, on creation.
        values: values of `depends_on` that do so; none means any value.

    """

    type_id: str
    requires: str
    depends_on: str = ""
    values: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, type_id: str, raw: Mapping[str, Any]) -> Rule:
        """Read a rule as the control plane sends it.

        Raises:
            ValueError: it does not say what is required.

        """
        if not raw.get("requires"):
            raise ValueError("a rule needs requires, the name of a property")
        return cls(
            type_id,
            str(raw["requires"]),
            str(raw.get("depends_on") or ""),
            tuple(map(str, raw.get("values") or ())),
        )
