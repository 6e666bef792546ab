"""One row of the control plane: what is called, what does it, what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask import request

Json = dict[str, Any]
Answer = Json | tuple[Json, int]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of the control plane.

    Attributes:
        method: HTTP method.
        path: below /sandbox; `<object_type>` and the like are variables.
        handler: called with the variables; the first line of its docstring tells
            people what the call does.
        takes: fields of the JSON body by name, as JSON schemas; None for no body.
        query: what each query parameter means, by name.
        example: a body that works in a new sandbox.

    """

    method: str
    path: str
    handler: Callable[..., Answer]
    takes: Mapping[str, Json] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    example: Json = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """What the call does, in one line."""
        return (self.handler.__doc__ or "").partition("\n")[0]

    @property
    def name(self) -> str:
        """A name that no other call has."""
        return self.handler.__name__


def body() -> Json:
    """Return the body of the current request, {} for none.

    Raises:
        ValueError: it is no JSON object.

    """
    raw = request.get_data()
    parsed = orjson.loads(raw) if raw else {}
    if not isinstance(parsed, dict):
        raise ValueError("the body must be a JSON object")
    return parsed
