"""Version 1 of the contacts API, which programs use until September 2027."""

from __future__ import annotations

import pytest

from tests.integration.sandbox.conftest import CONTACTS, error_of

V1 = "/contacts/v1"
PROPERTIES = "/properties/v1/contacts/properties"


def pairs(**values):
    return {
        "properties": [
            {"property": name, "value": value} for name, value in values.items()
        ]
    }


def test_create_or_update_says_which_it_was(call):
    path = f"{V1}/contact/createOrUpdate/email/ada@x.com"
    made = call("POST", f"{path}/", pairs(firstname="Ada"))
    again = call("POST", path, pairs(city="Ulm")).json()
    read = call("GET", f"{CONTACTS}/{again['vid']}?properties=city,firstname").json()

    assert (200, True) == (made.status_code, made.json()["isNew"])
    assert {"vid": made.json()["vid"], "isNew": False} == again
    assert ("Ada", "Ulm") == (
        read["properties"]["firstname"],
        read["properties"]["city"],
    )


def test_an_address_that_is_anothers_is_a_409(call, make):
    bob = make("contacts", email="bob@x.com")
    make("contacts", email="ada@x.com")
    path = f"{V1}/contact/createOrUpdate/email/ada@x.com"
    body = error_of(call("POST", path, pairs(email="bob@x.com")))
    identity = body["identityProfile"]

    assert ("CONTACT_EXISTS", int(bob)) == (body["error"], identity["vid"])
    assert "bob@x.com" == identity["identity"][0]["value"]


def test_a_property_that_is_not_there_is_a_400(call):
    path = f"{V1}/contact/createOrUpdate/email/ada@x.com"
    body = error_of(call("POST", path, pairs(nonsense="1")))

    assert [
        {
            "isValid": False,
            "message": 'Property "nonsense" does not exist',
            "error": "PROPERTY_DOESNT_EXIST",
            "name": "nonsense",
        }
    ] == body["validationResults"]


def test_a_batch_is_taken_without_a_word(call, make):
    ada = make("contacts", email="ada@x.com")
    answer = call(
        "POST",
        f"{V1}/contact/batch/",
        [
            {"vid": int(ada), **pairs(city="Ulm")},
            {"email": "ADA@x.com", **pairs(phone="1")},
            {"email": "new@x.com", **pairs(city="Ulm")},
            {"email": "new@x.com", **pairs(city="Bonn")},
        ],
    )
    one = call("GET", f"{CONTACTS}/{ada}?properties=city,phone").json()["properties"]
    new = call("GET", f"{CONTACTS}/new@x.com?idProperty=email&properties=city").json()

    assert (202, b"") == (answer.status_code, answer.content)
    assert ("Ulm", "1") == (one["city"], one["phone"])
    assert "Bonn" == new["properties"]["city"]


def test_one_wrong_input_of_a_batch_refuses_all(call, make):
    ada = make("contacts", email="ada@x.com")
    answer = call(
        "POST",
        f"{V1}/contact/batch",
        [{"vid": int(ada), **pairs(city="Ulm")}, {"email": "x", **pairs(city="Bonn")}],
    )
    body = error_of(answer)
    read = call("GET", f"{CONTACTS}/{ada}?properties=city").json()["properties"]

    assert 400 == answer.status_code
    assert "Errors found processing batch update" == body["message"]
    assert ["x"] == body["invalidEmails"]
    assert [1] == [failure["index"] for failure in body["failureMessages"]]
    assert read["city"] is None


@pytest.mark.parametrize("by", ["vid", "email"])
def test_a_contact_is_read_and_changed_by_vid_or_email(call, make, by):
    contact = make("contacts", email="ada@x.com", firstname="Ada")
    key = contact if by == "vid" else "ada@x.com"
    path = f"{V1}/contact/{by}/{key}/profile"
    changed = call("POST", path, pairs(city="Ulm"))
    body = call("GET", path).json()

    assert (204, b"") == (changed.status_code, changed.content)
    assert (int(contact), int(contact)) == (body["vid"], body["canonical-vid"])
    assert "Ulm" == body["properties"]["city"]["value"]
    assert ["Ulm"] == [v["value"] for v in body["properties"]["city"]["versions"]]
    assert body["properties"]["createdate"]["value"].isdecimal()
    assert {"EMAIL": "ada@x.com"} == {
        identity["type"]: identity["value"]
        for identity in body["identity-profiles"][0]["identities"]
    }


def test_only_the_properties_asked_for_come_back(call, make):
    contact = make("contacts", email="ada@x.com", firstname="Ada", city="Ulm")
    query = "property=city&property=email"
    body = call("GET", f"{V1}/contact/vid/{contact}/profile?{query}").json()

    assert {"city", "email"} == body["properties"].keys()


def test_a_contact_that_is_not_there_is_a_404(call):
    body = error_of(call("GET", f"{V1}/contact/vid/7/profile"))

    assert {"message": "contact does not exist"} == body


