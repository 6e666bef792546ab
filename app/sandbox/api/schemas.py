"""Endpoints about custom objects: what they are called and consist of."""

from __future__ import annotations

from typing import Any

from app.sandbox.api import property_shapes
from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import custom_objects, moment
from app.sandbox.crm.custom_object import CustomObject
from app.sandbox.crm.custom_objects import Wanted
from app.sandbox.errors import ResourceNotFound


def list_all(call: Call) -> Reply:
    """Answer every custom object of the account."""
    found = call.portal.custom_objects.values()
    return Reply(200, {"results": [_shape(call, custom) for custom in found]})


def create(call: Call) -> Reply:
    """Make a custom object."""
    body = call.object()
    call.demand(body, ("name", "labels", "properties", "requiredProperties"))
    labels = call.expect(dict, body["labels"], "labels")
    name = str(body["name"])
    group = f"{name.lower()}_information"
    wanted = Wanted(
        name,
        (str(labels.get("singular") or name), str(labels.get("plural") or f"{name}s")),
        [
            property_shapes.definition(call, call.expect(dict, item), group)
            for item in call.listed("properties")
        ],
        required=_names(call, "requiredProperties"),
        searched=_names(call, "searchableProperties"),
        display_property=str(body.get("primaryDisplayProperty") or ""),
    )
    return Reply(201, _shape(call, custom_objects.create(call.portal, wanted)))


def read(call: Call, object_type: str) -> Reply:
    """Answer one custom object."""
    return Reply(200, _shape(call, _known(call, object_type)))


def archive(call: Call, object_type: str) -> Reply:
    """Take a custom object away that has no records."""
    custom_objects.remove(call.portal, _known(call, object_type))
    return Reply(204)


def _known(call: Call, object_type: str) -> CustomObject:
    found = call.portal.custom_objects.get(call.kind(object_type).type_id)
    if found is None:
        raise ResourceNotFound
    return found


def _names(call: Call, name: str) -> tuple[str, ...]:
    listed: list[Any] = call.listed(name)
    return tuple(map(str, listed))


def _shape(call: Call, custom: CustomObject) -> Json:
    kind = custom.kind
    at = moment.iso(custom.created_at_ms)
    schema = call.portal.shelf(kind).schema
    return {
        "id": kind.type_id.partition("-")[2],
        "objectTypeId": kind.type_id,
        "fullyQualifiedName": custom.qualified_name,
        "name": kind.name,
        "labels": dict(zip(("singular", "plural"), custom.labels, strict=True)),
        "primaryDisplayProperty": custom.display_property or None,
        "requiredProperties": list(kind.required),
        "searchableProperties": list(kind.searched),
        "secondaryDisplayProperties": [],
        "properties": [property_shapes.shape(d) for d in schema.active.values()],
        "associations": [],
        "archived": False,
        "createdAt": at,
        "updatedAt": at,
    }


_ONE = "/<object_type>"

ROUTES = (
    Route("GET", "schemas", "", list_all, scopes=("crm.schemas.custom.read",)),
    Route("POST", "schemas", "", create, "write", scopes=("crm.schemas.custom.write",)),
    Route("GET", "schemas", _ONE, read),
    Route("DELETE", "schemas", _ONE, archive, "write"),
)
