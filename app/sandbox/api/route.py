"""One table row per endpoint; every row answers under each generation of paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.sandbox.api.wire import DATED, Reply
from app.sandbox.limits import Family

Handler = Callable[..., Reply]
Area = Literal["objects", "associations", "links", "properties", "labels", "account"]

# Where each API lives: under numbered versions, then under dated ones.
# https://developers.hubspot.com/docs/developer-tooling/platform/versioning
_BASES: Mapping[Area, tuple[str, str, str]] = {
    "objects": ("v3", "/crm/{version}/objects", "/crm/objects/{version}"),
    "associations": (
        "v4",
        "/crm/{version}/associations",
        "/crm/associations/{version}",
    ),
    "links": ("v4", "/crm/{version}/objects", "/crm/objects/{version}"),
    "labels": ("v4", "/crm/{version}/associations", "/crm/associations/{version}"),
    "properties": ("v3", "/crm/{version}/properties", "/crm/properties/{version}"),
    "account": ("v3", "/account-info/{version}", "/account-info/{version}"),
}
_VARIABLE = re.compile(r"<(\w+)>")
_SHORT = {
    "object_type": "type",
    "record_id": "id",
    "from_type": "from",
    "from_id": "id",
    "to_type": "to",
    "to_id": "toId",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint.

    Attributes:
        method: HTTP method.
        area: which API it belongs to.
        path: what follows the API's base; `<object_type>` and the like are variables.
        handler: called with the Call and the variables.
        access: "read" or "write", for the scopes.
        family: which rate limit applies.

    """

    method: str
    area: Area
    path: str
    handler: Handler
    access: Literal["read", "write"] = "read"
    family: Family = "normal"

    @property
    def template(self) -> str:
        """The endpoint's name, the same for all versions."""
        suffix = _VARIABLE.sub(
            lambda match: f"{{{_SHORT.get(match[1], match[1])}}}", self.path
        )
        return f"{self.method} {_BASES[self.area][1]}{suffix}"

    def rules(self) -> Iterator[tuple[str, str]]:
        """Go through version and URL rule of every generation."""
        numbered, base, dated = _BASES[self.area]
        yield numbered, base.format(version=numbered) + self.path
        for version in DATED:
            yield version, dated.format(version=version) + self.path
        if self.area == "labels":
            # The specification writes this path the other way round, too.
            yield numbered, dated.format(version=numbered) + self.path
