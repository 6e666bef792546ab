"""The rows about the properties of records, and the groups they stand in."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.hubspot.shapes.property import NewProperty, PropertyChange
from tests.contract.row import Scene, Table

PROPERTIES = Table("Properties")

HAT = NewProperty("hat", "Hat", "contactinformation")


@PROPERTIES.row("list", 'properties("contacts").list()', "GET {properties}/{type}")
def list_properties(scene: Scene) -> None:
    found = {each.name: each for each in scene.hubspot.properties("contacts").list()}
    assert "enumeration" == found["lifecyclestage"].type
    assert "customer" in {each.value for each in found["lifecyclestage"].options}


@PROPERTIES.row(
    "read", 'properties("contacts").read(name)', "GET {properties}/{type}/{name}"
)
def read_property(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts")
    assert family.read("hs_object_id").modification_metadata.read_only_value
    with pytest.raises(Refused):
        family.read("no_such")


@PROPERTIES.row(
    "create",
    'properties("contacts").create(NewProperty(...))',
    "POST {properties}/{type}",
)
def create_property(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts")
    unique = NewProperty(
        "passport", "Passport", "contactinformation", has_unique_value=True
    )
    assert family.create(unique).has_unique_value
    contact = scene.contact(passport="C01X")
    found = scene.hubspot.objects("contacts").read("C01X", id_property="passport")
    assert contact == found.id
    with pytest.raises(Refused):
        scene.contact("bob@x.de", passport="C01X")


@PROPERTIES.row(
    "update",
    'properties("contacts").update(name, PropertyChange(...))',
    "PATCH {properties}/{type}/{name}",
)
def update_property(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts")
    family.create(HAT)
    assert "Headgear" == family.update("hat", PropertyChange(label="Headgear")).label
    assert "Headgear" == family.read("hat").label


@PROPERTIES.row(
    "archive (creating it again restores it)",
    'properties("contacts").archive(name)',
    "DELETE {properties}/{type}/{name}",
)
def archive_property(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts")
    family.create(HAT)
    family.archive("hat")
    with pytest.raises(Refused):
        family.read("hat")
    assert "hat" in {each.name for each in family.list(archived=True)}
    assert not family.create(HAT).archived


@PROPERTIES.row(
    "create many",
    'properties("contacts").batch_create([NewProperty(...)])',
    "POST {properties}/{type}/batch/create",
)
def batch_create_properties(scene: Scene) -> None:
    shoe = NewProperty("shoe", "Shoe", "contactinformation")
    made = scene.hubspot.properties("contacts").batch_create([HAT, shoe])
    assert {"hat", "shoe"} == set(made.records)


@PROPERTIES.row(
    "read many",
    'properties("contacts").batch_read(names)',
    "POST {properties}/{type}/batch/read",
)
def batch_read_properties(scene: Scene) -> None:
    read = scene.hubspot.properties("contacts").batch_read(["email", "no_such"])
    assert {"email"} == set(read.records)
    assert {"no_such"} == set(read.errors)


@PROPERTIES.row(
    "archive many",
    'properties("contacts").batch_archive(names)',
    "POST {properties}/{type}/batch/archive",
)
def batch_archive_properties(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts")
    family.create(HAT)
    assert {"hat"} == set(family.batch_archive(["hat"]).records)
    assert "hat" not in {each.name for each in family.list()}


@PROPERTIES.row(
    "groups: list, read",
    'properties("contacts").groups.list()',
    "GET {properties}/{type}/groups",
)
def list_groups(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts").groups
    assert "contactinformation" in {each.name for each in family.list()}
    assert "contactinformation" == family.read("contactinformation").name


@PROPERTIES.row(
    "groups: create",
    'properties("contacts").groups.create(name, label)',
    "POST {properties}/{type}/groups",
)
def create_group(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts").groups
    assert "Wardrobe" == family.create("wardrobe", "Wardrobe").label


@PROPERTIES.row(
    "groups: update",
    'properties("contacts").groups.update(name, label=...)',
    "PATCH {properties}/{type}/groups/{group}",
)
def update_group(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts").groups
    family.create("wardrobe", "Wardrobe")
    assert "Clothes" == family.update("wardrobe", label="Clothes").label


@PROPERTIES.row(
    "groups: archive",
    'properties("contacts").groups.archive(name)',
    "DELETE {properties}/{type}/groups/{group}",
)
def archive_group(scene: Scene) -> None:
    family = scene.hubspot.properties("contacts").groups
    family.create("wardrobe", "Wardrobe")
    family.archive("wardrobe")
    assert "wardrobe" not in {each.name for each in family.list()}
