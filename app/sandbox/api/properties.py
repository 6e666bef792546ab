"""Endpoints about the properties of an object."""

from __future__ import annotations

from typing import Any

from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import moment, object_types
from app.sandbox.crm.definitions import (
    FIELD_TYPES,
    TYPES,
    Definition,
    Option,
    Schema,
    options_from,
)
from app.sandbox.errors import Invalid, UnreadableJson

_NEEDED = ("groupName", "name", "label", "type", "fieldType")
_CHANGEABLE = {
    "label": "label",
    "description": "description",
    "groupName": "group",
    "fieldType": "field_type",
    "hidden": "hidden",
}


def list_all(call: Call, object_type: str) -> Reply:
    """Answer every property of the object."""
    archived = call.flag("archived")
    found = [d for d in _schema(call, object_type) if d.archived is archived]
    return Reply(200, {"results": [_shape(call, definition) for definition in found]})


def read(call: Call, object_type: str, property_name: str) -> Reply:
    """Answer one property."""
    schema = _schema(call, object_type)
    definition = schema.get(property_name, archived=call.flag("archived"))
    return Reply(200, _shape(call, definition))


def create(call: Call, object_type: str) -> Reply:
    """Add a property; an archived one of that name comes back."""
    schema, body = _schema(call, object_type), call.object()
    _demand(body, "PropertyCreate", _NEEDED)
    definition = schema.add(_definition(call, body))
    return Reply(201, _shape(call, definition))


def update(call: Call, object_type: str, property_name: str) -> Reply:
    """Change the definition of a property; a list of options is replaced whole."""
    schema, body = _schema(call, object_type), call.object()
    known = schema.get(property_name)
    if "hasUniqueValue" in body and bool(body["hasUniqueValue"]) is not known.unique:
        raise Invalid(
            "hasUniqueValue cannot be changed",
            details=[
                {
                    "message": "hasUniqueValue cannot be changed",
                    "code": "ILLEGAL_FIELD_MODIFICATION",
                }
            ],
        )
    values: dict[str, Any] = {
        field: body[name] for name, field in _CHANGEABLE.items() if name in body
    }
    if "options" in body:
        values["options"] = _options(call, body)
    return Reply(200, _shape(call, schema.change(property_name, **values)))


def archive(call: Call, object_type: str, property_name: str) -> Reply:
    """Archive a property."""
    _schema(call, object_type).archive(property_name)
    return Reply(204)


def _schema(call: Call, object_type: str) -> Schema:
    return call.portal.shelf(object_types.infer(object_type)).schema


def _demand(body: dict[str, Any], what: str, names: tuple[str, ...]) -> None:
    lacking = [name for name in names if not body.get(name)]
    if lacking:
        raise UnreadableJson(
            f"Cannot build {what}, some of required attributes are not set "
            f"[{', '.join(lacking)}]"
        )


def _options(call: Call, body: dict[str, Any]) -> tuple[Option, ...]:
    listed = call.expect(list, body.get("options") or [], "options")
    for item in listed:
        _demand(call.expect(dict, item, "options"), "Option", ("label", "value"))
    return options_from(listed)


def _definition(call: Call, body: dict[str, Any]) -> Definition:
    if body["type"] not in TYPES:
        raise Invalid(f"Invalid type : {body['type']}")
    if body["fieldType"] not in FIELD_TYPES:
        raise Invalid(f"Invalid fieldType : {body['fieldType']}")
    return Definition(
        str(body["name"]),
        str(body["label"]),
        body["type"],
        body["fieldType"],
        str(body["groupName"]),
        options=_options(call, body),
        external_options=bool(body.get("externalOptions")),
        hidden=bool(body.get("hidden")),
        unique=bool(body.get("hasUniqueValue")),
        hubspot_defined=False,
        description=str(body.get("description") or ""),
        created_at_ms=call.portal.now_ms(),
    )


def _shape(call: Call, definition: Definition) -> Json:
    own = not definition.hubspot_defined
    shape: Json = {
        "name": definition.name,
        "label": definition.label,
        "type": definition.type,
        "fieldType": definition.field_type,
        "description": definition.description,
        "groupName": definition.group,
        "options": [
            {
                "label": option.label,
                "value": option.value,
                "displayOrder": option.display_order,
                "hidden": option.hidden,
            }
            for option in definition.options
        ],
        "displayOrder": -1,
        "calculated": definition.calculated,
        "externalOptions": definition.external_options,
        "archived": definition.archived,
        "hasUniqueValue": definition.unique,
        "hidden": definition.hidden,
        "hubspotDefined": definition.hubspot_defined,
        "modificationMetadata": {
            "archivable": own,
            "readOnlyDefinition": not own,
            "readOnlyOptions": not own,
            "readOnlyValue": definition.read_only,
        },
        "formField": not definition.read_only,
        "dataSensitivity": "non_sensitive",
    }
    if own:
        shape["createdAt"] = moment.iso(definition.created_at_ms)
        shape["updatedAt"] = moment.iso(definition.created_at_ms)
    return shape


_ONE = "/<object_type>/<property_name>"

ROUTES = (
    Route("GET", "properties", "/<object_type>", list_all),
    Route("POST", "properties", "/<object_type>", create, "write"),
    Route("GET", "properties", _ONE, read),
    Route("PATCH", "properties", _ONE, update, "write"),
    Route("DELETE", "properties", _ONE, archive, "write"),
)
