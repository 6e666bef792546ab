"""How a developer manages the app's webhooks, and that the sender obeys."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from app.sandbox.testing import Sandbox
from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs, spec
from tests.integration.test_sender import Crowd
from tests.integration.test_sender import Receiver as BusyReceiver

APP_ID = 1160452
BASES = [
    f"/webhooks/v3/{APP_ID}",
    f"/webhooks/2026-03/{APP_ID}",
    f"/app-webhooks/2026-09/{APP_ID}",
]
TARGET = "https://hooks.example.com/hubspot"

Json = dict[str, Any]
Manage = Callable[..., requests.Response]
Told = Callable[[], list[Json]]


@pytest.fixture
def manage(sandbox: Sandbox) -> Iterator[Manage]:
    """Give a function that calls the management API with the developer's key."""
    with requests.Session() as session:
        session.params = {"hapikey": sandbox.config.developer_key}

        def send(
            method: str, path: str, body: object = None, base: str = BASES[0]
        ) -> requests.Response:
            url = sandbox.url + base + path
            return session.request(method, url, json=body, timeout=30)

        yield send
    sandbox.control.put_webhooks(target_url="", concurrency=10)


@pytest.fixture
def subscribe(manage: Manage) -> Callable[..., str]:
    """Give a function that makes an active subscription and returns its id."""

    def make(event_type: str, **more: object) -> str:
        body = {"eventType": event_type, "active": True, **more}
        answer = manage("POST", "/subscriptions", body)
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["id"])

    return make


@pytest.fixture
def told(sandbox: Sandbox, manage: Manage, receiver: Any) -> Told:
    """Give a function that waits for all webhooks and returns the events."""
    manage("PUT", "/settings", {"targetUrl": receiver.url})
    pause = threading.Event()

    def collect() -> list[Json]:
        while not sandbox.control.webhooks_idle():
            pause.wait(0.01)
        events, receiver.events = receiver.events, []
        return list(events)

    return collect


def kinds(events: list[Json]) -> Counter[str]:
    return Counter(
        ":".join(filter(None, (e["subscriptionType"], e.get("propertyName"))))
        for e in events
    )


