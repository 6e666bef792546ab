"""Searching: operators, limits, pages, and the moment a write stays invisible."""

from __future__ import annotations

import pytest
import requests

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import running
from tests.integration.sandbox.conftest import COMPANIES, CONTACTS, Clock, error_of

PEOPLE = [
    {"id": "1", "email": "ada@acme.com", "firstname": "Ada", "city": "Ulm"},
    {"id": "2", "email": "bob@acme.com", "firstname": "Bob", "closedate": "2000"},
    {"id": "3", "email": "cleo@beta.org", "city": "ulm", "closedate": "3000"},
    {"id": "4", "firstname": "Ada Maria", "hs_lead_status": "NEW"},
]


def where(name: str, operator: str, **more: object) -> dict[str, object]:
    return {"propertyName": name, "operator": operator, **more}


@pytest.fixture
def find(call, sandbox):
    """Give a function that searches the four people and returns ids."""
    sandbox.control.seed("contacts", PEOPLE)

    def search(**body: object) -> list[str]:
        answer = call("POST", f"{CONTACTS}/search", body)
        assert 200 == answer.status_code, answer.text
        assert answer.json()["total"] >= len(answer.json()["results"])
        return [record["id"] for record in answer.json()["results"]]

    return search


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("email", "EQ", value="ADA@acme.com"), ["1"]),
        (where("city", "EQ", value="ulm"), ["1", "3"]),
        (where("city", "NEQ", value="ulm"), ["2", "4"]),
        (where("city", "IN", values=["ulm", "bonn"]), ["1", "3"]),
        (where("city", "IN", values=["Ulm"]), []),
        (where("email", "NOT_IN", values=["ada@acme.com"]), ["2", "3", "4"]),
        (where("email", "HAS_PROPERTY"), ["1", "2", "3"]),
        (where("email", "NOT_HAS_PROPERTY"), ["4"]),
        (where("email", "CONTAINS_TOKEN", value="*@acme.com"), ["1", "2"]),
        (where("email", "CONTAINS_TOKEN", value="beta"), ["3"]),
        (where("firstname", "CONTAINS_TOKEN", value="ada"), ["1", "4"]),
        (where("firstname", "NOT_CONTAINS_TOKEN", value="ada"), ["2", "3"]),
        (where("closedate", "GT", value="2000"), ["3"]),
        (where("closedate", "GTE", value=2000), ["2", "3"]),
        (where("closedate", "LT", value="1970-01-01T00:00:03Z"), ["2"]),
        (where("closedate", "LTE", value="3000"), ["2", "3"]),
        (where("closedate", "BETWEEN", value="2500", highValue="3500"), ["3"]),
        (where("hs_object_id", "GT", value="2"), ["3", "4"]),
        (where("hs_object_id", "IN", values=["2", "4"]), ["2", "4"]),
        (where("hs_lead_status", "EQ", value="NEW"), ["4"]),
        (where("hs_lead_status", "EQ", value="new"), []),
    ],
)
def test_an_operator(find, condition, expected):
    assert expected == find(filterGroups=[{"filters": [condition]}])


def test_filters_of_a_group_are_anded_and_groups_ored(find):
    ulm = where("city", "EQ", value="ulm")
    ada = where("firstname", "EQ", value="ada")
    status = where("hs_lead_status", "EQ", value="NEW")
    groups = [{"filters": [ulm, ada]}, {"filters": [status]}]

    assert ["1", "4"] == find(filterGroups=groups)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"filters": [where("city", "HAS_PROPERTY")]}, ["1", "3"]),
        ({"query": "ada"}, ["1", "4"]),
        ({"query": "ACME bob"}, ["2"]),
        ({"sorts": [{"propertyName": "firstname", "direction": "DESCENDING"}]}, "2413"),
        ({"sorts": ["-firstname"]}, "2413"),
        ({"sorts": ["firstname"], "limit": 1, "after": "1"}, ["1"]),
        ({"limit": 2, "after": 2}, ["3", "4"]),
        ({"after": 0, "limit": 200, "filterGroups": []}, ["1", "2", "3", "4"]),
    ],
)
def test_a_request_may_take_many_forms(find, body, expected):
    assert list(expected) == find(**body)


