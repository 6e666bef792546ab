"""Hangs every endpoint into Flask, under every path HubSpot has for it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request

from app.sandbox.api import (
    account,
    associations,
    associations_v3,
    authorize,
    batches,
    contact_lists_v1,
    contacts_v1,
    endings,
    labels,
    oauth,
    objects,
    owners,
    properties,
    properties_v1,
    property_groups,
    schemas,
    search,
    secondary_emails_v1,
    webhook_settings,
)
from app.sandbox.api.gate import Gate
from app.sandbox.api.route import Route

ROUTES: tuple[Route, ...] = (
    *objects.ROUTES,
    *batches.ROUTES,
    *search.ROUTES,
    *endings.ROUTES,
    *associations.ROUTES,
    *associations_v3.ROUTES,
    *labels.ROUTES,
    *schemas.ROUTES,
    *property_groups.ROUTES,
    *properties.ROUTES,
    *account.ROUTES,
    *owners.ROUTES,
    *contacts_v1.ROUTES,
    *contact_lists_v1.ROUTES,
    *secondary_emails_v1.ROUTES,
    *properties_v1.ROUTES,
    *authorize.ROUTES,
    *oauth.ROUTES,
    *webhook_settings.ROUTES,
)

_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build(gate: Gate) -> Blueprint:
    """Return the whole API; all of it passes through `gate`."""
    blueprint = Blueprint("api", __name__)
    unknown = _unknown(gate)
    for route in ROUTES:
        for version, rule in route.rules():
            blueprint.add_url_rule(
                rule,
                endpoint=f"{route.template} {rule}".replace(".", "_"),
                view_func=_view(gate, route, version),
                methods=[route.method],
                strict_slashes=False,
            )
    for rule in ("/", "/<path:anything>"):
        blueprint.add_url_rule(rule, "unknown", unknown, methods=_ANY)
    return blueprint


def _view(gate: Gate, route: Route, version: str) -> Callable[..., Response]:
    def view(**variables: str) -> Response:
        return gate.answer(route, version, request, **variables)

    return view


def _unknown(gate: Gate) -> Callable[..., Response]:
    def view(anything: str = "") -> Response:
        return gate.answer(None, "", request)

    return view