def test_contacts_are_created_read_by_many_and_deleted(call):
    made = call("POST", f"{V1}/contact", pairs(email="ada@x.com")).json()["vid"]
    many = call("GET", f"{V1}/contact/vids/batch?vid={made}&vid=7").json()
    gone = call("DELETE", f"{V1}/contact/vid/{made}").json()

    assert [str(made)] == list(many)
    assert {"vid": made, "deleted": True, "reason": "OK"} == gone
    assert 404 == call("GET", f"{V1}/contact/vid/{made}/profile").status_code


def test_all_contacts_are_paged_by_vid(call, make):
    ids = [int(make("contacts", email=f"{n}@x.com")) for n in range(3)]
    path = f"{V1}/lists/all/contacts/all?count=2"
    first = call("GET", path).json()
    second = call("GET", f"{path}&vidOffset={first['vid-offset']}").json()

    assert ids[:2] == [contact["vid"] for contact in first["contacts"]]
    assert ids[2:] == [contact["vid"] for contact in second["contacts"]]
    assert (True, False) == (first["has-more"], second["has-more"])


@pytest.mark.parametrize("name", ["all", "recently_updated"])
def test_recent_contacts_are_paged_by_time_and_vid(call, make, name):
    ids = [int(make("contacts", email=f"{n}@x.com")) for n in range(3)]
    path = f"{V1}/lists/{name}/contacts/recent?count=2"
    first = call("GET", path).json()
    offsets = f"timeOffset={first['time-offset']}&vidOffset={first['vid-offset']}"
    second = call("GET", f"{path}&{offsets}").json()

    assert [ids[2], ids[1]] == [contact["vid"] for contact in first["contacts"]]
    assert [ids[0]] == [contact["vid"] for contact in second["contacts"]]
    assert (True, False) == (first["has-more"], second["has-more"])


def test_a_secondary_address_is_given_read_and_taken(call, make):
    contact = make("contacts", email="ada@x.com")
    path = f"{V1}/secondary-email/{contact}"
    given = call("PUT", f"{path}/email/Second@x.com")
    read = call("GET", f"{CONTACTS}/{contact}?properties=hs_additional_emails").json()
    found = call("GET", f"{CONTACTS}/second@x.com?idProperty=email").json()
    listed = call("GET", path).json()
    taken = call("DELETE", f"{path}/email/second@x.com")

    assert 200 == given.status_code
    assert "second@x.com" == read["properties"]["hs_additional_emails"]
    assert contact == found["id"]
    assert {"vid": int(contact), "secondaryEmails": ["second@x.com"]} == listed
    assert (200, []) == (taken.status_code, taken.json()["secondaryEmails"])
    assert 201 == (
        call("POST", CONTACTS, {"properties": {"email": "second@x.com"}}).status_code
    )


def test_a_secondary_address_is_nobody_elses(call, make):
    ada = make("contacts", email="ada@x.com")
    bob = make("contacts", email="bob@x.com")
    call("PUT", f"{V1}/secondary-email/{ada}/email/second@x.com")
    answers = [
        call("PUT", f"{V1}/secondary-email/{bob}/email/{email}")
        for email in ("ada@x.com", "second@x.com")
    ]

    assert [409, 409] == [answer.status_code for answer in answers]
    assert [int(ada)] * 2 == [a.json()["identityProfile"]["vid"] for a in answers]


def test_a_secondary_address_must_be_one(call, make):
    ada = make("contacts", email="ada@x.com")
    answer = call("PUT", f"{V1}/secondary-email/{ada}/email/nonsense")

    assert (400, "Email address nonsense is invalid") == (
        answer.status_code,
        error_of(answer)["message"],
    )


def test_properties_are_bare_lists_and_objects(call):
    wish = {
        "name": "shoe_size",
        "label": "Shoe size",
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
    }
    made = call("POST", PROPERTIES, wish)
    one = f"{PROPERTIES}/named/shoe_size"
    changed = call("PUT", one, {"label": "Size"}).json()
    listed = {p["name"]: p for p in call("GET", PROPERTIES).json()}
    groups = [g["name"] for g in call("GET", "/properties/v1/contacts/groups").json()]

    assert 200 == made.status_code
    assert "Size" == changed["label"] == listed["shoe_size"]["label"]
    assert listed["createdate"]["readOnlyValue"] is True
    assert "contactinformation" in groups
    assert 204 == call("DELETE", one).status_code
    assert 404 == call("GET", one).status_code


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", f"{V1}/contact/vid/7/profile", "crm.objects.contacts.read"),
        ("PUT", f"{V1}/secondary-email/7/email/a@x.com", "crm.objects.contacts.write"),
        ("GET", "/crm/v3/owners", "crm.objects.owners.read"),
    ],
)
def test_calls_without_an_object_in_their_path_need_a_scope(
    call, sandbox, method, path, scope
):
    sandbox.control.put_switches(missing_scopes=[scope])

    assert 403 == call(method, path).status_code
