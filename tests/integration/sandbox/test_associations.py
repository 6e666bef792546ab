"""Associations: both directions, labels, the one primary company, batches."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import LINKS, error_of, inputs, spec


@pytest.fixture
def pair(make):
    """Give a contact and a company that do not know each other."""
    return make("contacts", email="ada@x.com"), make("companies", domain="x.com")


def types(call, contact: str, *, path: str = "contacts/{}/associations/companies"):
    """Return the neighbours of a record: id to type ids, in the order answered."""
    answer = call("GET", f"/crm/v4/objects/{path.format(contact)}").json()
    return {
        link["toObjectId"]: [t["typeId"] for t in link["associationTypes"]]
        for link in answer["results"]
    }


def link(contact: str, company: str, *type_ids: int) -> dict[str, object]:
    return {
        "from": {"id": contact},
        "to": {"id": company},
        "types": [spec(i) for i in type_ids],
    }


def test_a_default_association_goes_both_ways(call, pair):
    contact, company = pair
    path = (
        f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"
    )
    answers = [call("PUT", path) for _ in range(2)]

    assert [200, 200] == [answer.status_code for answer in answers]
    assert [
        {"from": {"id": contact}, "to": {"id": company}, "associationSpec": spec(279)},
        {"from": {"id": company}, "to": {"id": contact}, "associationSpec": spec(280)},
    ] == answers[1].json()["results"]
    assert {int(company): [279]} == types(call, contact)
    back = types(call, company, path="companies/{}/associations/0-1")
    assert {int(contact): [280]} == back


def test_a_label_brings_the_unlabeled_type_along(call, pair):
    contact, company = pair
    path = f"/crm/v4/objects/contact/{contact}/associations/company/{company}"
    answer = call("PUT", path, [spec(1)])

    assert 201 == answer.status_code
    assert {
        "fromObjectTypeId": "0-1",
        "fromObjectId": int(contact),
        "toObjectTypeId": "0-2",
        "toObjectId": int(company),
        "labels": ["Primary"],
    } == answer.json()
    assert {int(company): [279, 1]} == types(call, contact)


def test_putting_labels_again_replaces_them(call, make):
    one, other = make("companies", name="One"), make("companies", name="Other")
    path = f"/crm/v4/objects/companies/{one}/associations/companies/{other}"
    call("PUT", path, [spec(13)])
    call("PUT", path, [spec(14)])

    assert {int(other): [450, 14]} == types(
        call, one, path="companies/{}/associations/companies"
    )


def test_a_contact_has_one_primary_company_at_most(call, pair, make):
    contact, first = pair
    second = make("companies", domain="y.com")
    for company in (first, second):
        call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))

    assert {int(first): [279], int(second): [279, 1]} == types(call, contact)


def test_delete_takes_every_association_of_the_pair_away(call, pair):
    contact, company = pair
    call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    statuses = [call("DELETE", path).status_code for _ in range(2)]

    assert [204, 204] == statuses
    assert {} == types(call, contact)
    assert {} == types(call, company, path="companies/{}/associations/contacts")


def test_batch_create_judges_every_input_by_itself(call, pair):
    contact, company = pair
    body = inputs(
        link(contact, company, 279),
        link(contact, "7", 279),
        link("x", company, 279),
        link(contact, company, 280),
        link(contact, company, 201),
    )
    answer = call("POST", f"{LINKS}/create", body)
    result = answer.json()

    assert 207 == answer.status_code
    assert [(int(contact), int(company), [])] == [
        (r["fromObjectId"], r["toObjectId"], r["labels"]) for r in result["results"]
    ]
    assert [
        "One or more associations are invalid",
        "x is not a valid ID",
        "invalid from object type 0-1 for associations to be created. expected: 0-2",
        "One or more associations are invalid",
    ] == [error["message"] for error in result["errors"]]
    assert ["COMPANY=7 is not valid"] == result["errors"][0]["context"][
        "INVALID_OBJECT_IDS"
    ]
    assert "crm.associations.INVALID_IDENTIFIER" == result["errors"][1]["subCategory"]
    assert 4 == result["numErrors"]


def test_a_batch_that_gives_many_contacts_one_company_is_counted(call, pair, make):
    contact, company = pair
    other = make("contacts", email="bob@x.com")
    wanted = [link(contact, company, 1), link(other, company, 1)]
    answer = call("POST", f"{LINKS}/create", inputs(*wanted))
    asked = {"params": {"properties": "num_associated_contacts,associatedcompanyid"}}

    assert 201 == answer.status_code
    counted = call("GET", f"/crm/v3/objects/companies/{company}", **asked).json()
    assert "2" == counted["properties"]["num_associated_contacts"]
    for each in (contact, other):
        read = call("GET", f"/crm/v3/objects/contacts/{each}", **asked).json()
        assert company == read["properties"]["associatedcompanyid"]


def test_batch_default_answers_both_directions(call, pair):
    contact, company = pair
    body = inputs({"from": {"id": contact}, "to": {"id": company}})
    answer = call("POST", f"{LINKS}/associate/default", body)

    assert 200 == answer.status_code
    assert [279, 280] == [
        r["associationSpec"]["associationTypeId"] for r in answer.json()["results"]
    ]


def test_batch_read_gives_from_as_text_and_to_as_number(call, pair):
    contact, company = pair
    call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))
    answer = call("POST", f"{LINKS}/read", inputs({"id": contact}))

    assert 200 == answer.status_code
    assert [
        {
            "from": {"id": contact},
            "to": [
                {
                    "toObjectId": int(company),
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
                        {
                            "category": "HUBSPOT_DEFINED",
                            "typeId": 1,
                            "label": "Primary",
                        },
                    ],
                }
            ],
        }
    ] == answer.json()["results"]


def test_batch_read_tells_who_has_none(call, pair):
    contact, _ = pair
    answer = call("POST", f"{LINKS}/read", inputs({"id": contact}, {"id": "abc"}))
    none, wrong = answer.json()["errors"]

    assert 207 == answer.status_code
    assert {
        "status": "error",
        "message": f"No company is associated with contact {contact}.",
        "context": {
            "fromObjectId": [contact],
            "fromObjectType": ["contact"],
            "toObjectType": ["company"],
        },
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
    } == none
    assert ("VALIDATION_ERROR", "crm.associations.INVALID_IDENTIFIER") == (
        wrong["category"],
        wrong["subCategory"],
    )


@pytest.mark.parametrize(
    ("action", "limit", "status"),
    [
        ("read", 1_000, 207),
        ("create", 2_000, 207),
        ("associate/default", 2_000, 200),
    ],
)
def test_batches_have_their_own_sizes(call, action, limit, status):
    item = {"id": "5", "from": {"id": "5"}, "to": {"id": "6"}, "types": [spec(279)]}
    allowed = call("POST", f"{LINKS}/{action}", inputs(*[item] * limit))
    refused = call("POST", f"{LINKS}/{action}", inputs(*[item] * (limit + 1)))

    assert (status, 400) == (allowed.status_code, refused.status_code)
    assert f"supported in a batch is {limit}." in error_of(refused)["message"]


@pytest.mark.parametrize(
    ("base", "status"),
    [("/crm/v4/associations", 204), ("/crm/associations/2026-09", 200)],
)
def test_batch_archive_answers_by_version(call, pair, base, status):
    contact, company = pair
    call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))
    body = inputs({"from": {"id": contact}, "to": [{"id": company}, {"id": "7"}]})
    answer = call("POST", f"{base}/contacts/companies/batch/archive", body)

    assert status == answer.status_code
    assert {} == types(call, contact)
    if status == 200:
        assert ("COMPLETE", []) == (answer.json()["status"], answer.json()["results"])


@pytest.mark.parametrize(("type_id", "left"), [(1, [279]), (279, None)])
def test_archiving_the_unlabeled_type_takes_the_labels_along(call, pair, type_id, left):
    contact, company = pair
    call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))
    body = inputs(link(contact, company, type_id))
    answer = call("POST", f"{LINKS}/labels/archive", body)

    assert 204 == answer.status_code
    assert ({int(company): left} if left else {}) == types(call, contact)


def test_the_labels_of_a_pair_are_listed(call):
    for base in ("/crm/v4/associations", "/crm/associations/v4"):
        answer = call("GET", f"{base}/contacts/companies/labels").json()

        assert [(279, None), (1, "Primary")] == [
            (label["typeId"], label["label"]) for label in answer["results"]
        ]


def test_one_records_associations_are_paged(call, make, pair):
    contact, first = pair
    companies = [first, *(make("companies", name=str(n)) for n in range(4))]
    for company in companies:
        call("POST", f"{LINKS}/create", inputs(link(contact, company, 279)))
    seen, after = [], ""
    for size in (2, 2, 1):
        path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
        page = call("GET", f"{path}?limit=2&after={after}").json()
        seen += [str(found["toObjectId"]) for found in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after", "")
        assert size == len(page["results"])

    assert (companies, "") == (seen, after)


def test_reads_of_a_record_name_the_types(call, pair):
    contact, company = pair
    call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))
    read = call(
        "GET", f"/crm/v3/objects/contacts/{contact}?associations=company"
    ).json()

    assert [
        {"id": company, "type": "contact_to_company"},
        {"id": company, "type": "contact_to_company_unlabeled"},
    ] == read["associations"]["companies"]["results"]


def test_archiving_a_record_takes_its_associations_along(call, pair):
    contact, company = pair
    call("POST", f"{LINKS}/create", inputs(link(contact, company, 1)))
    call("DELETE", f"/crm/v3/objects/companies/{company}")

    assert {} == types(call, contact)


TYPE_IDS = [
    ("contacts", "notes", 201, 202),
    ("contacts", "meetings", 199, 200),
    ("contacts", "calls", 193, 194),
    ("contacts", "emails", 197, 198),
    ("contacts", "tasks", 203, 204),
    ("contacts", "deals", 4, 3),
    ("contacts", "tickets", 15, 16),
    ("contacts", "contacts", 449, 449),
    ("companies", "deals", 342, 341),
    ("companies", "tickets", 340, 339),
    ("companies", "notes", 189, 190),
    ("deals", "tickets", 27, 28),
    ("deals", "notes", 213, 214),
    ("tickets", "notes", 227, 228),
]


@pytest.mark.parametrize(("start", "end", "there", "back"), TYPE_IDS)
def test_every_pair_has_hubspots_type_ids(call, make, start, end, there, back):
    activity = {"hs_timestamp": "0"}
    one = make(start)
    other = make(end, **(activity if end in ACTIVITIES else {}))
    path = f"/crm/v4/objects/{start}/{one}/associations/default/{end}/{other}"
    results = call("PUT", path).json()["results"]

    assert [there, back] == [r["associationSpec"]["associationTypeId"] for r in results]


ACTIVITIES = ("notes", "meetings", "calls", "emails", "tasks")
