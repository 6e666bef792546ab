"""What webhooks tell of writes, by the API and by people: the real sender delivers."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from tests.integration.sandbox.conftest import CONTACTS, LINKS, inputs, spec

APP = {"changeSource": "INTEGRATION", "sourceId": "1160452"}
PERSON = {"changeSource": "CRM_UI", "sourceId": "userId:777"}


@pytest.fixture
def told(sandbox, receiver):
    """Give a function that waits for all webhooks and returns the events."""
    sandbox.control.put_webhooks(target_url=receiver.url)
    pause = threading.Event()

    def collect():
        while not sandbox.control.webhooks_idle():
            pause.wait(0.01)
        events = sorted(receiver.events, key=lambda e: e.get("propertyName", ""))
        receiver.events = []
        return events

    yield collect
    sandbox.control.put_webhooks(target_url="")


def kinds(events):
    return Counter(
        (e["subscriptionType"], e.get("propertyName"), e.get("propertyValue"))
        for e in events
    )


def origins(events):
    return {(e["changeSource"], e["sourceId"]) for e in events}


def test_a_create_tells_of_the_creation_and_of_each_property_given(call, told):
    """Nothing is told of what HubSpot computes: stages, dates, domains."""
    body = {"properties": {"email": "Ada@x.com", "city": "Ulm", "phone": ""}}
    contact = call("POST", CONTACTS, body).json()["id"]
    events = told()

    assert {
        ("contact.creation", None, None): 1,
        ("contact.propertyChange", "email", "ada@x.com"): 1,
        ("contact.propertyChange", "city", "Ulm"): 1,
    } == kinds(events)
    assert {int(contact)} == {event["objectId"] for event in events}
    assert {("INTEGRATION", "1160452")} == origins(events)
    assert "CREATED" == events[0]["changeFlag"]


def test_only_differences_are_told(call, make, told):
    contact = make("contacts", city="Ulm", phone="1", country="DE")
    told()
    update = {"city": "Ulm", "phone": "2", "country": ""}
    call("PATCH", f"{CONTACTS}/{contact}", {"properties": update})

    assert {
        ("contact.propertyChange", "phone", "2"): 1,
        ("contact.propertyChange", "country", ""): 1,
    } == kinds(told())


def test_an_ignored_backward_stage_is_not_told(call, make, told):
    contact = make("contacts", lifecyclestage="customer")
    told()
    call("PATCH", f"{CONTACTS}/{contact}", {"properties": {"lifecyclestage": "lead"}})

    assert [] == told()


def test_dates_are_told_as_milliseconds(make, told):
    make("contacts", closedate="2026-11-20T09:00:00Z")

    assert ("contact.propertyChange", "closedate", "1795165200000") in kinds(told())


def test_a_person_is_told_as_a_person(sandbox, told):
    (contact,) = sandbox.control.create("contacts", [{"properties": {"city": "Ulm"}}])
    sandbox.control.update("contacts", [{"id": contact, "properties": {"city": "X"}}])
    sandbox.control.delete("contacts", [contact])
    events = told()

    assert {
        ("contact.creation", None, None): 1,
        ("contact.propertyChange", "city", "Ulm"): 1,
        ("contact.propertyChange", "city", "X"): 1,
        ("contact.deletion", None, None): 1,
    } == kinds(events)
    assert {("CRM_UI", "userId:777")} == origins(events)


def test_an_import_is_told_as_an_import(sandbox, told):
    rows = [{"properties": {"city": "Ulm"}}]
    sandbox.control.create("contacts", rows, source="IMPORT", source_id="99")

    assert {("IMPORT", "99")} == origins(told())


def test_a_deletion_is_told_once_whoever_repeats_it(call, make, told):
    contact = make("contacts", city="Ulm")
    told()
    call("DELETE", f"{CONTACTS}/{contact}")
    call("DELETE", f"{CONTACTS}/{contact}")
    call("POST", f"{CONTACTS}/batch/archive", inputs({"id": contact}))
    (event,) = told()

    assert ("contact.deletion", "DELETED") == (
        event["subscriptionType"],
        event["changeFlag"],
    )


def test_a_primary_company_is_told_twice(call, make, told):
    """The primary label brings the unlabeled association along."""
    contact, company = make("contacts", city="Ulm"), make("companies", name="X")
    told()
    link = {"from": {"id": contact}, "to": {"id": company}, "types": [spec(1)]}
    call("POST", f"{LINKS}/create", inputs(link))
    events = told()

    assert {(int(contact), int(company), False)} == {
        (e["fromObjectId"], e["toObjectId"], e["associationRemoved"]) for e in events
    }
    assert [False, True] == sorted(e["isPrimaryAssociation"] for e in events)
    assert {"CONTACT_TO_COMPANY"} == {e["associationType"] for e in events}
    assert not any("objectId" in event for event in events)


def test_taking_an_association_away_is_told(call, make, told):
    contact, company = make("contacts", city="Ulm"), make("companies", name="X")
    path = f"/crm/v4/objects/contacts/{contact}/associations"
    call("PUT", f"{path}/default/companies/{company}")
    told()
    call("DELETE", f"{path}/companies/{company}")
    (event,) = told()

    assert event["associationRemoved"] is True


def test_a_batch_that_is_refused_tells_nothing(call, told):
    body = inputs({"properties": {"city": "Ulm"}}, {"properties": {"foo": "1"}})
    call("POST", f"{CONTACTS}/batch/create", body)

    assert [] == told()


def test_seeds_are_silent(sandbox, told):
    sandbox.control.seed("contacts", [{"email": "ada@x.com"}])

    assert [] == told()
    assert 1 == len(sandbox.control.dump("contacts"))


def test_a_kind_is_told_from_when_it_is_subscribed_to(sandbox, make, told):
    make("companies", name="Before")
    subscribed = [{"eventType": "company.propertyChange", "propertyName": "name"}]
    sandbox.control.put_webhooks(subscriptions=subscribed)
    make("companies", name="After")
    make("contacts", city="Ulm")

    assert ["After"] == [event["propertyValue"] for event in told()]


def test_the_sender_reports_and_refuses_what_it_does_not_know(sandbox, make, told):
    before = sandbox.control.deliveries()["events_delivered"]
    make("contacts", city="Ulm")
    told()

    assert 2 == sandbox.control.deliveries()["events_delivered"] - before
    with pytest.raises(ValueError, match="speed"):
        sandbox.control.put_webhooks(speed="fast")
