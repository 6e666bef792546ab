"""The rows about associations, properties and secondary e-mail addresses."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.hubspot.association_type import CONTACT_TO_PRIMARY_COMPANY, DEFAULT_TYPES
from app.hubspot.shapes.association_v3 import NamedLink
from app.hubspot.shapes.property import NewProperty, PropertyChange
from tests.contract.row import Scene, Table

LINKS = Table("Associations")
LABELS = Table("Association labels")
LINKS_V3 = Table("Associations by name (until September 2027)")
PROPERTIES = Table("Properties")

PAIR = ("contacts", "companies")
UNLABELED = DEFAULT_TYPES[PAIR]
HAT = NewProperty("hat", "Hat", "contactinformation")


def types(scene: Scene, contact: str) -> dict[str, set[int]]:
    """Return how a contact is associated with companies."""
    found = scene.hubspot.associations(*PAIR).of(contact)
    return {each.to_id: {kind.type_id for kind in each.types} for each in found}


@LINKS.row(
    "associate two",
    "associations(from, to).create(from_id, to_id, types)",
    "PUT {links}/{type}/{id}/associations/{toType}/{toId}",
)
def create(scene: Scene) -> None:
    contact, first, second = scene.contact(), scene.company(), scene.company("Bolt")
    family = scene.hubspot.associations(*PAIR)
    family.create(contact, first, [CONTACT_TO_PRIMARY_COMPANY])
    assert {first: {1, 279}} == types(scene, contact)
    family.create(contact, second, [CONTACT_TO_PRIMARY_COMPANY])
    assert {first: {279}, second: {1, 279}} == types(scene, contact)
    with pytest.raises(Refused):
        family.create(contact, "999", [UNLABELED])


@LINKS.row(
    "associate two, without a label",
    "associations(from, to).create_default(from_id, to_id)",
    "PUT {links}/{type}/{id}/associations/default/{toType}/{toId}",
)
def create_default(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    scene.hubspot.associations(*PAIR).create_default(contact, company)
    assert {company: {279}} == types(scene, contact)
    back = scene.hubspot.associations("companies", "contacts").of(company)
    assert [contact] == [each.to_id for each in back]


@LINKS.row(
    "list those of one record",
    "associations(from, to).of(from_id)",
    "GET {links}/{type}/{id}/associations/{toType}",
)
def of(scene: Scene) -> None:
    contact = scene.contact()
    assert {} == types(scene, contact)
    names = [{"properties": {"name": f"Company {n}"}} for n in range(510)]
    companies = scene.control.create("companies", names)
    family = scene.hubspot.associations(*PAIR)
    family.batch_create_default((contact, each) for each in companies)
    assert set(companies) == {each.to_id for each in family.of(contact)}


@LINKS.row(
    "take two apart",
    "associations(from, to).archive(from_id, to_id)",
    "DELETE {links}/{type}/{id}/associations/{toType}/{toId}",
)
def archive(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    family = scene.hubspot.associations(*PAIR)
    family.create(contact, company, [CONTACT_TO_PRIMARY_COMPANY])
    family.archive(contact, company)
    assert {} == types(scene, contact)


@LINKS.row(
    "read many",
    "associations(from, to).batch_read(from_ids)",
    "POST {associations}/{type}/{toType}/batch/read",
)
def batch_read(scene: Scene) -> None:
    contact, lonely, company = scene.contact(), scene.contact("b@x.de"), scene.company()
    family = scene.hubspot.associations(*PAIR)
    family.create_default(contact, company)
    read = family.batch_read([contact, lonely])
    assert {} == read.errors
    assert [company] == [each.to_id for each in read.records[contact]]
    assert () == read.records[lonely]


@LINKS.row(
    "associate many",
    "associations(from, to).batch_create([(from_id, to_id, types)])",
    "POST {associations}/{type}/{toType}/batch/create",
)
def batch_create(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    done = scene.hubspot.associations(*PAIR).batch_create(
        [
            (contact, company, [CONTACT_TO_PRIMARY_COMPANY]),
            (contact, "999", [UNLABELED]),
        ]
    )
    assert {(contact, company)} == set(done.records)
    assert {(contact, "999")} == set(done.errors)
    assert {company: {1, 279}} == types(scene, contact)


@LINKS.row(
    "associate many, without a label",
    "associations(from, to).batch_create_default([(from_id, to_id)])",
    "POST {associations}/{type}/{toType}/batch/associate/default",
)
def batch_create_default(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    scene.hubspot.associations(*PAIR).batch_create_default([(contact, company)])
    assert {company: {279}} == types(scene, contact)


@LINKS.row(
    "take many apart",
    "associations(from, to).batch_archive([(from_id, to_id)])",
    "POST {associations}/{type}/{toType}/batch/archive",
)
def batch_archive(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    family = scene.hubspot.associations(*PAIR)
    family.create_default(contact, company)
    assert {(contact, company)} == set(
        family.batch_archive([(contact, company)]).records
    )
    assert {} == types(scene, contact)


@LINKS.row(
    "take labels away",
    "associations(from, to).batch_archive_labels([(from_id, to_id, types)])",
    "POST {associations}/{type}/{toType}/batch/labels/archive",
)
def batch_archive_labels(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    family = scene.hubspot.associations(*PAIR)
    family.create(contact, company, [CONTACT_TO_PRIMARY_COMPANY])
    family.batch_archive_labels([(contact, company, [CONTACT_TO_PRIMARY_COMPANY])])
    assert {company: {279}} == types(scene, contact)


@LABELS.row(
    "list",
    "associations(from, to).labels.list()",
    "GET {associations}/{type}/{toType}/labels",
)
def list_labels(scene: Scene) -> None:
    found = scene.hubspot.associations(*PAIR).labels.list()
    assert {(1, "Primary"), (279, None)} <= {
        (each.type_id, each.label) for each in found
    }


@LABELS.row(
    "create",
    "associations(from, to).labels.create(label, name)",
    "POST {associations}/{type}/{toType}/labels",
)
def create_label(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    family = scene.hubspot.associations(*PAIR)
    made = family.labels.create("Advisor", "advisor", inverse_label="Advised by")
    family.create(contact, company, [made[0]])
    [found] = family.of(contact)
    assert "Advisor" in {each.label for each in found.types}
    [back] = scene.hubspot.associations("companies", "contacts").of(company)
    assert "Advised by" in {each.label for each in back.types}


@LABELS.row(
    "rename",
    "associations(from, to).labels.update(type_id, label)",
    "PUT {associations}/{type}/{toType}/labels",
)
def update_label(scene: Scene) -> None:
    family = scene.hubspot.associations(*PAIR)
    made = family.labels.create("Advisor", "advisor")[0]
    family.labels.update(made.type_id, "Counsel")
    labels = {each.type_id: each.label for each in family.labels.list()}
    assert "Counsel" == labels[made.type_id]


@LABELS.row(
    "delete",
    "associations(from, to).labels.archive(type_id)",
    "DELETE {associations}/{type}/{toType}/labels/{typeId}",
)
def archive_label(scene: Scene) -> None:
    family = scene.hubspot.associations(*PAIR)
    made = family.labels.create("Advisor", "advisor")[0]
    family.labels.archive(made.type_id)
    assert made.type_id not in {each.type_id for each in family.labels.list()}


@LINKS_V3.row(
    "types",
    "associations_v3(from, to).types()",
    "GET /crm/v3/associations/{type}/{toType}/types",
)
def types_v3(scene: Scene) -> None:
    found = scene.hubspot.associations_v3(*PAIR).types()
    assert {"1", "279"} <= {each.id for each in found}


@LINKS_V3.row(
    "associate two",
    "associations_v3(from, to).create(from_id, to_id, type_id)",
    "PUT /crm/v3/objects/{type}/{id}/associations/{toType}/{toId}/{typeId}",
)
def create_v3(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    scene.hubspot.associations_v3(*PAIR).create(contact, company, "279")
    assert {company: {279}} == types(scene, contact)


@LINKS_V3.row(
    "take two apart",
    "associations_v3(from, to).archive(from_id, to_id, type_id)",
    "DELETE /crm/v3/objects/{type}/{id}/associations/{toType}/{toId}/{typeId}",
)
def archive_v3(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    family = scene.hubspot.associations_v3(*PAIR)
    family.create(contact, company, "279")
    family.archive(contact, company, "279")
    assert {} == types(scene, contact)


@LINKS_V3.row(
    "associate many",
    "associations_v3(from, to).batch_create([NamedLink(...)])",
    "POST /crm/v3/associations/{type}/{toType}/batch/create",
)
def batch_create_v3(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    link = NamedLink(contact, company, "contact_to_company")
    done = scene.hubspot.associations_v3(*PAIR).batch_create([link])
    assert {link} == set(done.records)
    assert {company} == types(scene, contact).keys()


@LINKS_V3.row(
    "read many",
    "associations_v3(from, to).batch_read(from_ids)",
    "POST /crm/v3/associations/{type}/{toType}/batch/read",
)
def batch_read_v3(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    links = scene.hubspot.associations(*PAIR)
    links.create(contact, company, [CONTACT_TO_PRIMARY_COMPANY])
    read = scene.hubspot.associations_v3(*PAIR).batch_read([contact])
    assert company in {each.id for each in read.records[contact]}


@LINKS_V3.row(
    "take many apart",
    "associations_v3(from, to).batch_archive([NamedLink(...)])",
    "POST /crm/v3/associations/{type}/{toType}/batch/archive",
)
def batch_archive_v3(scene: Scene) -> None:
    contact, company = scene.contact(), scene.company()
    links = scene.hubspot.associations(*PAIR)
    links.create(contact, company, [CONTACT_TO_PRIMARY_COMPANY])
    link = NamedLink(contact, company, "contact_to_company")
    scene.hubspot.associations_v3(*PAIR).batch_archive([link])
    assert {company: {279}} == types(scene, contact)


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
