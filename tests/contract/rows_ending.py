"""The rows about calls that HubSpot ends in September 2027."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.hubspot.association_type import CONTACT_TO_PRIMARY_COMPANY
from app.hubspot.shapes.association_v3 import NamedLink
from tests.contract.row import Scene, Table
from tests.contract.rows_associations import PAIR, types

LINKS_V3 = Table("Associations by name (until September 2027)")
CONTACTS_V1 = Table("Contacts by version 1 (until September 2027)")


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


@CONTACTS_V1.row(
    "create or update by e-mail",
    "contacts_v1.create_or_update(email, properties)",
    "POST /contacts/v1/contact/createOrUpdate/email/{email}",
)
def create_or_update(scene: Scene) -> None:
    family = scene.hubspot.contacts_v1
    made = family.create_or_update("ada@x.de", {"city": "Ulm"})
    again = family.create_or_update("ada@x.de", {"city": "Bonn"})
    assert (made.vid, True, False) == (again.vid, made.is_new, again.is_new)
    scene.contact("bob@x.de")
    with pytest.raises(Refused) as caught:
        family.create_or_update("ada@x.de", {"email": "bob@x.de"})
    assert 409 == caught.value.status


@CONTACTS_V1.row(
    "create or update many",
    "contacts_v1.batch_create_or_update({email: properties})",
    "POST /contacts/v1/contact/batch",
)
def batch_create_or_update(scene: Scene) -> None:
    done = scene.hubspot.contacts_v1.batch_create_or_update(
        {"ada@x.de": {"city": "Ulm"}, "no one": {"city": "Ulm"}}
    )
    assert {"ada@x.de"} == set(done.records)
    assert {"no one"} == set(done.errors)


@CONTACTS_V1.row(
    "read by vid",
    "contacts_v1.read(vid)",
    "GET /contacts/v1/contact/vid/{vid}/profile",
)
def read(scene: Scene) -> None:
    contact = scene.contact(city="Ulm")
    assert "Ulm" == scene.hubspot.contacts_v1.read(contact).properties["city"]


@CONTACTS_V1.row(
    "read by e-mail",
    "contacts_v1.read_by_email(email)",
    "GET /contacts/v1/contact/email/{email}/profile",
)
def read_by_email(scene: Scene) -> None:
    contact = scene.contact()
    assert contact == scene.hubspot.contacts_v1.read_by_email("ada@x.de").vid


@CONTACTS_V1.row(
    "update by vid",
    "contacts_v1.update(vid, properties)",
    "POST /contacts/v1/contact/vid/{vid}/profile",
)
def update_v1(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.contacts_v1
    family.update(contact, {"city": "Ulm"})
    assert "Ulm" == family.read(contact).properties["city"]


@CONTACTS_V1.row(
    "update by e-mail",
    "contacts_v1.update_by_email(email, properties)",
    "POST /contacts/v1/contact/email/{email}/profile",
)
def update_by_email(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.contacts_v1
    family.update_by_email("ada@x.de", {"city": "Ulm"})
    assert "Ulm" == family.read(contact).properties["city"]


@CONTACTS_V1.row(
    "list all",
    "contacts_v1.list()",
    "GET /contacts/v1/lists/all/contacts/all",
)
def list_v1(scene: Scene) -> None:
    wanted = [{"properties": {"email": f"p{n}@x.de"}} for n in range(120)]
    ids = scene.control.create("contacts", wanted)
    assert set(ids) == {each.vid for each in scene.hubspot.contacts_v1.list(["email"])}


@CONTACTS_V1.row(
    "list those changed lately",
    "contacts_v1.recently_updated()",
    "GET /contacts/v1/lists/recently_updated/contacts/recent",
)
def recently_updated(scene: Scene) -> None:
    contact = scene.contact()
    found = scene.hubspot.contacts_v1.recently_updated()
    assert [contact] == [each.vid for each in found]


@CONTACTS_V1.row(
    "properties",
    "contacts_v1.properties()",
    "GET /properties/v1/contacts/properties",
)
def properties(scene: Scene) -> None:
    found = {each.name for each in scene.hubspot.contacts_v1.properties()}
    assert {"email", "lifecyclestage"} <= found


@CONTACTS_V1.row(
    "secondary e-mail: add",
    "contacts_v1.add_secondary_email(vid, email)",
    "PUT /contacts/v1/secondary-email/{vid}/email/{email}",
)
def add_secondary_email(scene: Scene) -> None:
    contact = scene.contact()
    scene.hubspot.contacts_v1.add_secondary_email(contact, "lovelace@x.de")
    contacts, name = scene.hubspot.objects("contacts"), "hs_additional_emails"
    found = contacts.read("lovelace@x.de", [name], id_property="email")
    assert (contact, "lovelace@x.de") == (found.id, found.properties[name])
    with pytest.raises(Refused):
        scene.contact("Lovelace@x.de")


@CONTACTS_V1.row(
    "secondary e-mail: remove",
    "contacts_v1.remove_secondary_email(vid, email)",
    "DELETE /contacts/v1/secondary-email/{vid}/email/{email}",
)
def remove_secondary_email(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.contacts_v1
    family.add_secondary_email(contact, "lovelace@x.de")
    family.remove_secondary_email(contact, "lovelace@x.de")
    assert scene.contact("lovelace@x.de")
