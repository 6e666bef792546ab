"""How records end: merged, deleted for privacy, archived - and restored."""

from __future__ import annotations

import pytest

from app.sandbox.config import SandboxConfig
from app.sandbox.crm.journal import Change
from app.sandbox.limits import PLANS
from app.sandbox.testing import running
from tests.integration.sandbox.conftest import (
    COMPANIES,
    CONTACTS,
    Clock,
    error_of,
    inputs,
)

EVERY_MERGE = [
    f"{base}/contacts/merge"
    for base in ("/crm/v3/objects", "/crm/objects/2026-03", "/crm/objects/2026-09")
]
EVERY_GDPR = [path.replace("merge", "gdpr-delete") for path in EVERY_MERGE]


@pytest.fixture
def merge(call):
    def send(primary, other, path=EVERY_MERGE[0]):
        body = {"primaryObjectId": primary, "objectIdToMerge": other}
        return call("POST", path, body)

    return send


@pytest.mark.parametrize("path", EVERY_MERGE)
def test_a_merge_answers_with_a_new_record_that_holds_both(call, make, merge, path):
    ada = make("contacts", email="ada@x.com", firstname="Ada", lifecyclestage="lead")
    bob = make(
        "contacts", email="bob@x.com", city="Ulm", lifecyclestage="customer", phone="1"
    )
    answer = merge(ada, bob, path)
    merged = answer.json()["properties"]

    assert 200 == answer.status_code
    assert answer.json()["id"] not in (ada, bob)
    assert ("ada@x.com", "Ada", "Ulm", "1") == (
        merged["email"],
        merged["firstname"],
        merged["city"],
        merged["phone"],
    )
    assert "customer" == merged["lifecyclestage"]
    assert "bob@x.com" == merged["hs_additional_emails"]
    assert f"{ada};{bob}" == merged["hs_merged_object_ids"]
    assert merged["hs_calculated_merged_vids"].startswith(f"{bob}:")


def test_old_ids_lead_to_the_survivor_on_single_calls_only(call, make, merge):
    ada, bob = make("contacts", email="a@x.com"), make("contacts", email="b@x.com")
    new = merge(ada, bob).json()["id"]
    read = [call("GET", f"{CONTACTS}/{old}").json()["id"] for old in (ada, bob)]
    patched = call("PATCH", f"{CONTACTS}/{bob}", {"properties": {"city": "Ulm"}})
    batch = call("POST", f"{CONTACTS}/batch/read", inputs({"id": ada}, {"id": new}))
    listed = call("GET", CONTACTS).json()["results"]

    assert [new, new] == read
    assert (200, new) == (patched.status_code, patched.json()["id"])
    assert 207 == batch.status_code
    assert [ada] == batch.json()["errors"][0]["context"]["ids"]
    assert [new] == [record["id"] for record in batch.json()["results"]]
    assert [new] == [record["id"] for record in listed]


def test_a_merge_of_merged_records_knows_all_of_them(call, make, merge):
    ids = [make("contacts", email=f"{n}@x.com") for n in range(3)]
    first = merge(ids[0], ids[1]).json()["id"]
    last = merge(first, ids[2]).json()

    assert (
        f"{ids[0]};{ids[1]};{first};{ids[2]}"
        == (last["properties"]["hs_merged_object_ids"])
    )
    assert {last["id"]} == {
        call("GET", f"{CONTACTS}/{old}").json()["id"] for old in (*ids, first)
    }


def test_a_merge_may_keep_the_primary_id(call, sandbox, make, merge):
    sandbox.control.put_switches(merge_makes_new_id=False)
    ada, bob = make("contacts", email="a@x.com"), make("contacts", email="b@x.com")
    answer = merge(ada, bob).json()

    assert (ada, bob) == (answer["id"], answer["properties"]["hs_merged_object_ids"])
    assert ada == call("GET", f"{CONTACTS}/{bob}").json()["id"]


def test_a_merge_takes_associations_along_and_the_primary_company_stays(
    call, make, merge
):
    ada, bob = make("contacts", email="a@x.com"), make("contacts", email="b@x.com")
    ours, theirs = make("companies", name="Ours"), make("companies", name="Theirs")
    for contact, company in ((ada, ours), (bob, theirs)):
        call(
            "PATCH",
            f"{CONTACTS}/{contact}",
            {"properties": {"associatedcompanyid": company}},
        )
    new = merge(ada, bob).json()["id"]
    links = call("GET", f"/crm/v4/objects/contacts/{new}/associations/companies").json()
    labels = {
        link["toObjectId"]: [kind["label"] for kind in link["associationTypes"]]
        for link in links["results"]
    }

    assert {int(ours): [None, "Primary"], int(theirs): [None]} == labels


def test_a_merged_address_finds_the_survivor_and_stays_taken(call, make, merge):
    ada, bob = make("contacts", email="a@x.com"), make("contacts", email="b@x.com")
    new = merge(ada, bob).json()["id"]
    again = call("POST", CONTACTS, {"properties": {"email": "b@x.com"}})

    assert new == call("GET", f"{CONTACTS}/b@x.com?idProperty=email").json()["id"]
    assert f"Contact already exists. Existing ID: {new}" == error_of(again)["message"]


def test_more_than_250_identities_are_a_414(sandbox, merge):
    """Every merge adds two: the record that was, and the one merged into it."""
    sandbox.control.seed(
        "contacts", [{"id": str(n), "email": f"{n}@x.com"} for n in range(1, 128)]
    )
    contact = "127"
    for n in range(1, 126):
        contact = merge(contact, str(n)).json()["id"]
    answer = merge(contact, "126")

    assert 414 == answer.status_code
    assert {"message": "Cannot have more than 250 identities on a profile"} == (
        error_of(answer)
    )


