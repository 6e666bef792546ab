"""The control plane, and what the sandbox remembers of its requests."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, inputs


def test_health_names_the_account(sandbox):
    assert {"status": "ok", "portal_id": "20000001"} == sandbox.control.health()


def test_seeded_records_may_bring_their_ids(sandbox, call):
    rows = [{"id": "501", "email": "Ada@x.com"}, {"email": "bob@x.com"}]
    sandbox.control.seed("contacts", rows)
    sandbox.control.seed("contacts", [{"id": "77", "email": "cleo@x.com"}])

    assert ["77", "501", "100000000001"] == [
        record["id"] for record in sandbox.control.dump("contacts")
    ]
    assert "ada@x.com" == call("GET", f"{CONTACTS}/501").json()["properties"]["email"]


@pytest.mark.parametrize(
    "row", [{"id": "x"}, {"id": "501"}, {"foo": "1"}, {"email": "ada@x.com"}]
)
def test_a_seed_that_cannot_be_is_refused(sandbox, row):
    sandbox.control.seed("contacts", [{"id": "501", "email": "ada@x.com"}])
    with pytest.raises(ValueError, match=r"id|exist|Property|501"):
        sandbox.control.seed("contacts", [row])


def test_the_dump_holds_whole_records_with_associations(sandbox, make, note):
    contact = make("contacts", email="ada@x.com", city="Ulm")
    activity = note(contact)
    (record,) = sandbox.control.dump("contacts")

    assert (contact, "Ulm") == (record["id"], record["properties"]["city"])
    assert {"notes": [{"id": activity, "types": [201]}]} == record["associations"]
    assert record["archived"] is False


def test_the_dump_is_paged_and_narrowed(sandbox):
    sandbox.control.seed("contacts", [{"city": str(n)} for n in range(7)])
    records = sandbox.control.dump("contacts", limit=3, properties="city,phone")

    assert [{"city": str(n), "phone": None} for n in range(7)] == [
        record["properties"] for record in records
    ]


def test_a_persons_failures_are_told_one_by_one(sandbox, make):
    make("contacts", email="ada@x.com")
    rows = [
        {"properties": {"email": "ada@x.com"}},
        {"properties": {"email": "b@x.com"}},
    ]
    body = {"inputs": rows}
    answer = sandbox.control.call("POST", "/objects/contacts", body)

    assert 1 == len(answer["results"])
    assert [(0, "CONFLICT")] == [(e["index"], e["category"]) for e in answer["errors"]]


def test_a_person_creates_one_record_without_a_list(sandbox):
    body = {"properties": {"city": "Ulm"}}
    answer = sandbox.control.call("POST", "/objects/contacts", body)

    assert [record["id"] for record in answer["results"]] == [
        record["id"] for record in sandbox.control.dump("contacts")
    ]


def test_requests_are_remembered_by_route(sandbox, call, make):
    contact = make("contacts", email="ada@x.com")
    item = {"id": contact}
    call("POST", f"{CONTACTS}/batch/read", inputs(item, item))
    call("POST", "/crm/objects/2026-09/companies/batch/read", inputs(item))
    call("GET", "/nonsense")
    summary = sandbox.control.summary()
    batch_read = "POST /crm/{version}/objects/{type}/batch/read"

    assert {
        "POST /crm/{version}/objects/{type}": 1,
        batch_read: 2,
        "GET (unknown)": 1,
    } == summary["by_route"]
    assert {batch_read: 3} == summary["inputs_by_route"]
    assert (4, 0, 3) == (summary["total"], summary["throttled"], summary["worst_10s"])


def test_requests_are_listed_since_a_moment_and_forgotten(sandbox, call):
    call("GET", CONTACTS)
    call("GET", f"{CONTACTS}/7")
    entries = sandbox.control.requests()
    later = sandbox.control.requests(since=entries[1]["at"])
    last_at = sandbox.control.summary()["last_request_at"]
    sandbox.control.forget_requests()

    assert [200, 404] == [entry["status"] for entry in entries]
    assert ["GET /crm/{version}/objects/{type}/{id}"] == [e["route"] for e in later]
    assert entries[1]["at"] == last_at
    assert [] == sandbox.control.requests()
    assert 0 == sandbox.control.summary()["total"]


def test_reset_undoes_everything(sandbox, call, make):
    make("contacts", email="ada@x.com")
    sandbox.control.put_faults({"kind": "500"})
    sandbox.control.put_limits(plan="free", search_lag_s=9)
    sandbox.control.put_switches(echo_trace_id=False)
    sandbox.control.reset()

    assert [] == call("GET", CONTACTS).json()["results"]
    assert [] == sandbox.control.faults()
    assert sandbox.control.call("GET", "/limits")["per_10_s"] is None
    assert 0 == sandbox.control.call("GET", "/limits")["search_lag_s"]
    assert sandbox.control.call("GET", "/switches")["echo_trace_id"] is True


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/nonsense", None),
        ("GET", "/objects/widgets", None),
        ("POST", "/objects/contacts", {}),
        ("PATCH", "/objects/contacts", {"inputs": [{"properties": {}}]}),
        ("POST", "/seed", []),
        ("PUT", "/switches", {"nonsense": True}),
        ("PUT", "/switches", {"echo_trace_id": "yes"}),
    ],
)
def test_a_control_call_that_makes_no_sense_says_why(sandbox, method, path, body):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        sandbox.control.call(method, path, body)