@pytest.mark.parametrize("base", BASES)
def test_settings_are_put_read_and_taken_away(manage, base):
    body = {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": 12}}
    before = manage("GET", "/settings", base=base)
    first = manage("PUT", "/settings", body, base).json()
    second = manage("PUT", "/settings", body, base).json()
    read = manage("GET", "/settings", base=base)
    gone = manage("DELETE", "/settings", base=base)

    assert (404, "resource not found") == (
        before.status_code,
        error_of(before)["message"],
    )
    assert body == {name: first[name] for name in body}
    assert {"createdAt"} == set(first) - set(body)
    assert {"createdAt", "updatedAt"} == set(second) - set(body)
    assert second == read.json()
    assert (204, b"") == (gone.status_code, gone.content)
    assert 404 == manage("GET", "/settings", base=base).status_code


@pytest.mark.parametrize(
    "body",
    [
        {"targetUrl": "http://127.0.0.1:9/x", "maxConcurrentRequests": 10},
        {"targetUrl": "http://127.0.0.1:9/x"},
        {"targetUrl": "http://127.0.0.1:9/x", "throttling": None},
        {
            "targetUrl": "http://127.0.0.1:9/x",
            "throttling": {"maxConcurrentRequests": 10, "period": "SECONDLY"},
        },
    ],
)
def test_older_clients_put_settings_in_their_own_way(manage, body):
    answer = manage("PUT", "/settings", body)

    assert 200 == answer.status_code
    assert {"maxConcurrentRequests": 10} == answer.json()["throttling"]
    assert body["targetUrl"] == answer.json()["targetUrl"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"targetUrl": "hooks.example.com"},
        {"targetUrl": 7},
        {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": 5}},
        {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": "many"}},
        {"targetUrl": TARGET, "throttling": {"maxConcurrentRequests": True}},
        {"targetUrl": TARGET, "throttling": 10},
        [],
    ],
)
def test_settings_that_make_no_sense_are_refused(manage, body):
    manage("PUT", "/settings", {"targetUrl": TARGET})
    answer = manage("PUT", "/settings", body)

    assert 400 == answer.status_code
    assert error_of(answer)["message"]
    assert TARGET == manage("GET", "/settings").json()["targetUrl"]


@pytest.mark.parametrize("base", BASES)
def test_a_subscription_lives_its_life(manage, base):
    body = {"eventType": "contact.propertyChange", "propertyName": "email"}
    made = manage("POST", "/subscriptions", {**body, "active": True}, base)
    found = made.json()
    path = f"/subscriptions/{found['id']}"
    listed = manage("GET", "/subscriptions", base=base).json()
    read = manage("GET", path, base=base).json()
    paused = manage("PATCH", path, {"active": False}, base)
    untouched = manage("PATCH", path, {}, base).json()
    gone = [manage("DELETE", path, base=base).status_code for _ in range(2)]

    assert 201 == made.status_code
    assert {**body, "active": True} == {n: found[n] for n in (*body, "active")}
    assert {"id", "createdAt"} == set(found) - {*body, "active"}
    assert isinstance(found["id"], str)
    assert [found] == listed["results"]
    assert found == read
    assert (200, False) == (paused.status_code, paused.json()["active"])
    assert paused.json() == untouched
    assert [204, 404] == gone
    assert {"results": []} == manage("GET", "/subscriptions", base=base).json()


def test_a_new_subscription_is_paused_unless_it_says_otherwise(manage):
    body = {"eventType": "contact.creation"}

    assert manage("POST", "/subscriptions", body).json()["active"] is False


def test_2026_09_wants_to_be_told_whether_it_is_active(manage):
    body = {"eventType": "contact.creation"}
    answer = manage("POST", "/subscriptions", body, BASES[2])

    assert 400 == answer.status_code
    assert "[active]" in error_of(answer)["message"]


def test_a_second_subscription_like_the_first_names_it(manage, subscribe):
    first = subscribe("contact.propertyChange", propertyName="email")
    body = {"eventType": "contact.propertyChange", "propertyName": "email"}
    answer = manage("POST", "/subscriptions", body)

    assert 400 == answer.status_code
    assert {"subscriptionIds": [first]} == error_of(answer)["context"]


def test_an_app_has_a_thousand_subscriptions_at_most(manage):
    for number in range(1_000):
        body = {"eventType": "contact.propertyChange", "propertyName": f"p{number}"}
        assert 201 == manage("POST", "/subscriptions", body).status_code
    answer = manage("POST", "/subscriptions", {"eventType": "contact.creation"})

    assert 400 == answer.status_code
    assert {
        "message": (
            "Couldn't create another subscription. You've reached the maximum number "
            "allowed per application (1000)."
        )
    } == error_of(answer)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"eventType": "planet.creation"},
        {"eventType": "deal.privacyDeletion"},
        {"eventType": "product.associationChange"},
        {"eventType": 7},
        {"eventType": "contact.propertyChange"},
        {"eventType": "contact.propertyChange", "propertyName": "hs_lastmodifieddate"},
        {
            "eventType": "contact.propertyChange",
            "propertyName": "num_unique_conversion_events",
        },
        {"eventType": "object.creation"},
        {"eventType": "object.creation", "objectTypeId": "planets"},
        {"eventType": "contact.creation", "active": "yes"},
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(manage, body):
    answer = manage("POST", "/subscriptions", body)

    assert 400 == answer.status_code
    assert error_of(answer)["message"]
    assert {"results": []} == manage("GET", "/subscriptions").json()


@pytest.mark.parametrize(
    "body",
    [
        {"eventType": "conversation.newMessage"},
        {"eventType": "event.completed", "eventTypeName": "pe1_signed_up"},
        {"eventType": "object.creation", "objectTypeId": "2-1234567"},
        {"eventType": "object.associationChange", "objectTypeId": "0-421"},
        {"eventType": "line_item.associationChange"},
    ],
)
def test_every_event_type_of_hubspots_can_be_subscribed_to(manage, body):
    found = manage("POST", "/subscriptions", {**body, "active": True}).json()

    assert body == {name: found[name] for name in body}


def test_a_batch_pauses_many_and_names_the_unknown(manage, subscribe):
    first, second = subscribe("contact.creation"), subscribe("contact.deletion")
    good = inputs({"id": int(first), "active": False}, {"id": second, "active": False})
    bad = inputs({"id": int(first), "active": True}, {"id": 7, "active": True})
    done = manage("POST", "/subscriptions/batch/update", good)
    half = manage("POST", "/subscriptions/batch/update", bad)

    assert (200, "COMPLETE") == (done.status_code, done.json()["status"])
    assert [(first, False), (second, False)] == [
        (each["id"], each["active"]) for each in done.json()["results"]
    ]
    assert (207, 1) == (half.status_code, half.json()["numErrors"])
    assert [(first, True)] == [
        (each["id"], each["active"]) for each in half.json()["results"]
    ]
    assert {"ids": ["7"]} == half.json()["errors"][0]["context"]


def test_nobody_but_the_apps_developer_manages_its_webhooks(sandbox, manage):
    path = "/settings"
    other = manage("GET", path, base="/webhooks/v3/7")
    nobody = requests.get(sandbox.url + BASES[0] + path, timeout=30)

    assert (404, 401) == (other.status_code, nobody.status_code)