@pytest.mark.parametrize(
    ("primary", "other", "status"),
    [("1", "1", 400), ("1", "999", 404), ("abc", "1", 404)],
)
def test_a_merge_that_cannot_be_is_refused(sandbox, merge, primary, other, status):
    sandbox.control.seed("contacts", [{"id": "1", "email": "a@x.com"}])

    assert status == merge(primary, other).status_code


def test_companies_merge_too(call, make, merge):
    one, other = make("companies", name="One"), make("companies", domain="other.com")
    answer = merge(one, other, f"{COMPANIES}/merge").json()["properties"]

    assert ("One", "other.com") == (answer["name"], answer["domain"])


@pytest.mark.parametrize("path", EVERY_GDPR)
@pytest.mark.parametrize("by", ["id", "email"])
def test_a_privacy_delete_leaves_nothing_not_even_in_the_bin(call, make, path, by):
    contact = make("contacts", email="ada@x.com")
    body = {"objectId": contact}
    if by == "email":
        body = {"objectId": "ADA@x.com", "idProperty": "email"}
    answer = call("POST", path, body)
    again = call("POST", CONTACTS, {"properties": {"email": "ada@x.com"}})

    assert (204, b"") == (answer.status_code, answer.content)
    assert 404 == call("GET", f"{CONTACTS}/{contact}").status_code
    assert 404 == call("GET", f"{CONTACTS}/{contact}?archived=true").status_code
    assert 201 == again.status_code


def test_an_unknown_address_deleted_for_privacy_can_never_be_used(call, sandbox):
    body = {"objectId": "Ghost@x.com", "idProperty": "email"}
    answer = call("POST", EVERY_GDPR[0], body)
    made = call("POST", CONTACTS, {"properties": {"email": "ghost@x.com"}})
    sandbox.control.put_switches(blocklist_refuses_contacts=False)
    later = call("POST", CONTACTS, {"properties": {"email": "ghost@x.com"}})

    assert [204, 400, 201] == [a.status_code for a in (answer, made, later)]


def test_merge_and_privacy_delete_name_the_fields_they_miss(call):
    merge = call("POST", EVERY_MERGE[0], {"primaryObjectId": "1"})
    gdpr = call("POST", EVERY_GDPR[0], {})
    text = "Invalid input JSON on line 1, column 2. Some required fields were not set: "

    assert {"message": text + "[objectIdToMerge]"} == error_of(merge)
    assert {"message": text + "[objectId]"} == error_of(gdpr)


class Listener:
    """Takes the changes where the sender of webhooks would."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def hears(self, object_type_id):
        return True

    def emit(self, changes):
        self.changes += changes

    def start(self): ...
    def stop(self): ...
    def configure(self, **options): ...
    def report(self):
        return {}

    def idle(self):
        return True


def test_endings_tell_who_is_gone_and_what_became_of_them():
    listener = Listener()
    config = SandboxConfig(plan=PLANS["unlimited"])
    with running(config, listener) as sandbox:
        ids = sandbox.control.create(
            "contacts", [{"properties": {"email": f"{n}@x.com"}} for n in range(2)]
        )
        listener.changes.clear()
        merged = sandbox.control.call("POST", "/objects/contacts/merge", {"ids": ids})[
            "id"
        ]
        told = {change.happening: change for change in listener.changes}
        listener.changes.clear()
        sandbox.control.delete("contacts", [merged])
        sandbox.control.call("POST", "/objects/contacts/restore", {"ids": [merged]})
        sandbox.control.call("POST", "/objects/contacts/gdpr-delete", {"ids": [merged]})

    assert {"deletion", "merge"} == told.keys()
    assert (ids[1], "DELETED") == (
        told["deletion"].object_id,
        told["deletion"].change_flag,
    )
    assert {
        "primaryObjectId": int(ids[0]),
        "mergedObjectIds": [int(ids[1])],
        "newObjectId": int(merged),
        "numberOfPropertiesMoved": 0,
    } == told["merge"].extra
    assert ["deletion", "restore", "deletion", "privacyDeletion"] == [
        change.happening for change in listener.changes
    ]


def test_a_restored_contact_has_its_address_and_company_back(call, sandbox, make):
    contact, company = make("contacts", email="a@x.com"), make("companies", name="C")
    path = f"/crm/v4/objects/contacts/{contact}/associations"
    call("PUT", f"{path}/default/companies/{company}")
    call("DELETE", f"{CONTACTS}/{contact}")
    gone = call("GET", f"{CONTACTS}/{contact}").status_code
    sandbox.control.call("POST", "/objects/contacts/restore", {"ids": [contact]})
    back = call("GET", f"{CONTACTS}/a@x.com?idProperty=email&associations=companies")

    assert 404 == gone
    assert contact == back.json()["id"]
    assert company == back.json()["associations"]["companies"]["results"][0]["id"]


def test_a_contact_is_not_restored_over_one_that_has_its_address(call, sandbox, make):
    contact = make("contacts", email="a@x.com")
    call("DELETE", f"{CONTACTS}/{contact}")
    heir = make("contacts", email="a@x.com")

    with pytest.raises(ValueError, match=f"already exists. Existing ID: {heir}"):
        sandbox.control.call("POST", "/objects/contacts/restore", {"ids": [contact]})


def test_the_recycle_bin_keeps_90_days():
    clock = Clock()
    with running(SandboxConfig(), clock=clock) as sandbox:
        ids = sandbox.control.create("contacts", [{"properties": {"city": "Ulm"}}])
        sandbox.control.delete("contacts", ids)
        clock.time += 91 * 86_400
        with pytest.raises(ValueError, match="resource not found"):
            sandbox.control.call("POST", "/objects/contacts/restore", {"ids": ids})
