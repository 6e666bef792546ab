"""Where HubSpot's behaviour is uncertain: each switch changes what it says."""

from __future__ import annotations

from tests.integration.sandbox.conftest import (
    COMPANIES,
    CONTACTS,
    LINKS,
    error_of,
    inputs,
)


def test_pins_may_be_taken_without_association(call, sandbox, make):
    sandbox.control.put_switches(pin_requires_association=False)
    body = {"properties": {"hs_pinned_engagement_id": "7"}}
    answer = call("PATCH", f"{CONTACTS}/{make('contacts')}", body)

    assert "7" == answer.json()["properties"]["hs_pinned_engagement_id"]


def test_the_lifecycle_may_go_backward(call, sandbox, make):
    sandbox.control.put_switches(lifecycle_forward_only=False)
    contact = make("contacts", lifecyclestage="customer")
    body = {"properties": {"lifecyclestage": "lead"}}
    answer = call("PATCH", f"{CONTACTS}/{contact}", body)

    assert "lead" == answer.json()["properties"]["lifecyclestage"]


def test_a_new_contact_may_have_no_stage(call, sandbox):
    sandbox.control.put_switches(default_lifecycle_stage="")
    answer = call("POST", CONTACTS, {"properties": {"city": "Ulm"}})

    assert "lifecyclestage" not in answer.json()["properties"]


def test_a_contact_may_need_a_name_or_an_email(call, sandbox):
    sandbox.control.put_switches(contact_needs_identity=True)
    nobody = call("POST", CONTACTS, {"properties": {"city": "Ulm"}})
    somebody = call("POST", CONTACTS, {"properties": {"lastname": "L"}})

    assert (400, 201) == (nobody.status_code, somebody.status_code)
    assert "MISSING_REQUIRED_PROPERTY" == error_of(nobody)["errors"][0]["code"]


def test_createdate_and_additional_emails_may_be_written(call, sandbox):
    sandbox.control.put_switches(
        createdate_writable=True, additional_emails_writable=True
    )
    properties = {"createdate": "1000", "hs_additional_emails": "a@x.com;b@x.com"}
    made = call("POST", CONTACTS, {"properties": properties}).json()
    clash = call("POST", CONTACTS, {"properties": {"email": "b@x.com"}})

    assert "1970-01-01T00:00:01.000Z" == made["properties"]["createdate"]
    assert 409 == clash.status_code


def test_a_secondary_email_may_be_a_409_on_update(call, sandbox, make):
    sandbox.control.put_switches(secondary_email_taken_is_400=False)
    rows = [{"properties": {"hs_additional_emails": "a@x.com"}}]
    (owner,) = sandbox.control.create("contacts", rows)
    body = {"properties": {"email": "a@x.com"}}
    answer = call("PATCH", f"{CONTACTS}/{make('contacts')}", body)

    assert 409 == answer.status_code
    assert f"Existing ID: {owner}" in error_of(answer)["message"]


def test_an_upsert_may_insist_on_the_email_property(call, sandbox):
    sandbox.control.put_switches(upsert_needs_email_property=True)
    item = {"id": "a@x.com", "idProperty": "email", "properties": {"city": "Ulm"}}
    partial = call("POST", f"{CONTACTS}/batch/upsert", inputs(item))
    item["properties"]["email"] = "a@x.com"
    whole = call("POST", f"{CONTACTS}/batch/upsert", inputs(item))

    assert (400, 200) == (partial.status_code, whole.status_code)


def test_a_batch_conflict_may_keep_the_id_to_itself(call, sandbox, make):
    sandbox.control.put_switches(batch_conflict_names_id=False)
    make("contacts", email="a@x.com")
    body = inputs({"properties": {"email": "a@x.com"}})
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert (409, "Contact already exists") == (
        answer.status_code,
        error_of(answer)["message"],
    )


def test_trace_ids_may_stay_unechoed(call, sandbox):
    sandbox.control.put_switches(echo_trace_id=False)
    body = inputs({"properties": {}, "objectWriteTraceId": "t"})
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert "objectWriteTraceId" not in answer.json()["results"][0]


def test_results_may_come_in_reverse(call, sandbox):
    sandbox.control.put_switches(batch_result_order="reversed")
    body = inputs(*({"properties": {"city": c}} for c in "ab"))
    answer = call("POST", f"{CONTACTS}/batch/create", body)

    assert ["b", "a"] == [r["properties"]["city"] for r in answer.json()["results"]]


def test_an_unknown_email_may_be_an_object_not_found(call, sandbox):
    sandbox.control.put_switches(email_miss_is_object_not_found=True)
    answer = call("GET", f"{CONTACTS}/a@x.com?idProperty=email")

    assert "OBJECT_NOT_FOUND" == error_of(answer)["category"]


def test_an_unknown_id_may_be_a_page_of_html(call, sandbox):
    sandbox.control.put_switches(missing_id_is_html=True)
    read = call("GET", f"{CONTACTS}/7")
    write = call("PATCH", f"{CONTACTS}/7", {"properties": {}})

    assert read.headers["Content-Type"].startswith("text/html")
    assert "resource not found" == error_of(write)["message"]


def test_the_first_company_may_become_primary(call, sandbox, make):
    sandbox.control.put_switches(first_company_becomes_primary=True)
    contact = make("contacts", email="a@x.com")
    for name in ("One", "Two"):
        company = make("companies", name=name)
        pair = {"from": {"id": company}, "to": {"id": contact}}
        path = LINKS.replace("contacts/companies", "companies/contacts")
        call("POST", f"{path}/associate/default", inputs(pair))
    links = call("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies")

    assert [2, 1] == [len(r["associationTypes"]) for r in links.json()["results"]]


def test_association_archives_may_be_small(call, sandbox):
    sandbox.control.put_switches(association_archive_limit=1)
    pair = {"from": {"id": "1"}, "to": [{"id": "2"}]}
    statuses = [
        call("POST", f"{LINKS}/archive", inputs(*[pair] * n)).status_code
        for n in (1, 2)
    ]

    assert [204, 400] == statuses


def test_a_429_may_say_when_to_come_back(call, sandbox):
    sandbox.control.put_switches(retry_after_on_429=True)
    sandbox.control.put_faults({"kind": "429_secondly"})

    assert "1" == call("GET", CONTACTS).headers["Retry-After"]


def test_errors_may_be_counted_by_input(call, sandbox):
    sandbox.control.put_switches(num_errors_counts_inputs=True)
    body = inputs(*({"id": str(n)} for n in range(3)))
    answer = call("POST", f"{COMPANIES}/batch/read", body)

    assert (3, 1) == (answer.json()["numErrors"], len(answer.json()["errors"]))
