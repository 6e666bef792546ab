"""The JSON of property definitions, in both directions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call
from app.sandbox.crm import moment
from app.sandbox.crm.definitions import FIELD_TYPES, TYPES, Definition, Option
from app.sandbox.errors import Invalid

_NEEDED = ("groupName", "name", "label", "type", "fieldType")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_UNIQUE_TYPES = ("string", "number")


def definition(call: Call, body: Mapping[str, Any], group: str = "") -> Definition:
    """Read the definition of a new property.

    Args:
        call: the request it is a part of.
        body: the JSON.
        group: its group, where the JSON need not say one.

    Raises:
        RequiredFieldsMissing: it lacks something.
        Invalid: it cannot be (our own words).

    """
    body = {**({"groupName": group} if group else {}), **body}
    call.demand(body, _NEEDED)
    _demand_sense(body)
    calculated = str(body["fieldType"]).startswith("calculation_")
    return Definition(
        str(body["name"]),
        str(body["label"]),
        body["type"],
        body["fieldType"],
        str(body["groupName"]),
        options=options(call, body),
        external_options=bool(body.get("externalOptions")),
        read_only=calculated,
        calculated=calculated,
        hidden=bool(body.get("hidden")),
        unique=bool(body.get("hasUniqueValue")),
        hubspot_defined=False,
        description=str(body.get("description") or ""),
        display_order=whole_number(body, "displayOrder", -1),
        form_field=bool(body.get("formField")),
        created_at_ms=call.portal.now_ms(),
        updated_at_ms=call.portal.now_ms(),
    )


def _demand_sense(body: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(str(body["name"])):
        raise Invalid(
            f"Invalid property name : {body['name']}. It must start with a letter and "
            "hold lower-case letters, digits and underscores only"
        )
    if body["type"] not in TYPES:
        raise Invalid(f"Invalid type : {body['type']}")
    if body["fieldType"] not in FIELD_TYPES:
        raise Invalid(f"Invalid fieldType : {body['fieldType']}")
    if body.get("hasUniqueValue") and body["type"] not in _UNIQUE_TYPES:
        raise Invalid(f"A property of type {body['type']} cannot have unique values")


def whole_number(body: Mapping[str, Any], name: str, default: int) -> int:
    """Return a count of the body's, `default` when absent.

    Raises:
        Invalid: it is no whole number, or too large a one (our own words).

    """
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(f"{name} must be a whole number, not {value}")
    if not -(2**31) <= value < 2**31:
        raise Invalid(f"{name} must be a number of 32 bits, not {value}")
    return value


def options(call: Call, body: Mapping[str, Any]) -> tuple[Option, ...]:
    """Read the choices of an enumeration.

    Raises:
        RequiredFieldsMissing: one lacks its label or value.

    """
    listed = call.expect(list, body.get("options") or [], "options")
    for item in listed:
        call.demand(call.expect(dict, item, "options"), ("label", "value"))
    return tuple(
        Option(
            str(item["value"]),
            str(item["label"]),
            whole_number(item, "displayOrder", place),
            bool(item.get("hidden")),
        )
        for place, item in enumerate(listed)
    )


def shape(known: Definition) -> Json:
    """Write the definition of a property."""
    own = not known.hubspot_defined
    body: Json = {
        "name": known.name,
        "label": known.label,
        "type": known.type,
        "fieldType": known.field_type,
        "description": known.description,
        "groupName": known.group,
        "options": [
            {
                "label": option.label,
                "value": option.value,
                "displayOrder": option.display_order,
                "hidden": option.hidden,
            }
            for option in known.options
        ],
        "displayOrder": known.display_order,
        "calculated": known.calculated,
        "externalOptions": known.external_options,
        "archived": known.archived,
        "hasUniqueValue": known.unique,
        "hidden": known.hidden,
        "hubspotDefined": known.hubspot_defined,
        "modificationMetadata": {
            "archivable": own,
            "readOnlyDefinition": not own,
            "readOnlyOptions": not own,
            "readOnlyValue": known.read_only,
        },
        "formField": known.form_field and not known.read_only,
        "dataSensitivity": "non_sensitive",
    }
    if own:
        body["createdAt"] = moment.iso(known.created_at_ms)
        body["updatedAt"] = moment.iso(known.updated_at_ms)
    if known.archived:
        body["archivedAt"] = moment.iso(known.archived_at_ms)
    return body
