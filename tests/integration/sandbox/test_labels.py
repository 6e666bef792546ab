"""Labels that people make for associations, and the version 3 calls with names."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of, inputs, spec

LABELS = [
    f"{base}/contacts/companies/labels"
    for base in (
        "/crm/v4/associations",
        "/crm/associations/v4",
        "/crm/associations/2026-03",
        "/crm/associations/2026-09",
    )
]
V3 = "/crm/v3/associations"


@pytest.fixture
def pair(make):
    """Give a contact and a company."""
    return make("contacts", email="a@x.com"), make("companies", name="Acme")


@pytest.fixture
def label(call):
    """Give a function that makes a label and returns its two type ids."""

    def make_one(name="advisor", **more):
        body = {"label": name.title(), "name": name, **more}
        results = call("POST", LABELS[0], body).json()["results"]
        return [result["typeId"] for result in results]

    return make_one


def test_labels_live_a_whole_life_under_every_path(call):
    for place, path in enumerate(LABELS):
        name = f"advisor_{place}"
        body = {"label": "Advisor", "name": name, "inverseLabel": "Advised by"}
        made = call("POST", path, body)
        there, back = made.json()["results"]
        renamed = {"associationTypeId": there["typeId"], "label": "Expert"}
        changed = call("PUT", path, renamed)
        listed = {one["typeId"]: one for one in call("GET", path).json()["results"]}
        gone = call("DELETE", f"{path}/{there['typeId']}")

        assert 200 == made.status_code
        assert ("USER_DEFINED", "Advisor") == (there["category"], there["label"])
        assert "Advised by" == back["label"]
        assert 204 == changed.status_code
        assert "Expert" == listed[there["typeId"]]["label"]
        assert 204 == gone.status_code
        assert {279, 1} == {
            one["typeId"] for one in call("GET", path).json()["results"]
        }


def test_two_objects_have_ten_labels_at_most(call, label):
    for n in range(10):
        label(f"label_{n}")
    answer = call("POST", LABELS[0], {"label": "Eleventh", "name": "eleventh"})
    twice = call("POST", LABELS[0], {"label": "Label", "name": "label_1"})

    assert 400 == answer.status_code
    assert (409, "OBJECT_ALREADY_EXISTS") == (
        twice.status_code,
        error_of(twice)["category"],
    )


def test_setting_labels_replaces_those_that_were_there(call, pair, label):
    contact, company = pair
    advisor, _ = label("advisor")
    buyer, _ = label("buyer")
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    own = "USER_DEFINED"
    call("PUT", f"{path}/{company}", [spec(advisor, own)])
    answer = call("PUT", f"{path}/{company}", [spec(buyer, own), spec(1)])
    (link,) = call("GET", path).json()["results"]

    assert (201, ["Buyer", "Primary"]) == (answer.status_code, answer.json()["labels"])
    assert {(None, 279), ("Primary", 1), ("Buyer", buyer)} == {
        (kind["label"], kind["typeId"]) for kind in link["associationTypes"]
    }
    assert {"HUBSPOT_DEFINED", own} == {
        kind["category"] for kind in link["associationTypes"]
    }


def test_the_other_side_reads_the_inverse_label(call, pair, label):
    contact, company = pair
    advisor, _ = label("advisor", inverseLabel="Client")
    item = {"from": {"id": contact}, "to": {"id": company}}
    body = inputs({**item, "types": [spec(advisor, "USER_DEFINED")]})
    batch = call("POST", "/crm/v4/associations/contacts/companies/batch/create", body)
    path = f"/crm/v4/objects/companies/{company}/associations/contacts"
    (link,) = call("GET", path).json()["results"]

    assert ["Advisor"] == batch.json()["results"][0]["labels"]
    assert "Client" in {kind["label"] for kind in link["associationTypes"]}


def test_a_label_taken_away_leaves_the_records_associated(call, pair, label):
    contact, company = pair
    advisor, _ = label("advisor")
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    call("PUT", f"{path}/{company}", [spec(advisor, "USER_DEFINED")])
    call("DELETE", f"{LABELS[0]}/{advisor}")
    (link,) = call("GET", path).json()["results"]

    assert [279] == [kind["typeId"] for kind in link["associationTypes"]]


@pytest.mark.parametrize("wrong", [("USER_DEFINED", 3), ("USER_DEFINED", 279)])
def test_a_label_that_nobody_made_is_refused(call, pair, wrong):
    contact, company = pair
    category, type_id = wrong
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    answer = call("PUT", path, [spec(type_id, category)])

    assert 400 == answer.status_code
    assert [f"{category}={type_id}"] == error_of(answer)["context"]["associationSpec"]


def test_only_own_labels_can_be_taken_away(call):
    assert 400 == call("DELETE", f"{LABELS[0]}/279").status_code


def v3(contact, company, name="contact_to_company"):
    return inputs({"from": {"id": contact}, "to": {"id": company}, "type": name})


def test_version_3_names_its_types(call):
    results = call("GET", f"{V3}/contacts/companies/types").json()["results"]

    assert [
        {"id": "279", "name": "contact_to_company_unlabeled"},
        {"id": "1", "name": "contact_to_company"},
    ] == results


def test_version_3_associates_reads_and_separates_batches(call, pair):
    contact, company = pair
    base = f"{V3}/contacts/companies/batch"
    made = call("POST", f"{base}/create", v3(contact, company))
    read = call("POST", f"{base}/read", inputs({"id": contact}))
    gone = call(
        "POST", f"{base}/archive", v3(contact, company, "contact_to_company_unlabeled")
    )
    empty = call("POST", f"{base}/read", inputs({"id": contact}))

    assert 200 == made.status_code
    assert [
        {"from": {"id": contact}, "to": {"id": company}, "type": "contact_to_company"}
    ] == made.json()["results"]
    assert [
        {
            "from": {"id": contact},
            "to": [{"id": company, "type": "contact_to_company"}],
        }
    ] == read.json()["results"]
    assert 204 == gone.status_code
    assert (207, "crm.associations.NO_ASSOCIATIONS_FOUND") == (
        empty.status_code,
        empty.json()["errors"][0]["subCategory"],
    )


def test_version_3_may_answer_as_specified(call, sandbox, pair):
    contact, company = pair
    sandbox.control.put_switches(
        association_v3_create_is_200=False, association_v3_reads_primary_only=False
    )
    base = f"{V3}/contacts/companies/batch"
    made = call("POST", f"{base}/create", v3(contact, company))
    read = call("POST", f"{base}/read", inputs({"id": contact})).json()

    assert 201 == made.status_code
    assert 2 == len(read["results"][0]["to"])


def test_version_3_refuses_a_type_it_does_not_know(call, pair):
    answer = call("POST", f"{V3}/contacts/deals/batch/create", v3(*pair, "test"))

    assert {
        "message": "test is not a valid association type between contacts and deals",
        "context": {
            "type": ["test"],
            "fromObjectType": ["contacts"],
            "toObjectType": ["deals"],
        },
        "category": "VALIDATION_ERROR",
        "subCategory": "crm.associations.INVALID_ASSOCIATION_TYPE",
    } == error_of(answer)


@pytest.mark.parametrize("base", ["/crm/v3/objects", "/crm/objects/2026-09"])
@pytest.mark.parametrize("type_id", ["1", "contact_to_company"])
def test_a_single_association_by_type_id(call, pair, base, type_id):
    contact, company = pair
    path = f"{base}/contacts/{contact}/associations/companies/{company}/{type_id}"
    made = call("PUT", path)
    contact_read = call("GET", f"{CONTACTS}/{contact}?properties=associatedcompanyid")
    gone = call("DELETE", path)
    left = call("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies")

    assert 200 == made.status_code
    assert company == made.json()["associations"]["companies"]["results"][0]["id"]
    assert company == contact_read.json()["properties"]["associatedcompanyid"]
    assert 204 == gone.status_code
    assert [279] == [
        kind["typeId"] for kind in left.json()["results"][0]["associationTypes"]
    ]


def test_2026_09_asks_for_the_permission_to_associate(call, sandbox, pair):
    """Older versions do not."""
    contact, company = pair
    sandbox.control.put_switches(user_may_associate=False)
    path = f"contacts/{contact}/associations/default/companies/{company}"
    new = call("PUT", f"/crm/objects/2026-09/{path}")
    old = call("PUT", f"/crm/v4/objects/{path}")

    assert (400, "Missing 'Edit Associations' permission.") == (
        new.status_code,
        error_of(new)["message"],
    )
    assert 200 == old.status_code
