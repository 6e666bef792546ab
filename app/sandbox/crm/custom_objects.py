"""Kinds of records that an account makes for itself."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.sandbox.crm.custom_object import CustomObject
from app.sandbox.crm.definitions import Definition, Schema, default_schema
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.errors import Invalid, SchemaExists

# Ours; HubSpot counts all accounts' custom objects together.
FIRST = 30_000_001
# https://developers.hubspot.com/docs/api-reference/latest/crm/objects/custom-objects/guide
MAX_CUSTOM = 10

_SEARCHED = 20
_NAME = re.compile(r"[A-Za-z]\w{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a name, its properties, and which of them matter."""

    name: str
    labels: tuple[str, str]
    definitions: Iterable[Definition]
    required: tuple[str, ...] = ()
    searched: tuple[str, ...] = ()
    display_property: str = ""


def create(portal: Portal, wanted: Wanted) -> CustomObject:
    """Make a custom kind of records.

    Raises:
        SchemaExists: there is one of that name.
        Invalid: there are too many, it cannot be called so, or a property that it
            names is missing (our own words).

    """
    if not _NAME.fullmatch(wanted.name):
        raise Invalid(f"{wanted.name} cannot be the name of an object")
    name = wanted.name.lower()
    if portal.kinds.knows(name):
        raise SchemaExists(wanted.name)
    if len(portal.custom_objects) >= MAX_CUSTOM:
        raise Invalid(f"At most {MAX_CUSTOM} custom objects are allowed.")
    qualified = f"p{portal.portal_id}_{name}"
    kind = _kind(portal, wanted, name, qualified)
    schema = _schema(kind, wanted)
    for needed in (*wanted.required, *wanted.searched, wanted.display_property):
        if needed and needed not in schema.active:
            raise Invalid(f'Property "{needed}" does not exist')
    portal.add_kind(kind, schema)
    made = CustomObject(
        kind,
        qualified,
        wanted.labels,
        wanted.display_property,
        created_at_ms=portal.now_ms(),
    )
    portal.custom_objects[kind.type_id] = made
    return made


def _kind(portal: Portal, wanted: Wanted, name: str, qualified: str) -> ObjectType:
    number = FIRST + portal.custom_objects_made
    portal.custom_objects_made += 1
    shown = dict.fromkeys(filter(None, [wanted.display_property, *wanted.required]))
    return ObjectType(
        f"2-{number}",
        name,
        f"{name}s",
        label=wanted.name.upper(),
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id", *shown),
        searched=wanted.searched[:_SEARCHED],
        required=wanted.required,
        aliases=(qualified, f"p_{name}"),
        scope="crm.objects.custom",
        data="custom",
    )


def _schema(kind: ObjectType, wanted: Wanted) -> Schema:
    definitions = list(wanted.definitions)
    schema = default_schema(kind)
    for group in dict.fromkeys(d.group for d in definitions):
        schema.demand_group(group)
    for definition in definitions:
        schema.add(definition)
    return schema


def remove(portal: Portal, custom: CustomObject) -> None:
    """Take a custom kind away.

    Raises:
        Invalid: there are records of it (our own words).

    """
    if next(portal.shelf(custom.kind).from_id("", archived=False), None) is not None:
        raise Invalid(f"There are {custom.kind.plural}; archive them first")
    portal.remove_kind(custom.kind)
    del portal.custom_objects[custom.kind.type_id]
