"""Every generation of paths leads to the same place."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs

BASES = [
    f"{base}/{name}"
    for base in ("/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09")
    for name in ("contacts", "contact", "0-1")
]


@pytest.mark.parametrize("base", BASES)
def test_a_contact_is_the_same_under_every_path(call, base):
    contact = call("POST", base, {"properties": {"email": "ada@x.com"}}).json()["id"]
    update = {"id": contact, "properties": {"city": "Ulm"}}
    statuses = [
        call("GET", f"{base}/{contact}").status_code,
        call("GET", f"{base}/{contact}/").status_code,
        call("GET", f"{base}/?limit=1").status_code,
        call("POST", f"{base}/batch/read/", inputs({"id": contact})).status_code,
        call("POST", f"{base}/batch/update", inputs(update)).status_code,
        call("POST", f"{base}/search", {}).status_code,
    ]
    read = call("GET", f"{CONTACTS}/{contact}?properties=city").json()

    assert [200] * 6 == statuses
    assert "Ulm" == read["properties"]["city"]


@pytest.mark.parametrize(
    ("singular", "plural", "type_id", "needs"),
    [
        ("company", "companies", "0-2", {}),
        ("deal", "deals", "0-3", {}),
        ("ticket", "tickets", "0-5", {}),
        ("task", "tasks", "0-27", {"hs_timestamp": "0"}),
        ("note", "notes", "0-46", {"hs_timestamp": "0"}),
        ("meeting", "meetings", "0-47", {"hs_timestamp": "0"}),
        ("call", "calls", "0-48", {"hs_timestamp": "0"}),
        ("email", "emails", "0-49", {"hs_timestamp": "0"}),
    ],
)
def test_every_object_answers_to_all_its_names(call, singular, plural, type_id, needs):
    made = call("POST", f"/crm/v3/objects/{plural}", {"properties": needs}).json()
    found = {
        call("GET", f"/crm/v3/objects/{name}/{made['id']}").json()["id"]
        for name in (singular, plural, type_id)
    }

    assert {made["id"]} == found
    assert f"/record/{type_id}/{made['id']}" in made["url"]
    assert "hs_lastmodifieddate" in made["properties"]


@pytest.mark.parametrize("base", ["/crm/v4", "/crm"])
def test_associations_answer_under_both_generations(call, make, base):
    contact, company = make("contacts"), make("companies")
    objects = f"{base}/objects" if base == "/crm/v4" else f"{base}/objects/2026-09"
    batch = f"{base}/associations" + ("" if base == "/crm/v4" else "/2026-09")
    path = f"{objects}/contacts/{contact}/associations"
    put = call("PUT", f"{path}/default/companies/{company}")
    got = call("GET", f"{path}/companies")
    read = call("POST", f"{batch}/0-1/0-2/batch/read", inputs({"id": contact}))

    assert [200, 200, 200] == [put.status_code, got.status_code, read.status_code]
    assert got.json()["results"] == read.json()["results"][0]["to"]


@pytest.mark.parametrize(("switch", "status"), [(True, 207), (False, 200)])
def test_partial_success_in_2026_09_is_a_matter_of_a_switch(
    call, sandbox, switch, status
):
    sandbox.control.put_switches(multi_status_in_2026_09=switch)
    body = inputs({"id": "7"})
    new = call("POST", "/crm/objects/2026-09/contacts/batch/read", body)
    old = call("POST", f"{CONTACTS}/batch/read", body)

    assert (status, 1) == (new.status_code, new.json()["numErrors"])
    assert 207 == old.status_code


@pytest.mark.parametrize(
    "path",
    [
        "/crm/lists/2026-09/search",
        "/crm/v3/pipelines/deals",
        "/crm/v4/associations/usage/high-usage-report/7",
        "/contacts/v1/lists/5/add",
        "/engagements/v1/engagements",
    ],
)
def test_what_is_not_imitated_says_so(call, path):
    answer = call("POST", path, {})

    assert 501 == answer.status_code
    assert "does not imitate" in error_of(answer)["message"]
