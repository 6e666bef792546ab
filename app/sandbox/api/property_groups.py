"""Endpoints about the headings that properties stand under."""

from __future__ import annotations

from dataclasses import replace

from app.sandbox.api import property_shapes
from app.sandbox.api.properties import schema_of
from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm.definitions import Group, Schema
from app.sandbox.errors import GroupExists, GroupNotFound, Invalid


def list_all(call: Call, object_type: str) -> Reply:
    """Answer every group of the object."""
    groups = schema_of(call, object_type).groups.values()
    return Reply(200, {"results": [_shape(group) for group in groups]})


def read(call: Call, object_type: str, group_name: str) -> Reply:
    """Answer one group."""
    return Reply(200, _shape(_known(schema_of(call, object_type), group_name)))


def create(call: Call, object_type: str) -> Reply:
    """Add a group."""
    schema, body = schema_of(call, object_type), call.object()
    call.demand(body, ("name", "label"))
    order = property_shapes.whole_number(body, "displayOrder", -1)
    group = Group(str(body["name"]), str(body["label"]), order)
    if group.name in schema.groups:
        raise GroupExists(group.name)
    schema.groups[group.name] = group
    return Reply(201, _shape(group))


def update(call: Call, object_type: str, group_name: str) -> Reply:
    """Change label or place of a group."""
    schema, body = schema_of(call, object_type), call.object()
    known = _known(schema, group_name)
    order = property_shapes.whole_number(body, "displayOrder", known.display_order)
    label = str(body.get("label", known.label))
    changed = replace(known, label=label, display_order=order)
    schema.groups[group_name] = changed
    return Reply(200, _shape(changed))


def archive(call: Call, object_type: str, group_name: str) -> Reply:
    """Archive a group that no property stands under any more."""
    schema = schema_of(call, object_type)
    _known(schema, group_name)
    if any(d.group == group_name for d in schema.active.values()):
        raise Invalid(f"Property group {group_name} still has properties")
    del schema.groups[group_name]
    return Reply(204)


def _known(schema: Schema, name: str) -> Group:
    if name not in schema.groups:
        raise GroupNotFound(name)
    return schema.groups[name]


def _shape(group: Group) -> Json:
    return {
        "name": group.name,
        "label": group.label,
        "displayOrder": group.display_order,
        "archived": False,
    }


_ALL = "/<object_type>/groups"
_ONE = f"{_ALL}/<group_name>"

ROUTES = (
    Route("GET", "properties", _ALL, list_all),
    Route("POST", "properties", _ALL, create, "write"),
    Route("GET", "properties", _ONE, read),
    Route("PATCH", "properties", _ONE, update, "write"),
    Route("DELETE", "properties", _ONE, archive, "write"),
)
