"""The rows about records of any type, one by one."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.hubspot.association_type import DEFAULT_TYPES, Association
from app.hubspot.protocol import Request
from app.hubspot.record import NewRecord
from tests.contract.row import Scene, Table

SINGLE = Table("Records of any type")

NOTE_TO_CONTACT = DEFAULT_TYPES["notes", "contacts"]
CONTACT_TO_NOTE = DEFAULT_TYPES["contacts", "notes"]
CONTACT_TO_COMPANY = DEFAULT_TYPES["contacts", "companies"]
NOW = "2026-11-20T09:00:00Z"

# Names or type ids, and what a record of the type cannot do without.
TYPES = {
    "contacts": {"email": "ada@x.de"},
    "0-1": {"email": "bob@x.de"},
    "companies": {"name": "Acme"},
    "deals": {"dealname": "Big", "pipeline": "default", "dealstage": "closedwon"},
    "tickets": {"subject": "Help", "hs_pipeline": "0", "hs_pipeline_stage": "1"},
    "notes": {"hs_timestamp": NOW, "hs_note_body": "Hello"},
    "calls": {"hs_timestamp": NOW, "hs_call_title": "Intro"},
    "emails": {"hs_timestamp": NOW, "hs_email_direction": "EMAIL"},
    "meetings": {"hs_timestamp": NOW, "hs_meeting_title": "Lunch"},
    "tasks": {"hs_timestamp": NOW, "hs_task_subject": "Call back"},
    "communications": {
        "hs_timestamp": NOW,
        "hs_communication_channel_type": "WHATS_APP",
        "hs_communication_logged_from": "CRM",
    },
    "postal_mail": {"hs_timestamp": NOW, "hs_postal_mail_body": "Dear Ada"},
    "products": {"name": "Hat"},
    "line_items": {"name": "Hat", "quantity": "2"},
    "0-421": {"hs_appointment_name": "Fitting", "hs_appointment_start": NOW},
    "0-410": {"hs_course_name": "Knitting"},
    "0-420": {"hs_name": "House"},
    "0-162": {
        "hs_name": "Repair",
        "hs_pipeline": "default",
        "hs_pipeline_stage": "new",
    },
    "orders": {"hs_order_name": "First"},
    "quotes": {"hs_title": "Offer", "hs_expiration_date": "2026-12-24"},
    "leads": {"hs_lead_name": "Ada"},
    "carts": {"hs_cart_name": "Hats"},
}
CUSTOM = {
    "name": "hat",
    "labels": {"singular": "Hat", "plural": "Hats"},
    "requiredProperties": ["brim"],
    "properties": [
        {"name": "brim", "label": "Brim", "type": "string", "fieldType": "text"}
    ],
    "associatedObjects": ["CONTACT"],
}


@SINGLE.row(
    "create", 'objects("contacts").create(NewRecord(...))', "POST {objects}/{type}"
)
def create(scene: Scene) -> None:
    for object_type, properties in TYPES.items():
        family = scene.hubspot.objects(object_type)
        made = family.create(NewRecord(properties))
        read = family.read(made.id, list(properties))
        assert made.id == read.properties["hs_object_id"]
        assert set(properties) <= read.properties.keys()


@SINGLE.row(
    "create with associations and a pin",
    'objects("contacts").create(NewRecord(..., associations=[...]))',
    "POST {objects}/{type}",
)
def create_with_pin(scene: Scene) -> None:
    notes, contacts = scene.hubspot.objects("notes"), scene.hubspot.objects("contacts")
    note = notes.create(NewRecord({"hs_timestamp": NOW})).id
    new = NewRecord(
        {"email": "ada@x.de", "hs_pinned_engagement_id": note},
        associations=[Association(note, (CONTACT_TO_NOTE,))],
    )
    contact = contacts.create(new).id
    read = contacts.read(
        contact, ["hs_pinned_engagement_id"], associations=["notes", "companies"]
    )
    assert note == read.properties["hs_pinned_engagement_id"]
    assert {note} == {each.id for each in read.associations["notes"].results}


@SINGLE.row(
    "custom objects by name and type id",
    'objects("2-1234567").create(NewRecord(...))',
    "POST {objects}/{type}",
)
def create_custom(scene: Scene) -> None:
    schema = scene.hubspot.send(Request("POST", "/crm/v3/schemas", CUSTOM))
    type_id = schema.mapping()["objectTypeId"]
    made = scene.hubspot.objects(type_id).create(NewRecord({"brim": "wide"}))
    assert ["wide"] == [
        each.properties["brim"] for each in scene.hubspot.objects("hat").list(["brim"])
    ]
    with pytest.raises(Refused):
        scene.hubspot.objects(type_id).create(NewRecord({}))
    assert made.id


@SINGLE.row(
    "read, by id or unique property",
    'objects("contacts").read(id, properties, id_property="email")',
    "GET {objects}/{type}/{id}",
)
def read(scene: Scene) -> None:
    contact = scene.contact(city="Ulm")
    scene.hubspot.objects("contacts").update(contact, {"city": "Bonn"})
    found = scene.hubspot.objects("contacts").read(
        "Ada@x.de",
        ["city", "phone", "no_such"],
        id_property="email",
        properties_with_history=["city"],
    )
    assert (contact, "Bonn", None) == (
        found.id,
        found.properties["city"],
        found.properties["phone"],
    )
    assert "no_such" not in found.properties
    assert ["Bonn", "Ulm"] == [each.value for each in found.history["city"]]


@SINGLE.row(
    "list, to the last page", 'objects("contacts").list()', "GET {objects}/{type}"
)
def list_all(scene: Scene) -> None:
    wanted = [{"properties": {"email": f"p{n}@x.de"}} for n in range(120)]
    ids = scene.control.create("contacts", wanted)
    assert ids == [each.id for each in scene.hubspot.objects("contacts").list()]


@SINGLE.row(
    "update, by id or unique property",
    'objects("contacts").update(id, {"city": "Ulm"})',
    "PATCH {objects}/{type}/{id}",
)
def update(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.objects("contacts")
    family.update(contact, {"city": "Ulm"})
    family.update("ada@x.de", {"phone": "1"}, id_property="email")
    found = family.read(contact, ["city", "phone"]).properties
    assert ("Ulm", "1") == (found["city"], found["phone"])


@SINGLE.row(
    "archive (and restore in the sandbox)",
    'objects("contacts").archive(id)',
    "DELETE {objects}/{type}/{id}",
)
def archive(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.objects("contacts")
    family.archive(contact)
    with pytest.raises(Refused):
        family.read(contact)
    assert family.read(contact, archived=True).archived
    scene.control.call("POST", "/objects/contacts/restore", {"ids": [contact]})
    assert not family.read(contact).archived


@SINGLE.row(
    "merge two into one",
    'objects("contacts").merge(primary_id, merged_id)',
    "POST {objects}/{type}/merge",
)
def merge(scene: Scene) -> None:
    one, other = scene.contact(city="Ulm"), scene.contact("bob@x.de", phone="1")
    family = scene.hubspot.objects("contacts")
    merged = family.merge(one, other)
    names = ["city", "phone", "hs_merged_object_ids", "hs_additional_emails"]
    for old in (one, other):
        found = family.read(old, names)
        assert merged.id == found.id
        assert ("Ulm", "1") == (found.properties["city"], found.properties["phone"])
        assert {one, other} <= set(
            str(found.properties["hs_merged_object_ids"]).split(";")
        )
        assert "bob@x.de" == found.properties["hs_additional_emails"]
    assert {one, other} == set(family.batch_read([one, other]).errors)


@SINGLE.row(
    "delete for good (privacy)",
    'objects("contacts").gdpr_delete(id)',
    "POST {objects}/{type}/gdpr-delete",
)
def gdpr_delete(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.objects("contacts")
    scene.contact("bob@x.de")
    family.gdpr_delete(contact)
    family.gdpr_delete("bob@x.de", id_property="email")
    assert [] == list(family.list())
    with pytest.raises(Refused):
        family.read(contact, archived=True)


@SINGLE.row(
    "pin an activity, and unpin",
    'objects("contacts").pin(id, activity_id)',
    "PATCH {objects}/{type}/{id}",
)
def pin(scene: Scene) -> None:
    contact, family = scene.contact(), scene.hubspot.objects("contacts")
    link = Association(contact, (NOTE_TO_CONTACT,))
    new = NewRecord({"hs_timestamp": NOW}, associations=[link])
    note = scene.hubspot.objects("notes").create(new).id
    stranger = (
        scene.hubspot.objects("notes").create(NewRecord({"hs_timestamp": NOW})).id
    )
    family.pin(contact, note)
    with pytest.raises(Refused):
        family.pin(contact, stranger)
    name = "hs_pinned_engagement_id"
    assert note == family.read(contact, [name]).properties[name]
    family.unpin(contact)
    assert not family.read(contact, [name]).properties[name]


@SINGLE.row(
    "lifecycle stages go forward only",
    'objects("contacts").update(id, {"lifecyclestage": ""})',
    "PATCH {objects}/{type}/{id}",
)
def lifecycle(scene: Scene) -> None:
    contact = scene.contact(lifecyclestage="customer")
    family, name = scene.hubspot.objects("contacts"), "lifecyclestage"
    family.update(contact, {name: "lead"})
    assert "customer" == family.read(contact, [name]).properties[name]
    family.update(contact, {name: ""})
    family.update(contact, {name: "lead"})
    assert "lead" == family.read(contact, [name]).properties[name]