def test_without_any_subscription_all_of_contacts_is_told(call, make, told):
    contact = make("contacts", city="Ulm")
    make("companies", name="X")
    call("DELETE", f"{CONTACTS}/{contact}")

    assert {
        "contact.creation": 1,
        "contact.propertyChange:city": 1,
        "contact.deletion": 1,
    } == kinds(told())


def test_only_what_is_subscribed_to_and_active_is_told(
    manage, subscribe, call, make, told
):
    email = subscribe("contact.propertyChange", propertyName="email")
    paused = subscribe("contact.creation")
    manage("PATCH", f"/subscriptions/{paused}", {"active": False})
    contact = make("contacts", email="ada@x.com", city="Ulm")
    call("DELETE", f"{CONTACTS}/{contact}")
    (event,) = told()

    assert ("contact.propertyChange", "email", int(email)) == (
        event["subscriptionType"],
        event["propertyName"],
        event["subscriptionId"],
    )
    manage("PATCH", f"/subscriptions/{paused}", {"active": True})
    make("contacts", city="Ulm")
    assert {"contact.creation": 1} == kinds(told())


def test_with_the_last_subscription_gone_nothing_is_told(manage, subscribe, make, told):
    only = subscribe("contact.creation")
    manage("DELETE", f"/subscriptions/{only}")
    make("contacts", city="Ulm")

    assert [] == told()


@pytest.mark.parametrize(
    ("name", "plural", "properties"),
    [
        ("company", "companies", {"name": "X"}),
        ("deal", "deals", {"dealname": "X"}),
        ("ticket", "tickets", {"subject": "X"}),
        ("product", "products", {"name": "X"}),
        ("line_item", "line_items", {"name": "X"}),
    ],
)
def test_each_classic_object_has_events_of_its_own(
    call, subscribe, make, told, name, plural, properties
):
    for happening in ("creation", "deletion"):
        subscribe(f"{name}.{happening}")
    (named,) = properties
    subscribe(f"{name}.propertyChange", propertyName=named)
    record = make(plural, **properties)
    call("DELETE", f"/crm/v3/objects/{plural}/{record}")
    events = told()

    assert {
        f"{name}.creation": 1,
        f"{name}.propertyChange:{named}": 1,
        f"{name}.deletion": 1,
    } == kinds(events)
    assert {int(record)} == {event["objectId"] for event in events}


@pytest.mark.parametrize(
    ("given", "type_id", "plural"),
    [("0-1", "0-1", "contacts"), ("note", "0-46", "notes"), ("0-27", "0-27", "tasks")],
)
def test_any_object_can_be_listened_to_by_its_type(
    subscribe, make, told, given, type_id, plural
):
    subscribe("object.creation", objectTypeId=given)
    needed = {} if type_id == "0-1" else {"hs_timestamp": "1795165200000"}
    record = make(plural, **needed)
    make("companies", name="X")
    (event,) = told()

    assert ("object.creation", type_id, int(record)) == (
        event["subscriptionType"],
        event["objectTypeId"],
        event["objectId"],
    )


def test_classic_and_generic_subscriptions_both_fire(subscribe, make, told):
    subscribe("contact.creation")
    subscribe("object.creation", objectTypeId="0-1")
    make("contacts", city="Ulm")

    assert {"contact.creation": 1, "object.creation": 1} == kinds(told())


def test_an_association_is_told_from_both_sides(call, subscribe, make, told):
    subscribe("contact.associationChange")
    subscribe("company.associationChange")
    contact, company = make("contacts", city="Ulm"), make("companies", name="X")
    path = f"/crm/v4/objects/contacts/{contact}/associations"
    call("PUT", f"{path}/default/companies/{company}")
    events = {event["subscriptionType"]: event for event in told()}

    ends = int(contact), int(company)
    for name, kind, (near, far) in (
        ("contact", "CONTACT_TO_COMPANY", ends),
        ("company", "COMPANY_TO_CONTACT", ends[::-1]),
    ):
        event = events[f"{name}.associationChange"]
        assert (kind, near, far, False) == (
            event["associationType"],
            event["fromObjectId"],
            event["toObjectId"],
            event["associationRemoved"],
        )


def test_an_association_with_an_activity_has_a_generic_event_only(
    subscribe, make, note, told
):
    subscribe("contact.associationChange")
    subscribe("object.associationChange", objectTypeId="0-1")
    contact = make("contacts", city="Ulm")
    note(contact)
    (event,) = told()

    assert ("object.associationChange", "0-1", "0-46") == (
        event["subscriptionType"],
        event["fromObjectTypeId"],
        event["toObjectTypeId"],
    )


