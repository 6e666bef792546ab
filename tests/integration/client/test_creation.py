"""A record is created once, whatever happens to the answer."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refused, ServerBroken, Unreachable
from app.hubspot.association_type import DEFAULT_TYPES, Association
from app.hubspot.client import HubSpot
from app.hubspot.creation import create_associated, create_unique, existing_id
from app.hubspot.record import NewRecord, Record
from app.sandbox.testing import Sandbox

ADA = NewRecord({"email": "Ada@X.de", "city": "Ulm"})
SAME = ("hs_timestamp", "hs_note_body")
LOST = {"kind": "drop_after_write", "times": 1}
BEFORE = {"kind": "502", "times": 1}


def emails(sandbox: Sandbox) -> list[str]:
    return [each["properties"]["email"] for each in sandbox.control.dump("contacts")]


def write_note(hubspot: HubSpot, contact: str, body: str = "Hello") -> Record:
    return create_associated(
        hubspot.objects("notes"),
        NewRecord(
            {"hs_timestamp": "2026-11-20T09:00:00Z", "hs_note_body": body},
            [Association(contact, (DEFAULT_TYPES["notes", "contacts"],))],
        ),
        hubspot.associations("contacts", "notes"),
        SAME,
    )


def test_contact_whose_answer_was_lost_is_found(
    either: HubSpot, sandbox: Sandbox
) -> None:
    sandbox.control.put_faults(LOST)
    created = create_unique(either.objects("contacts"), ADA, properties=["city"])
    assert ["ada@x.de"] == emails(sandbox)
    assert "Ulm" == created.properties["city"]


def test_contact_that_was_not_created_is_not_tried_again(
    either: HubSpot, sandbox: Sandbox
) -> None:
    """Whether to try again is the caller's to decide, who knows what else waits."""
    sandbox.control.put_faults(BEFORE)
    with pytest.raises(ServerBroken):
        create_unique(either.objects("contacts"), ADA)
    assert [] == emails(sandbox)
    create_unique(either.objects("contacts"), ADA)
    assert ["ada@x.de"] == emails(sandbox)


def test_contact_that_exists_is_returned_as_it_is(
    either: HubSpot, sandbox: Sandbox
) -> None:
    contacts = either.objects("contacts")
    there = contacts.create(NewRecord({"email": "ada@x.de", "city": "Bonn"}))
    found = create_unique(contacts, ADA, properties=["city"])
    assert (there.id, "Bonn") == (found.id, found.properties["city"])


def test_contact_that_hubspot_refuses_stays_refused(either: HubSpot) -> None:
    wrong = NewRecord({"email": "not an address"})
    with pytest.raises(Refused, match="is invalid"):
        create_unique(either.objects("contacts"), wrong)


def test_note_whose_answer_was_lost_is_not_written_twice(
    either: HubSpot, sandbox: Sandbox
) -> None:
    contact = either.objects("contacts").create(ADA).id
    other = write_note(either, contact, "Goodbye").id
    sandbox.control.put_faults(LOST)
    found = write_note(either, contact)
    notes = {each["id"] for each in sandbox.control.dump("notes")}
    assert {other, found.id} == notes
    assert other != found.id


def test_note_that_was_not_written_leaves_the_accident(
    either: HubSpot, sandbox: Sandbox
) -> None:
    contact = either.objects("contacts").create(ADA).id
    write_note(either, contact, "Goodbye")
    sandbox.control.put_faults(BEFORE)
    with pytest.raises(ServerBroken):
        write_note(either, contact)


def test_one_who_is_in_the_way_is_known_by_every_wording(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    """The last one names two ids, and the second is the one that exists."""
    race = (
        "Cannot set PropertyValueCoordinates{portalId=1, propertyName=email, value=a}"
        " on 552148386511. 552239500007 already has that value."
    )
    answers = [
        (says(409, {"message": "Contact already exists. Existing ID: 77"}), "77"),
        (says(400, {"message": race, "category": "VALIDATION_ERROR"}), "552239500007"),
        (says(409, {"message": "Contact already exists"}), None),
    ]
    for answer, known in answers:
        scripted.in_turn(answer)
        with pytest.raises(Refused) as caught:
            hubspot.objects("contacts").create(ADA)
        assert known == existing_id(caught.value)


def test_look_that_fails_is_told_as_such(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(drop=True), says(drop=True))
    with pytest.raises(Unreachable):
        create_unique(hubspot.objects("contacts"), ADA)
    assert ["POST", "GET"] == [seen.method for seen in scripted.seen]
