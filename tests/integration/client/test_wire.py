"""What is sent, and what is made of the answer, call by call."""

from __future__ import annotations

from typing import Any

import pytest

from app.errors import Refused, ServerBroken
from app.hubspot.association_type import AssociationType
from app.hubspot.client import HubSpot
from app.hubspot.record import AssociatedRecord
from app.hubspot.shapes.association_v3 import NamedLink, NamedType
from app.hubspot.shapes.contact_v1 import ContactV1, CreatedOrUpdated
from app.hubspot.version import ApiVersion

OWNER = {
    "id": "77",
    "email": "bea@x.de",
    "type": "PERSON",
    "firstName": "Bea",
    "lastName": "Ott",
    "userId": 4711,
    "createdAt": "2026-11-20T09:00:00Z",
    "archived": False,
    "teams": [{"id": "5", "name": "North", "primary": True}],
}


def sent(scripted: Any) -> tuple[str, str, Any]:
    seen = scripted.seen[-1]
    return seen.method, seen.path, seen.body


def contact_v1(vid: int, **properties: str) -> dict[str, Any]:
    values = {name: {"value": value} for name, value in properties.items()}
    return {"vid": vid, "properties": values, "identity-profiles": []}


def test_owners_come_page_by_page(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    paging = {"next": {"after": "78", "link": "https://x"}}
    scripted.in_turn(
        says(200, {"results": [OWNER], "paging": paging}),
        says(200, {"results": [OWNER | {"id": "78", "userId": None}]}),
    )
    owners = list(hubspot.owners.list(email="bea@x.de", archived=True))
    assert [("77", "4711"), ("78", "")] == [(each.id, each.user_id) for each in owners]
    assert owners[0].teams[0].primary
    first, second = scripted.seen
    assert {"limit": "100", "email": "bea@x.de", "archived": "true"} == first.query
    assert "78" == second.query["after"]


def test_owners_in_a_circle_end(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    page = {"results": [OWNER], "paging": {"next": {"after": "78"}}}
    scripted.in_turn(says(200, page))
    with pytest.raises(ServerBroken, match="circle"):
        list(hubspot.owners.list())


def test_owner_is_found_by_user(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    scripted.in_turn(says(200, OWNER))
    assert "77" == hubspot.owners.read("4711", id_property="userId").id
    assert {"idProperty": "userId"} == scripted.seen[0].query
    assert "/crm/v3/owners/4711" == scripted.seen[0].path


def test_usage_of_the_day(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    usage = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": 625_000,
        "currentUsage": 1234,
        "collectedAt": "2026-11-20T09:00:00Z",
        "resetsAt": "2026-11-21T00:00:00Z",
        "fetchStatus": "SUCCESS",
    }
    scripted.in_turn(says(200, {"results": [usage]}))
    (found,) = hubspot.account.daily_usage()
    assert (625_000, 1234) == (found.usage_limit, found.current_usage)
    assert 15 * 3600 == (found.resets_at or 0) - (found.collected_at or 0)


def test_app_is_uninstalled(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    scripted.in_turn(says(204))
    hubspot.account.uninstall()
    assert ("DELETE", "/appinstalls/v3/external-install", None) == sent(scripted)


def test_labels_are_created_renamed_and_deleted(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    labels = hubspot.associations("contacts", "companies").labels
    path = "/crm/v4/associations/contacts/companies/labels"
    made = [
        {"category": "USER_DEFINED", "typeId": 36, "label": "Boss"},
        {"category": "USER_DEFINED", "typeId": 37, "label": "Led by"},
    ]
    scripted.in_turn(says(200, {"results": made}), says(204))
    created = labels.create("Boss", "boss", inverse_label="Led by")
    assert AssociationType("USER_DEFINED", 36, "Boss") == created[0]
    body = {"label": "Boss", "name": "boss", "inverseLabel": "Led by"}
    assert ("POST", path, body) == sent(scripted)
    labels.update(36, "Chief")
    body = {"associationTypeId": 36, "label": "Chief"}
    assert ("PUT", path, body) == sent(scripted)
    labels.archive(36)
    assert ("DELETE", f"{path}/36", None) == sent(scripted)


def test_types_of_version_3_have_names(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(
        says(200, {"results": [{"id": "279", "name": "contact_to_company_unlabeled"}]})
    )
    family = hubspot.associations_v3("contacts", "companies")
    assert (NamedType("279", "contact_to_company_unlabeled"),) == family.types()


def test_one_typed_association(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    scripted.in_turn(says(200, {"id": "5"}), says(204))
    family = hubspot.associations_v3("contacts", "companies")
    path = "/crm/v3/objects/contacts/5/associations/companies/9/279"
    family.create("5", "9", "279")
    assert ("PUT", path, None) == sent(scripted)
    family.archive("5", "9", "279")
    assert ("DELETE", path, None) == sent(scripted)


def test_batches_of_version_3_tell_each_pair_its_own(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    good = NamedLink("5", "9", "contact_to_company")
    bad = NamedLink("6", "9", "contact_to_company")
    result = {"from": {"id": "5"}, "to": {"id": "9"}, "type": "contact_to_company"}
    error = {
        "status": "error",
        "category": "VALIDATION_ERROR",
        "message": "no",
        "context": {"fromObjectId": ["6"], "toObjectId": ["9"]},
    }
    scripted.in_turn(says(207, {"results": [result], "errors": [error]}), says(204))
    family = hubspot.associations_v3("contacts", "companies")
    made = family.batch_create([good, bad])
    assert ({good}, {bad}) == (set(made.records), set(made.errors))
    body = {"inputs": [result, result | {"from": {"id": "6"}}]}
    path = "/crm/v3/associations/contacts/companies/batch"
    assert ("POST", f"{path}/create", body) == sent(scripted)
    assert {good, bad} == set(family.batch_archive([good, bad]).records)
    assert ("POST", f"{path}/archive", body) == sent(scripted)


def test_record_without_associations_is_no_failure_in_version_3(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    result = {
        "from": {"id": "5"},
        "to": [{"id": "9", "type": "contact_to_company"}],
    }
    lonely = {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": "No company is associated with contact 6.",
        "context": {"fromObjectId": ["6"]},
    }
    scripted.in_turn(says(207, {"results": [result], "errors": [lonely]}))
    read = hubspot.associations_v3("contacts", "companies").batch_read(["5", "6"])
    linked = (AssociatedRecord("9", "contact_to_company"),)
    assert {"5": linked, "6": ()} == read.records
    assert {} == read.errors


def test_contact_of_version_1_is_created_or_updated(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(200, {"vid": 501, "isNew": True}))
    made = hubspot.contacts_v1.create_or_update("ada+1@x.de", {"firstname": "Ada"})
    assert CreatedOrUpdated("501", is_new=True) == made
    path = "/contacts/v1/contact/createOrUpdate/email/ada%2B1%40x.de"
    body = {"properties": [{"property": "firstname", "value": "Ada"}]}
    assert ("POST", path, body) == sent(scripted)


def test_contact_of_version_1_is_read_and_updated(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    ada = contact_v1(501, email="ada@x.de")
    scripted.in_turn(says(200, ada), says(200, ada), says(204))
    expected = ContactV1("501", {"email": "ada@x.de"})
    assert expected == hubspot.contacts_v1.read("501")
    assert "/contacts/v1/contact/vid/501/profile" == scripted.seen[-1].path
    assert expected == hubspot.contacts_v1.read_by_email("ada@x.de")
    assert "/contacts/v1/contact/email/ada%40x.de/profile" == scripted.seen[-1].path
    body = {"properties": [{"property": "city", "value": ""}]}
    hubspot.contacts_v1.update("501", {"city": ""})
    path = "/contacts/v1/contact/vid/501/profile"
    assert ("POST", path, body) == sent(scripted)
    hubspot.contacts_v1.update_by_email("ada@x.de", {"city": ""})
    path = "/contacts/v1/contact/email/ada%40x.de/profile"
    assert ("POST", path, body) == sent(scripted)


def test_batch_of_version_1_loses_only_those_who_are_wrong(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    def script(seen: Any) -> Any:
        wrong = [n for n, each in enumerate(seen.body) if each.get("email") == "x"]
        if not wrong:
            return says(202)
        failure = {"status": "error", "message": "Email address x is invalid"}
        failures = [{"index": n, "error": failure} for n in wrong]
        message = "Errors found processing batch update"
        return says(400, {"message": message, "failureMessages": failures})

    scripted.script = script
    changes = {"501": {"city": "Ulm"}, "x": {"city": "Ulm"}, "b@x.de": {"city": "Ulm"}}
    result = hubspot.contacts_v1.batch_create_or_update(changes)
    assert {"501", "b@x.de"} == set(result.records)
    assert "Email address x is invalid" in str(result.errors["x"])
    pairs = [{"property": "city", "value": "Ulm"}]
    body = [{"vid": 501, "properties": pairs}, {"email": "b@x.de", "properties": pairs}]
    assert ("POST", "/contacts/v1/contact/batch/", body) == sent(scripted)
    assert 2 == len(scripted.seen)


def test_lists_of_version_1_are_read_to_the_end(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    def page(vid: int, *, more: bool) -> Any:
        contacts = [contact_v1(vid, email="a@x.de")]
        return says(
            200, {"contacts": contacts, "has-more": more, "vid-offset": vid + 1}
        )

    scripted.in_turn(page(1, more=True), page(2, more=False))
    found = [each.vid for each in hubspot.contacts_v1.list(["email"])]
    assert ["1", "2"] == found
    assert {"count": "100", "property": "email"} == scripted.seen[0].query
    assert "2" == scripted.seen[1].query["vidOffset"]
    recent = page(3, more=False)
    scripted.in_turn(recent)
    assert ["3"] == [each.vid for each in hubspot.contacts_v1.recently_updated()]
    path = "/contacts/v1/lists/recently_updated/contacts/recent"
    assert path == scripted.seen[-1].path
    scripted.in_turn(page(1, more=True))
    with pytest.raises(ServerBroken, match="circle"):
        list(hubspot.contacts_v1.list())


def test_properties_of_version_1(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    listed = [{"name": "email", "label": "Email", "fieldType": "text"}]
    scripted.in_turn(says(200, listed))
    (found,) = hubspot.contacts_v1.properties()
    assert ("email", "text") == (found.name, found.field_type)


def test_secondary_email_is_added_and_removed(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(200, {"vid": 501}), says(204))
    path = "/contacts/v1/secondary-email/501/email/ada%40y.de"
    hubspot.contacts_v1.add_secondary_email("501", "ada@y.de")
    assert ("PUT", path, None) == sent(scripted)
    hubspot.contacts_v1.remove_secondary_email("501", "ada@y.de")
    assert ("DELETE", path, None) == sent(scripted)


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("v3", "/webhooks/v3/123/settings"),
        ("2026-03", "/webhooks/2026-03/123/settings"),
        ("2026-09", "/app-webhooks/2026-09/123/settings"),
    ],
)
def test_webhooks_are_managed_where_the_version_has_them(
    scripted: Any, says: Any, version: str, path: str
) -> None:
    scripted.in_turn(says(200, {"targetUrl": "https://x"}))
    api = ApiVersion.of(version)
    with HubSpot(scripted.url, "a-token-1", "1", version=api) as hubspot:
        settings = hubspot.webhooks("123").settings()
    assert path == scripted.seen[0].path
    assert 10 == settings.throttling.max_concurrent_requests


def test_dated_versions_put_the_date_where_hubspot_does() -> None:
    dated = ApiVersion.of("2026-09")
    assert "/crm/owners/2026-09" == dated.owners()
    assert "/crm/properties/2026-09/contacts" == dated.properties("contacts")
    assert "/account-info/2026-09/details" == dated.account_details()
    assert "/appinstalls/2026-09/external-install" == dated.uninstall()
    assert dated.default_association("contacts", "0-2").endswith(
        "/objects/2026-09/contacts/{id}/associations/default/0-2/{to_id}"
    )


def test_414_of_a_merge_is_final(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    message = "Cannot have more than 250 identities on a profile"
    scripted.in_turn(says(414, {"message": message}))
    with pytest.raises(Refused, match="250 identities"):
        hubspot.objects("contacts").merge("1", "2")
    body = {"primaryObjectId": "1", "objectIdToMerge": "2"}
    assert ("POST", "/crm/v3/objects/contacts/merge", body) == sent(scripted)


def test_warnings_of_a_write_are_kept(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    warning = {
        "category": "PROPERTY_VALUE_NORMALIZED",
        "message": "date_of_birth was normalized",
        "context": {"propertyName": ["date_of_birth"], "rawValue": ["1.2.2000"]},
    }
    scripted.in_turn(says(200, {"id": "1", "properties": {}, "warnings": [warning]}))
    record = hubspot.objects("contacts").update("1", {"date_of_birth": "1.2.2000"})
    assert ("1.2.2000",) == record.warnings[0].context["rawValue"]
    assert "PROPERTY_VALUE_NORMALIZED" == record.warnings[0].category