def test_a_generic_association_may_come_by_number(sandbox, call, subscribe, make, told):
    sandbox.control.put_webhooks(association_by_number=True)
    subscribe("object.associationChange", objectTypeId="0-2")
    contact, company = make("contacts", city="Ulm"), make("companies", name="X")
    link = {"from": {"id": contact}, "to": {"id": company}, "types": [spec(1)]}
    call("POST", "/crm/v4/associations/0-1/0-2/batch/create", inputs(link))
    events = told()
    sandbox.control.put_webhooks(association_by_number=False)

    assert {2, 280} == {event["associationTypeId"] for event in events}


def test_taking_the_settings_away_pauses_everything(
    manage, subscribe, make, told, receiver
):
    only = subscribe("contact.creation")
    manage("DELETE", "/settings")
    make("contacts", city="Ulm")
    assert [] == told()
    assert manage("GET", f"/subscriptions/{only}").json()["active"] is False

    manage("PUT", "/settings", {"targetUrl": receiver.url})
    make("contacts", city="Ulm")
    assert [] == told()


def test_the_last_word_about_the_target_counts(sandbox, manage, subscribe):
    subscribe("contact.creation")
    sandbox.control.put_webhooks(target_url=TARGET, concurrency=7, subscriptions=[])
    settings = manage("GET", "/settings").json()

    assert (TARGET, {"maxConcurrentRequests": 7}) == (
        settings["targetUrl"],
        settings["throttling"],
    )
    assert {"results": []} == manage("GET", "/subscriptions").json()


def test_a_reset_takes_the_subscriptions_away(sandbox, manage, subscribe, receiver):
    subscribe("company.creation")
    manage("PUT", "/settings", {"targetUrl": receiver.url})
    sandbox.control.reset()

    assert {"results": []} == manage("GET", "/subscriptions").json()
    assert 404 == manage("GET", "/settings").status_code


def test_a_snapshot_keeps_the_subscriptions_and_not_the_target(
    sandbox, manage, subscribe, make, told
):
    subscribe("company.creation")
    kept = sandbox.control.snapshot()
    subscribe("contact.creation")
    sandbox.control.restore(kept)
    make("contacts", city="Ulm")
    make("companies", name="X")

    assert {"company.creation": 1} == kinds(told())
    listed = manage("GET", "/subscriptions").json()["results"]
    assert ["company.creation"] == [each["eventType"] for each in listed]


def test_as_many_requests_at_a_time_as_the_settings_say(sandbox, manage, make):
    crowd = Crowd()
    sandbox.control.put_webhooks(max_events=1, timeout_s=20)
    with BusyReceiver() as busy:
        busy.answer = crowd.answer
        manage("PUT", "/settings", settings_of(busy.url, 6))
        for _ in range(10):
            make("contacts", city="Ulm")
        crowd.wait_for(6)
        manage("PUT", "/settings", settings_of(busy.url, 8))
        crowd.wait_for(8)
        crowd.open()
        while not sandbox.control.webhooks_idle():
            threading.Event().wait(0.01)
        manage("DELETE", "/settings")
    sandbox.control.put_webhooks(max_events=100, timeout_s=5)

    assert (8, 20) == (crowd.most, len(busy.received))


def settings_of(url: str, most: int) -> Json:
    return {"targetUrl": url, "throttling": {"maxConcurrentRequests": most}}


def test_merges_restores_and_privacy_deletions_are_told_to_their_subscribers(
    sandbox, call, subscribe, make, told
):
    for happening in ("merge", "restore", "privacyDeletion"):
        subscribe(f"contact.{happening}")
    kept, lost = make("contacts", city="Ulm"), make("contacts", city="Bonn")
    merge = {"primaryObjectId": kept, "objectIdToMerge": lost}
    result = call("POST", f"{CONTACTS}/merge", merge).json()["id"]
    call("DELETE", f"{CONTACTS}/{result}")
    body = {"ids": [result]}
    sandbox.control.call("POST", "/objects/contacts/restore", body)
    call("POST", f"{CONTACTS}/gdpr-delete", {"objectId": result})
    events = {event["subscriptionType"]: event for event in told()}

    assert {"contact.merge", "contact.restore", "contact.privacyDeletion"} == set(
        events
    )
    merged = events["contact.merge"]
    assert (int(kept), [int(lost)], int(result)) == tuple(
        merged[name] for name in ("primaryObjectId", "mergedObjectIds", "newObjectId")
    )
    assert {int(result)} == {
        events[f"contact.{name}"]["objectId"] for name in ("restore", "privacyDeletion")
    }
