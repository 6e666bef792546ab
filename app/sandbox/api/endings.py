"""Endpoints that end a record other than by archiving it."""

from __future__ import annotations

from app.sandbox.api import shapes
from app.sandbox.api.route import Route
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import merging, privacy
from app.sandbox.crm.batch import Done


def merge(call: Call, object_type: str) -> Reply:
    """Merge two records of one kind."""
    portal, kind = call.portal, call.kind(object_type)
    body = call.object()
    call.demand(body, ("primaryObjectId", "objectIdToMerge"))
    survivor = merging.merge(
        portal,
        kind,
        str(body["primaryObjectId"]),
        str(body["objectIdToMerge"]),
        portal.integration,
    )
    return Reply(200, shapes.written(portal, Done(survivor), whole=True))


def delete_for_privacy(call: Call, object_type: str) -> Reply:
    """Delete a contact for good, found by record id or e-mail address."""
    body = call.object()
    call.demand(body, ("objectId",))
    privacy.delete(
        call.portal,
        call.kind(object_type),
        str(body["objectId"]),
        str(body.get("idProperty") or ""),
        call.portal.integration,
    )
    return Reply(204)


ROUTES = (
    Route("POST", "objects", "/<object_type>/merge", merge, "write"),
    Route("POST", "objects", "/<object_type>/gdpr-delete", delete_for_privacy, "write"),
)
