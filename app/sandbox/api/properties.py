"""Endpoints about the properties of an object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.sandbox.api import property_shapes, shapes
from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import requirements
from app.sandbox.crm.definitions import FIELD_TYPES, TYPES, Definition, Schema
from app.sandbox.errors import (
    ApiError,
    IllegalModification,
    Invalid,
    PropertyInUse,
    RequiredFieldsMissing,
    UnreadableJson,
)

SENSITIVITIES = ("", "non_sensitive", "sensitive", "highly_sensitive")

_TEXTS = {"label": "label", "description": "description", "groupName": "group"}
_FLAGS = {"hidden": "hidden", "formField": "form_field"}


def list_all(call: Call, object_type: str) -> Reply:
    """Answer every property of the object."""
    archived, sensitivity = call.flag("archived"), call.arg("dataSensitivity")
    if sensitivity not in SENSITIVITIES:
        raise Invalid(f"{sensitivity} is not a dataSensitivity")
    plain = sensitivity in ("", "non_sensitive")
    found = [
        d for d in schema_of(call, object_type) if d.archived is archived and plain
    ]
    return Reply(200, {"results": [property_shapes.shape(each) for each in found]})


def read(call: Call, object_type: str, property_name: str) -> Reply:
    """Answer one property."""
    schema = schema_of(call, object_type)
    found = schema.get(property_name, archived=call.flag("archived"))
    return Reply(200, property_shapes.shape(found))


def create(call: Call, object_type: str) -> Reply:
    """Add a property; an archived one of that name comes back."""
    schema = schema_of(call, object_type)
    made = schema.add(property_shapes.definition(call, call.object()))
    return Reply(201, property_shapes.shape(made))


def update(call: Call, object_type: str, property_name: str) -> Reply:
    """Change the definition of a property; a list of options is replaced whole."""
    schema, body = schema_of(call, object_type), call.object()
    known = schema.get(property_name)
    if "hasUniqueValue" in body and bool(body["hasUniqueValue"]) is not known.unique:
        raise IllegalModification("hasUniqueValue")
    changed = schema.change(property_name, **_changes(call, schema, known, body))
    return Reply(200, property_shapes.shape(changed))


def _changes(
    call: Call, schema: Schema, known: Definition, body: dict[str, Any]
) -> dict[str, Any]:
    values: dict[str, Any] = {
        field: str(body[name]) for name, field in _TEXTS.items() if name in body
    }
    values |= {field: bool(body[n]) for n, field in _FLAGS.items() if n in body}
    for name, field, allowed in (
        ("type", "type", TYPES),
        ("fieldType", "field_type", FIELD_TYPES),
    ):
        if name in body:
            if body[name] not in (*allowed, getattr(known, field)):
                raise Invalid(f"Invalid {name} : {body[name]}")
            values[field] = body[name]
    if values.get("group", known.group) not in schema.groups:
        raise Invalid(f"Property group {values['group']} does not exist")
    if "options" in body:
        values["options"] = property_shapes.options(call, body)
    order = property_shapes.whole_number(body, "displayOrder", known.display_order)
    return {**values, "display_order": order, "updated_at_ms": call.portal.now_ms()}


def archive(call: Call, object_type: str, property_name: str) -> Reply:
    """Archive a property."""
    _archive(call, object_type, property_name)
    return Reply(204)


def _archive(call: Call, object_type: str, name: str) -> None:
    kind = call.kind(object_type)
    if requirements.mention(call.portal, kind, name):
        raise PropertyInUse(name)
    call.portal.shelf(kind).schema.archive(name, call.portal.now_ms())


def batch_create(call: Call, object_type: str) -> Reply:
    """Add properties; each is judged by itself."""
    schema = schema_of(call, object_type)

    def one(item: dict[str, Any]) -> Json:
        made = schema.add(property_shapes.definition(call, item))
        return property_shapes.shape(made)

    return _each(call, one, 200 if call.version == "2026-09" else 201)


def batch_read(call: Call, object_type: str) -> Reply:
    """Answer properties by name."""
    schema, archived = schema_of(call, object_type), call.object().get("archived")

    def one(item: dict[str, Any]) -> Json:
        found = schema.get(str(item.get("name")), archived=archived is True)
        return property_shapes.shape(found)

    return _each(call, one, 200)


def batch_archive(call: Call, object_type: str) -> Reply:
    """Archive properties by name; those that are not there do not matter."""
    schema = schema_of(call, object_type)
    for item in call.inputs():
        if str(item.get("name")) in schema.active:
            _archive(call, object_type, str(item["name"]))
    return Reply(204)


def _each(call: Call, one: Callable[[dict[str, Any]], Json], status: int) -> Reply:
    started_ms = call.portal.now_ms()
    results: list[Json] = []
    errors: list[Json] = []
    for item in call.inputs():
        try:
            results.append(one(item))
        except (RequiredFieldsMissing, UnreadableJson):
            raise
        except ApiError as error:
            errors.append(error.entry({"name": [str(item.get("name"))]}))
    return shapes.envelope(call, started_ms, results, errors, status)


def schema_of(call: Call, object_type: str) -> Schema:
    """Return the properties of the object that the path names."""
    return call.portal.shelf(call.kind(object_type)).schema


_ALL = "/<object_type>"
_ONE = "/<object_type>/<property_name>"

ROUTES = (
    Route("GET", "properties", _ALL, list_all),
    Route("POST", "properties", _ALL, create, "write"),
    Route("POST", "properties", f"{_ALL}/batch/create", batch_create, "write"),
    Route("POST", "properties", f"{_ALL}/batch/read", batch_read),
    Route("POST", "properties", f"{_ALL}/batch/archive", batch_archive, "write"),
    Route("GET", "properties", _ONE, read),
    Route("PATCH", "properties", _ONE, update, "write"),
    Route("DELETE", "properties", _ONE, archive, "write"),
)
