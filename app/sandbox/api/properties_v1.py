"""The properties API of version 1, which HubSpot switches off in September 2027."""

from __future__ import annotations

from typing import Any

from app.sandbox.api import property_shapes
from app.sandbox.api.properties import schema_of
from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm.definitions import Definition

_KEPT = ("name", "label", "description", "groupName", "type", "fieldType", "options")
_FLAGS = ("calculated", "externalOptions", "formField", "displayOrder", "hidden")


def list_all(call: Call, object_type: str) -> Reply:
    """Answer every property: a bare list."""
    found = schema_of(call, object_type).active.values()
    return Reply(200, [_shape(each) for each in found])


def read(call: Call, object_type: str, property_name: str) -> Reply:
    """Answer one property."""
    return Reply(200, _shape(schema_of(call, object_type).get(property_name)))


def create(call: Call, object_type: str) -> Reply:
    """Add a property; version 1 answers 200."""
    schema = schema_of(call, object_type)
    made = schema.add(property_shapes.definition(call, call.object()))
    return Reply(200, _shape(made))


def update(call: Call, object_type: str, property_name: str) -> Reply:
    """Change label, description or options of a property."""
    schema, body = schema_of(call, object_type), call.object()
    values: dict[str, Any] = {
        name: str(body[name]) for name in ("label", "description") if name in body
    }
    if "options" in body:
        values["options"] = property_shapes.options(call, body)
    return Reply(200, _shape(schema.change(property_name, **values)))


def archive(call: Call, object_type: str, property_name: str) -> Reply:
    """Archive a property."""
    schema_of(call, object_type).archive(property_name, call.portal.now_ms())
    return Reply(204)


def groups(call: Call, object_type: str) -> Reply:
    """Answer the property groups: a bare list."""
    found = schema_of(call, object_type).groups.values()
    return Reply(
        200,
        [
            {"name": g.name, "displayName": g.label, "displayOrder": g.display_order}
            for g in found
        ],
    )


def _shape(known: Definition) -> Json:
    shape = property_shapes.shape(known)
    return {
        **{name: shape[name] for name in (*_KEPT, *_FLAGS)},
        "readOnlyValue": known.read_only,
        "readOnlyDefinition": known.hubspot_defined,
        "hubspotDefined": known.hubspot_defined,
        "deleted": known.archived,
    }


_ALL = "/<object_type>/properties"
_ONE = f"{_ALL}/named/<property_name>"

ROUTES = (
    Route("GET", "properties_v1", _ALL, list_all),
    Route("POST", "properties_v1", _ALL, create, "write"),
    Route("GET", "properties_v1", _ONE, read),
    Route("PUT", "properties_v1", _ONE, update, "write"),
    Route("DELETE", "properties_v1", _ONE, archive, "write"),
    Route("GET", "properties_v1", "/<object_type>/groups", groups),
)
