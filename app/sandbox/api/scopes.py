"""Which scope a call needs: HubSpot names several of which one is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.sandbox.api.route import Route
from app.sandbox.crm.portal import Portal
from app.sandbox.errors import MissingScopes, UnknownObjectType, UnknownTypeId
from app.sandbox.oauth_token import BASE_SCOPE, Token

_PREFIX = "crm.objects."


def demand(
    route: Route, portal: Portal, token: Token, variables: Mapping[str, str]
) -> None:
    """Refuse a call that the token does not allow.

    Raises:
        MissingScopes: none of the scopes that would do was granted.

    """
    missing = portal.switches.missing_scopes
    if token.scopes is None and not missing:
        return
    wanted = needed(route, portal, variables)
    left = [each for each in wanted if each not in missing]
    if not left or not token.allows(left):
        raise MissingScopes(wanted)


def needed(route: Route, portal: Portal, variables: Mapping[str, str]) -> Sequence[str]:
    """Return the scopes of which a call needs one."""
    if route.scopes:
        return route.scopes
    name = variables.get("object_type") or variables.get("from_type")
    if name is None:
        return (BASE_SCOPE,)
    try:
        scope = portal.kinds.infer(name).scope
    except (UnknownObjectType, UnknownTypeId):
        return (BASE_SCOPE,)  # the handler knows the better answer
    if route.area not in ("properties", "schemas"):
        return _with(scope, route.access)
    if route.access == "read":
        return tuple(
            dict.fromkeys(
                each
                for one in (scope, _schemas(scope))
                for access in ("read", "write")
                for each in _with(one, access)
            )
        )
    return tuple(dict.fromkeys((*_with(_schemas(scope), "write"), *_legacy(scope))))


def known(portal: Portal) -> list[str]:
    """Return every scope that some call here asks for."""
    found = {BASE_SCOPE, "crm.objects.owners.read"}
    for kind in portal.kinds:
        for access in ("read", "write"):
            found.update(_with(kind.scope, access))
            found.update(_with(_schemas(kind.scope), access))
    return sorted(found)


def _with(scope: str, access: str) -> tuple[str, ...]:
    return (f"{scope}.{access}",) if scope.startswith("crm.") else (scope,)


def _schemas(scope: str) -> str:
    return f"crm.schemas.{scope.removeprefix(_PREFIX)}"


def _legacy(scope: str) -> tuple[str, ...]:
    """Return a scope of the time before they were split into reading and writing."""
    return () if scope.startswith("crm.") else (scope,)
