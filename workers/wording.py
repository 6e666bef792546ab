"""Tells a change in words, for people who look at plans and remarks."""

from __future__ import annotations

import dataclasses

from workers.changes import Change, SetProperties

# What says which record or activity a change is about, and nothing about the person.
_TELLING = frozenset(
    {
        "activity_id",
        "company_id",
        "domain",
        "id_property",
        "key",
        "kind",
        "kinds",
        "label",
        "object_type",
        "other_id",
        "to_id",
        "to_type",
    }
)


def described(change: Change) -> str:
    """Return a change in words, without values that could be personal."""
    if isinstance(change, SetProperties):
        return repr(change)
    shown = [
        f"{each.name}={value!r}"
        for each in dataclasses.fields(change)  # type: ignore[arg-type]
        if each.name in _TELLING and (value := getattr(change, each.name))
    ]
    return f"{type(change).__name__}({', '.join(shown)})"