def test_pages_are_offsets_and_the_last_has_no_paging(call, find):
    first = call("POST", f"{CONTACTS}/search", {"limit": 3}).json()
    second = call("POST", f"{CONTACTS}/search", {"limit": 3, "after": "3"}).json()

    assert (4, {"next": {"after": "3"}}) == (first["total"], first["paging"])
    assert "paging" not in second


def test_associated_records_are_found(call, find, make):
    company = make("companies", domain="acme.com")
    path = f"/crm/v4/objects/contacts/2/associations/default/companies/{company}"
    call("PUT", path)

    assert ["2"] == find(filters=[where("associations.company", "EQ", value=company)])


def test_archived_records_are_not_found(call, find):
    call("DELETE", f"{CONTACTS}/1")

    assert [] == find(filters=[where("email", "EQ", value="ada@acme.com")])


def test_an_index_follows_changes(call, find):
    """The second search uses the index that the first one made."""
    by_old = [where("email", "EQ", value="ada@acme.com")]
    by_new = [where("email", "EQ", value="new@acme.com")]
    before = find(filters=by_old)
    call("PATCH", f"{CONTACTS}/1", {"properties": {"email": "new@acme.com"}})

    assert (["1"], [], ["1"]) == (before, find(filters=by_old), find(filters=by_new))


FILTER = where("city", "EQ", value="x")


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "10000"},
        {"after": "9900", "limit": 101},
        {"after": "x"},
        {"filterGroups": [{"filters": [FILTER]}] * 6},
        {"filterGroups": [{"filters": [FILTER] * 7}]},
        {"filterGroups": [{"filters": [FILTER] * 5}] * 4},
        {"sorts": ["city", "email"]},
        {"filters": [where("nonsense", "EQ", value="x")]},
        {"query": "x" * 3_000},
    ],
)
def test_what_is_too_much_is_a_400(call, sandbox, body):
    answer = call("POST", f"{CONTACTS}/search", body)

    assert 400 == answer.status_code
    assert "VALIDATION_ERROR" == error_of(answer)["category"]


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (
            {"value": "x"},
            "Cannot build Filter, some of required attributes are not set "
            "[propertyName, operator]",
        ),
        (
            where("closedate", "BETWEEN", value="1"),
            "Cannot construct instance of "
            "`com.hubspot.inbounddb.publicobject.core.v3.search.Filter`, problem: "
            "operator BETWEEN requires a highValue",
        ),
    ],
)
def test_a_filter_without_its_parts(call, condition, reason):
    answer = call("POST", f"{CONTACTS}/search", {"filters": [condition]})

    assert {"message": f"Invalid input JSON on line 1, column 1: {reason}"} == error_of(
        answer
    )


def test_a_hundred_domains_are_searched_at_once(call, sandbox):
    sandbox.control.seed("companies", [{"domain": f"d{n}.com"} for n in range(300)])
    domains = [f"d{n}.com" for n in range(100)]
    body = {"filters": [where("domain", "IN", values=domains)], "limit": 200}
    answer = call("POST", f"{COMPANIES}/search", body).json()

    assert set(domains) == {r["properties"]["domain"] for r in answer["results"]}
    assert 100 == answer["total"]


def test_search_sees_a_write_only_after_the_lag():
    """Old values are found, and shown, until then; reads by id know at once."""
    clock = Clock()
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=2.0)
    with running(config, clock=clock) as sandbox, requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {config.token}"
        url = f"{sandbox.url}{CONTACTS}"

        def cities() -> list[str]:
            found = http.post(f"{url}/search", json={"properties": ["city"]}).json()
            return [r["properties"]["city"] for r in found["results"]]

        made = http.post(url, json={"properties": {"city": "Ulm"}}).json()["id"]
        seen = [cities()]
        clock.time += 2
        seen.append(cities())
        http.patch(f"{url}/{made}", json={"properties": {"city": "Bonn"}})
        read = http.get(f"{url}/{made}?properties=city").json()
        seen.append(cities())
        clock.time += 2
        seen.append(cities())

    assert [[], ["Ulm"], ["Ulm"], ["Bonn"]] == seen
    assert "Bonn" == read["properties"]["city"]


def test_notes_are_searched_too(call, make, note):
    wanted = note(make("contacts", email="ada@example.com"))
    found = call("POST", "/crm/v3/objects/notes/search", {"query": "hello"}).json()

    assert [wanted] == [record["id"] for record in found["results"]]
