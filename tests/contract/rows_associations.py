"""The rows about associations and their labels."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.hubspot.association_type import CONTACT_TO_PRIMARY_COMPANY, DEFAULT_TYPES
from tests.contract.row import Scene, Table

LINKS = Table("Associations")
LABELS = Table("Association labels")

PAIR = ("contacts", "companies")
UNLABELED = DEFAULT_TYPES[PAIR]


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
