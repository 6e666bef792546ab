"""The client against a whole HubSpot: every family, in both generations of paths."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis

from app.errors import Denied, Refused, ServerBroken, Throttled, Unreachable
from app.hubspot.association_type import (
    CONTACT_TO_PRIMARY_COMPANY,
    DEFAULT_TYPES,
    Association,
)
from app.hubspot.client import HubSpot
from app.hubspot.record import NewRecord
from app.hubspot.search import Filter
from app.hubspot.throttle import RatePlan, Throttle
from app.sandbox.testing import Sandbox

NOTE_TO_CONTACT = DEFAULT_TYPES["notes", "contacts"]
CONTACT_TO_COMPANY = DEFAULT_TYPES["contacts", "companies"]


@pytest.fixture
def hubspot(either: HubSpot) -> HubSpot:
    return either


def contacts(sandbox: Sandbox, count: int) -> list[str]:
    inputs = [{"properties": {"email": f"p{n}@x.de"}} for n in range(count)]
    return sandbox.control.create("contacts", inputs)


def properties(sandbox: Sandbox, name: str) -> dict[str, str | None]:
    return {
        each["id"]: each["properties"].get(name)
        for each in sandbox.control.dump("contacts")
    }


def test_token_tells_its_account(hubspot: HubSpot, sandbox: Sandbox) -> None:
    details = hubspot.account.details()
    assert sandbox.config.portal_id == details.portal_id
    assert details.record_url("0-1", "501").endswith(
        f"/contacts/{details.portal_id}/record/0-1/501"
    )


def test_life_of_one_record(hubspot: HubSpot) -> None:
    family = hubspot.objects("contacts")
    created = family.create(NewRecord({"email": "Ada@x.de"}))
    assert created.properties["email"] == "ada@x.de"
    assert created.created_at is not None
    family.update(created.id, {"city": "Ulm"})
    found = family.read("ada@x.de", ["city", "phone"], id_property="email")
    assert (found.id, found.properties["city"]) == (created.id, "Ulm")
    assert found.properties["phone"] is None
    family.archive(created.id)
    with pytest.raises(Refused) as caught:
        family.read(created.id)
    assert caught.value.status == 404
    assert family.read(created.id, archived=True).archived


def test_existing_contact_is_refused_with_the_id_it_has(hubspot: HubSpot) -> None:
    family = hubspot.objects("contacts")
    there = family.create(NewRecord({"email": "ada@x.de"}))
    with pytest.raises(Refused, match=f"Existing ID: {there.id}") as caught:
        family.create(NewRecord({"email": "ada@x.de"}))
    assert caught.value.status == 409


def test_list_gives_every_record(hubspot: HubSpot, sandbox: Sandbox) -> None:
    ids = contacts(sandbox, 205)
    assert ids == [each.id for each in hubspot.objects("contacts").list(["email"])]


def test_read_by_id_and_by_email(hubspot: HubSpot, sandbox: Sandbox) -> None:
    ids = contacts(sandbox, 120)
    family = hubspot.objects("contacts")
    by_id = family.batch_read([*ids, "999"], ["email"])
    assert set(ids) == set(by_id.records)
    assert by_id.errors["999"].status == 404
    by_email = family.batch_read(["P7@X.de", "nobody@x.de"], id_property="email")
    assert ids[7] == by_email.records["P7@X.de"].id
    assert {"nobody@x.de"} == set(by_email.errors)


def test_update_writes_all_but_the_bad_ones(hubspot: HubSpot, sandbox: Sandbox) -> None:
    ids = contacts(sandbox, 150)
    wanted = {each: {"city": "Ulm"} for each in ids}
    wanted[ids[3]] = {"email": "not an address"}
    wanted[ids[110]] = {"no_such_property": "x"}
    wanted["999"] = {"city": "Ulm"}
    result = hubspot.objects("contacts").batch_update(wanted)
    assert {ids[3], ids[110], "999"} == set(result.errors)
    assert "not an address is invalid" in str(result.errors[ids[3]])
    assert '"no_such_property" does not exist' in str(result.errors[ids[110]])
    cities = properties(sandbox, "city")
    assert set(result.records) == {each for each in ids if cities[each] == "Ulm"}


@pytest.mark.parametrize("switches", [{}, {"echo_trace_id": False}])
def test_create_makes_all_but_those_who_exist(
    hubspot: HubSpot, sandbox: Sandbox, switches: dict[str, Any]
) -> None:
    sandbox.control.put_switches(**switches, batch_result_order="reversed")
    there = contacts(sandbox, 1)[0]
    new = [NewRecord({"email": f"P{n}@X.de"}, key=f"k{n}") for n in range(110)]
    result = hubspot.objects("contacts").batch_create(new)
    assert {"k0"} == set(result.errors)
    assert there in str(result.errors["k0"])
    emails = properties(sandbox, "email")
    assert {f"k{n}": f"p{n}@x.de" for n in range(1, 110)} == {
        key: emails[each.id] for key, each in result.records.items()
    }


def test_notes_are_created_with_their_associations(
    hubspot: HubSpot, sandbox: Sandbox
) -> None:
    ids = contacts(sandbox, 3)
    new = [
        NewRecord(
            {"hs_timestamp": "2026-11-20T09:00:00Z", "hs_note_body": "Welcome"},
            associations=[Association(each, (NOTE_TO_CONTACT,))],
            key=each,
        )
        for each in ids
    ]
    created = hubspot.objects("notes").batch_create(new).records
    linked = hubspot.associations("contacts", "notes").batch_read(ids).records
    assert {each: created[each].id for each in ids} == {
        each: found[0].to_id for each, found in linked.items()
    }


def test_upsert_updates_and_creates(hubspot: HubSpot, sandbox: Sandbox) -> None:
    there = contacts(sandbox, 1)[0]
    result = hubspot.objects("contacts").batch_upsert(
        {"P0@x.de": {"city": "Ulm"}, "new@x.de": {"city": "Bonn"}}
    )
    assert (result.records["P0@x.de"].id, result.records["P0@x.de"].new) == (
        there,
        False,
    )
    assert result.records["new@x.de"].new is True
    assert sorted(properties(sandbox, "city").values(), key=str) == ["Bonn", "Ulm"]


def test_archive_of_many(hubspot: HubSpot, sandbox: Sandbox) -> None:
    ids = contacts(sandbox, 130)
    result = hubspot.objects("contacts").batch_archive(ids)
    assert set(ids) == set(result.records)
    assert sandbox.control.dump("contacts") == []


def test_history_comes_newest_first(hubspot: HubSpot, sandbox: Sandbox) -> None:
    contact = contacts(sandbox, 1)[0]
    family = hubspot.objects("contacts")
    for city in ("Ulm", "Bonn"):
        family.update(contact, {"city": city})
    read = family.batch_read([contact], properties_with_history=["city"])
    versions = read.records[contact].history["city"]
    assert [each.value for each in versions] == ["Bonn", "Ulm"]
    assert {each.source_type for each in versions} == {"INTEGRATION"}


def test_associations_come_and_go(hubspot: HubSpot, sandbox: Sandbox) -> None:
    people = contacts(sandbox, 3)
    company = sandbox.control.create("companies", [{"properties": {"name": "Acme"}}])[0]
    family = hubspot.associations("contacts", "companies")
    links = [
        (people[0], company, [CONTACT_TO_PRIMARY_COMPANY]),
        (people[1], company, [CONTACT_TO_COMPANY]),
        (people[1], "999", [CONTACT_TO_COMPANY]),
    ]
    created = family.batch_create(links)
    assert {(people[1], "999")} == set(created.errors)
    read = family.batch_read(people)
    assert read.errors == {}
    assert {(279, None), (1, "Primary")} == {
        (kind.type_id, kind.label) for kind in read.records[people[0]][0].types
    }
    assert [company] == [each.to_id for each in read.records[people[1]]]
    assert read.records[people[2]] == ()
    assert [company] == [each.to_id for each in family.of(people[1])]
    family.batch_archive([(people[1], company)])
    assert family.batch_read([people[1]]).records == {people[1]: ()}


def test_search_finds_by_filters_and_by_values(
    hubspot: HubSpot, sandbox: Sandbox
) -> None:
    rows = [{"domain": f"d{n}.example", "name": f"Company {n}"} for n in range(250)]
    sandbox.control.create("companies", [{"properties": row} for row in rows])
    search = hubspot.search("companies")
    wanted = [f"D{n}.example" for n in range(150)]
    found = search.by_values("domain", [*wanted, "none.example"], ["name"])
    domains = {each.properties["domain"] for each in found}
    assert {each.lower() for each in wanted} == domains
    everybody = search.find([[Filter("domain", "HAS_PROPERTY")]], sort="-name")
    names = [each.properties["name"] for each in everybody]
    assert len(names) == 250
    one = search.find([[Filter("name", "EQ", "Company 7")]], properties=["domain"])
    assert [each.properties["domain"] for each in one] == ["d7.example"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("502", ServerBroken),
        ("423", Throttled),
        ("477", Throttled),
        ("429_daily", Throttled),
        ("401", Denied),
        ("403", Denied),
        ("drop_after_write", Unreachable),
    ],
)
def test_faults_end_as_the_error_with_the_right_verdict(
    hubspot: HubSpot, sandbox: Sandbox, fault: str, kind: type[Exception]
) -> None:
    sandbox.control.put_faults({"kind": fault, "times": 1})
    with pytest.raises(kind):
        hubspot.objects("contacts").read("1")


def test_wrong_token_is_denied(sandbox: Sandbox) -> None:
    client = HubSpot(sandbox.url, "another-token", "20000001")
    with client, pytest.raises(Denied, match="credentials"):
        client.account.details()


def test_busy_workers_get_no_429(sandbox: Sandbox, store: redis.Redis) -> None:
    """Twice the allowance is wanted at once; HubSpot never sees one call too many."""
    sandbox.control.put_limits(per_10_s=40)
    ids = contacts(sandbox, 1)
    clients = [
        HubSpot(
            sandbox.url,
            sandbox.config.token,
            sandbox.config.portal_id,
            throttle=Throttle(store, RatePlan(calls=40)),
            max_wait_s=30,
        )
        for _ in range(2)
    ]

    def read(n: int) -> int:
        return len(clients[n % 2].objects("contacts").batch_read(ids).records)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(80))) == [1] * 80
    assert sandbox.control.summary()["throttled"] == 0


def test_other_app_slows_us_down_before_hubspot_does(
    sandbox: Sandbox, store: redis.Redis
) -> None:
    """Of 40 calls the other app has made 30 and may make 3 more; ours are 7."""
    sandbox.control.put_limits(per_10_s=40)
    config = sandbox.config
    with HubSpot(sandbox.url, config.token, config.portal_id) as other:
        for _ in range(30):
            other.account.details()
    throttle = Throttle(store, RatePlan(calls=40))
    with HubSpot(
        sandbox.url, config.token, config.portal_id, throttle=throttle, max_wait_s=0
    ) as ours:
        outcomes = [ours.objects("contacts").batch_read(["1"]) for _ in range(40)]
    asked = [each for each in outcomes if each.errors["1"].status == 404]
    assert len(asked) == 7
    assert "allowance of calls" in str(outcomes[-1].errors["1"])
    assert sandbox.control.summary()["throttled"] == 0
