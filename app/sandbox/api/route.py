"""One table row per endpoint; every row answers under each generation of paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.sandbox.api.wire import DATED, Reply
from app.sandbox.limits import Family

Handler = Callable[..., Reply]
Area = Literal[
    "objects",
    "associations",
    "links",
    "properties",
    "labels",
    "account",
    "associations_v3",
    "contacts_v1",
    "properties_v1",
    "links_v3",
    "owners",
    "schemas",
    "authorize",
    "token",
    "token_state",
    "token_info",
    "private_apps",
    "installs",
    "webhooks",
]

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
# APIs that moved between versions, or that not every version has.
# https://developers.hubspot.com/docs/developer-tooling/platform/versioning
_ELSEWHERE: Mapping[Area, tuple[tuple[str, str], ...]] = {
    "associations_v3": (("v3", "/crm/v3/associations"),),
    "links_v3": (
        ("v3", "/crm/v3/objects"),
        *((version, f"/crm/objects/{version}") for version in DATED),
    ),
    # Both work until September 2027.
    "contacts_v1": (("v1", "/contacts/v1"),),
    "properties_v1": (("v1", "/properties/v1"),),
    "owners": (
        ("v3", "/crm/v3/owners"),
        *((version, f"/crm/owners/{version}") for version in DATED),
    ),
    "schemas": (
        ("v3", "/crm/v3/schemas"),
        *((v, f"/crm-object-schemas/{v}/schemas") for v in ("v3", *DATED)),
    ),
    "authorize": (("", "/oauth"),),
    "token": tuple((v, f"/oauth/{v}") for v in ("v1", "v3", *DATED)),
    "token_state": tuple((v, f"/oauth/{v}/token") for v in ("v3", *DATED)),
    "token_info": (("v1", "/oauth/v1"),),
    "private_apps": (("v2", "/oauth/v2/private-apps"),),
    "installs": tuple((v, f"/appinstalls/{v}") for v in ("v3", *DATED)),
    "webhooks": (
        ("v3", "/webhooks/v3/<app_id>"),
        ("2026-03", "/webhooks/2026-03/<app_id>"),
        ("2026-09", "/app-webhooks/2026-09/<app_id>"),
    ),
}
_VARIABLE = re.compile(r"<(\w+)>")
_SHORT = {
    "object_type": "type",
    "record_id": "id",
    "from_type": "from",
    "from_id": "id",
    "to_type": "to",
    "to_id": "toId",
    "app_id": "appId",
    "subscription_id": "subscriptionId",
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
        caller: who may call: an app with a token, a developer (with a token or the
            developer's key), or anyone, who then says in the body who they are.
            Only calls of apps count against the rate limits.
        scopes: of which the caller needs one, () for those of the object in the path.

    """

    method: str
    area: Area
    path: str
    handler: Handler
    access: Literal["read", "write"] = "read"
    family: Family = "normal"
    caller: Literal["app", "developer", "anyone"] = "app"
    scopes: tuple[str, ...] = ()

    @property
    def template(self) -> str:
        """The endpoint's name, the same for all versions."""
        if self.area in _ELSEWHERE:
            version, base = _ELSEWHERE[self.area][0]
            base = base.replace(version, "{version}", 1) if version else base
        else:
            base = _BASES[self.area][1]
        path = _VARIABLE.sub(
            lambda match: f"{{{_SHORT.get(match[1], match[1])}}}", base + self.path
        )
        return f"{self.method} {path}"

    def rules(self) -> Iterator[tuple[str, str]]:
        """Go through version and URL rule of every generation."""
        if self.area in _ELSEWHERE:
            for version, base in _ELSEWHERE[self.area]:
                yield version, base + self.path
            return
        numbered, base, dated = _BASES[self.area]
        yield numbered, base.format(version=numbered) + self.path
        for version in DATED:
            yield version, dated.format(version=version) + self.path
        if self.area == "labels":
            # The specification writes this path the other way round, too.
            yield numbered, dated.format(version=numbered) + self.path
