"""Many records at once: what fails as a whole, what fails alone."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import COMPANIES, CONTACTS, error_of, inputs

LOST = (
    "Could not get some CONTACT objects, they may be deleted or not exist. "
    "Check that ids are valid."
)


def contact(email: str, trace: str = "", **properties: str) -> dict[str, object]:
    item: dict[str, object] = {"properties": {"email": email, **properties}}
    return {**item, "objectWriteTraceId": trace} if trace else item


def emails(sandbox) -> set[str]:
    return {r["properties"].get("email") for r in sandbox.control.dump("contacts")}


def test_read_finds_some_and_lists_all_others_in_one_error(call, make):
    ada = make("contacts", email="ada@example.com")
    gone = make("contacts", email="bob@example.com")
    call("DELETE", f"{CONTACTS}/{gone}")
    ids = [{"id": ada}, {"id": gone}, {"id": "7"}, {"id": "x"}, {"id": ada}]
    answer = call("POST", f"{CONTACTS}/batch/read", inputs(*ids, properties=["city"]))
    body = answer.json()

    assert 207 == answer.status_code
    assert "COMPLETE" == body["status"]
    assert [ada] == [record["id"] for record in body["results"]]
    assert body["results"][0]["properties"]["city"] is None
    assert 1 == body["numErrors"]
    assert [
        {
            "status": "error",
            "message": LOST,
            "context": {"ids": [gone, "7", "x"]},
            "category": "OBJECT_NOT_FOUND",
        }
    ] == body["errors"]
    assert {"startedAt", "completedAt"} <= body.keys()


def test_read_without_losses_is_a_200_without_errors(call, make):
    ada = make("contacts", email="ada@example.com")
    answer = call("POST", f"{CONTACTS}/batch/read", inputs({"id": ada}))

    assert 200 == answer.status_code
    assert not {"errors", "numErrors"} & answer.json().keys()


def test_read_by_email_folds_case(call, make):
    ada = make("contacts", email="ada@example.com")
    body = inputs({"id": "ADA@Example.com"}, idProperty="email")
    answer = call("POST", f"{CONTACTS}/batch/read", body)

    assert [ada] == [record["id"] for record in answer.json()["results"]]


def test_read_of_archived_records_only_returns_those(call, make):
    kept = make("contacts", email="ada@example.com")
    gone = make("contacts", email="bob@example.com")
    call("DELETE", f"{CONTACTS}/{gone}")
    body = inputs({"id": kept}, {"id": gone})
    answer = call("POST", f"{CONTACTS}/batch/read?archived=true", body).json()

    assert [gone] == [record["id"] for record in answer["results"]]
    assert [kept] == answer["errors"][0]["context"]["ids"]


@pytest.mark.parametrize("action", ["read", "create", "update", "upsert", "archive"])
def test_more_than_100_inputs_are_refused(call, action):
    item = {"id": "1", "idProperty": "email", "properties": {}}
    answer = call("POST", f"{CONTACTS}/batch/{action}", inputs(*[item] * 101))

    assert 400 == answer.status_code
    assert {
        "message": "The maximum number of inputs supported in a batch is 100. "
        "Please reduce the number of items and try again",
        "category": "VALIDATION_ERROR",
    } == error_of(answer)


def test_histories_take_50_inputs_at_most(call):
    body = inputs(*[{"id": "1"}] * 51, propertiesWithHistory=["email"])
    answer = call("POST", f"{CONTACTS}/batch/read", body)

    assert (
        "The maximum number of inputs supported in a batch request for property "
        "histories is 50. Please reduce the number of items and try again"
    ) == error_of(answer)["message"]


def test_create_answers_201_with_one_result_each(call, sandbox):
    body = inputs(contact("A@x.com"), contact("b@x.com"))
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert 201 == answer.status_code
    assert {"a@x.com", "b@x.com"} == emails(sandbox)
    assert ["a@x.com", "b@x.com"] == [
        record["properties"]["email"] for record in answer.json()["results"]
    ]


def test_create_without_trace_ids_writes_nothing_if_one_value_is_bad(call, sandbox):
    body = inputs(contact("a@x.com"), contact("b@x.com", foo="1"), contact("c"))
    answer = call("POST", f"{CONTACTS}/batch/create", body)
    error = error_of(answer)

    assert 400 == answer.status_code
    assert error["message"].startswith("Property values were not valid: [{")
    assert ["PROPERTY_DOESNT_EXIST", "INVALID_EMAIL"] == [
        problem["code"] for problem in error["errors"]
    ]
    assert set() == emails(sandbox)


def test_create_without_trace_ids_is_a_409_if_one_exists(call, make, sandbox):
    ada = make("contacts", email="ada@x.com")
    make("contacts", email="bob@x.com")
    body = inputs(contact("new@x.com"), contact("ADA@x.com"), contact("bob@x.com"))
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert 409 == answer.status_code
    assert {
        "message": f"Contact already exists. Existing ID: {ada}",
        "category": "CONFLICT",
    } == error_of(answer)
    assert {"ada@x.com", "bob@x.com"} == emails(sandbox)


def test_create_of_the_same_email_twice_is_a_409_for_all(call, sandbox):
    body = inputs(contact("a@x.com"), contact("A@X.com"))
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert 409 == answer.status_code
    assert "Contact already exists" == error_of(answer)["message"]
    assert set() == emails(sandbox)


def test_create_with_trace_ids_fails_one_by_one(call, make, sandbox):
    ada = make("contacts", email="ada@x.com")
    body = inputs(
        contact("new@x.com", "t-1"), contact("ada@x.com", "t-2"), contact("c", "t-3")
    )
    answer = call("POST", f"{CONTACTS}/batch/create", body)
    result = answer.json()

    assert 207 == answer.status_code
    assert ["t-1"] == [record["objectWriteTraceId"] for record in result["results"]]
    assert 2 == result["numErrors"]
    assert {
        "status": "error",
        "message": f"Contact already exists. Existing ID: {ada}",
        "context": {"objectWriteTraceId": ["t-2"], "existingId": [ada]},
        "category": "CONFLICT",
    } == result["errors"][0]
    assert ["t-3"] == result["errors"][1]["context"]["objectWriteTraceId"]
    assert "VALIDATION_ERROR" == result["errors"][1]["category"]
    assert {"ada@x.com", "new@x.com"} == emails(sandbox)


def test_trace_ids_that_repeat_do_not_count(call, sandbox):
    body = inputs(contact("a@x.com", "t"), contact("bad", "t"))
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert 400 == answer.status_code
    assert set() == emails(sandbox)


def test_update_writes_some_and_lists_the_missing(call, make, sandbox):
    ada = make("contacts", email="ada@x.com")
    body = inputs(
        {"id": ada, "properties": {"city": "Ulm"}},
        {"id": "7", "properties": {"city": "Ulm"}},
        {"id": "ada@x.com", "properties": {"city": "Bonn"}},
    )
    answer = call("POST", f"{CONTACTS}/batch/update", body)
    result = answer.json()

    assert 207 == answer.status_code
    assert {"ids": ["7", "ada@x.com"]} == result["errors"][0]["context"]
    assert LOST == result["errors"][0]["message"]
    assert ["Ulm"] == [r["properties"]["city"] for r in result["results"]]
    assert "Ulm" == sandbox.control.dump("contacts")[0]["properties"]["city"]


def test_update_without_trace_ids_is_all_or_nothing(call, make, sandbox):
    ids = [make("contacts", email=f"p{n}@x.com") for n in range(2)]
    body = inputs(
        {"id": ids[0], "properties": {"city": "Ulm"}},
        {"id": ids[1], "properties": {"foo": "1"}},
    )
    answer = call("POST", f"{CONTACTS}/batch/update", body)

    assert 400 == answer.status_code
    assert not [
        r for r in sandbox.control.dump("contacts") if "city" in r["properties"]
    ]


@pytest.mark.parametrize("action", ["update", "upsert"])
def test_the_same_id_twice_refuses_the_batch_even_with_trace_ids(call, action):
    """Emails are compared in lower case."""
    items = [
        {"id": i, "idProperty": "email", "objectWriteTraceId": i, "properties": {}}
        for i in ("ada@x.com", "ADA@x.com")
    ]
    if action == "update":
        items = [{**item, "id": "123", "idProperty": ""} for item in items]
    answer = call("POST", f"{CONTACTS}/batch/{action}", inputs(*items))
    twice = items[0]["id"]

    assert 400 == answer.status_code
    assert {
        "message": f"Duplicate IDs found in batch input: [{twice}]. IDs must be unique",
        "context": {"ids": [twice]},
        "category": "VALIDATION_ERROR",
    } == error_of(answer)


@pytest.mark.parametrize(
    ("path", "action", "id_property", "type_id"),
    [
        (CONTACTS, "update", "email", "0-1"),
        (CONTACTS, "update", "hs_object_id", "0-1"),
        (CONTACTS, "upsert", "phone", "0-1"),
        (COMPANIES, "upsert", "domain", "0-2"),
    ],
)
def test_a_key_that_is_not_unique_is_refused(call, path, action, id_property, type_id):
    item = {"id": "1", "idProperty": id_property, "properties": {}}
    answer = call("POST", f"{path}/batch/{action}", inputs(item))

    assert 400 == answer.status_code
    assert (
        "Unable to perform update/upsert by non-unique "
        f"{type_id} property {id_property}"
    ) == error_of(answer)["message"]


def test_upsert_creates_and_updates_and_says_which(call, make, sandbox):
    ada = make("contacts", email="ada@x.com", city="Ulm")
    body = inputs(
        *(
            {"id": i, "idProperty": "email", "properties": {"phone": "1"}}
            for i in ("ADA@x.com", "new@x.com")
        )
    )
    answer = call("POST", f"{CONTACTS}/batch/upsert", body)
    new = {r["properties"]["phone"]: r["new"] for r in answer.json()["results"]}
    records = {r["id"]: r["properties"] for r in sandbox.control.dump("contacts")}

    assert 200 == answer.status_code
    assert {True, False} == {r["new"] for r in answer.json()["results"]}
    assert {"1"} == new.keys()
    assert "Ulm" == records[ada]["city"]
    assert {"ada@x.com", "new@x.com"} == emails(sandbox)


def test_upsert_by_an_additional_email_is_a_409_for_all(call, sandbox):
    (ada,) = sandbox.control.create(
        "contacts",
        [{"properties": {"email": "a@x.com", "hs_additional_emails": "b@x.com"}}],
    )
    body = inputs(
        {"id": "new@x.com", "idProperty": "email", "properties": {}},
        {"id": "b@x.com", "idProperty": "email", "properties": {}},
    )
    answer = call("POST", f"{CONTACTS}/batch/upsert", body)

    assert 409 == answer.status_code
    assert f"Contact already exists. Existing ID: {ada}" == error_of(answer)["message"]
    assert {"a@x.com"} == emails(sandbox)


def test_results_of_an_upsert_are_not_in_the_order_of_the_inputs(call):
    body = inputs(
        *(
            {"id": f"p{n}@x.com", "idProperty": "email", "properties": {}}
            for n in range(3)
        )
    )
    answer = call("POST", f"{CONTACTS}/batch/upsert", body)

    assert ["p2@x.com", "p1@x.com", "p0@x.com"] == [
        record["properties"]["email"] for record in answer.json()["results"]
    ]


def test_archive_answers_204_whoever_is_there(call, make, sandbox):
    ada = make("contacts", email="ada@x.com")
    answer = call("POST", f"{CONTACTS}/batch/archive", inputs({"id": ada}, {"id": "7"}))

    assert (204, b"") == (answer.status_code, answer.content)
    assert [] == sandbox.control.dump("contacts")
