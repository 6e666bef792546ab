"""Every input of a batch ends with a result or an error of its own."""

from __future__ import annotations

import math
from typing import Any

import pytest

from app.errors import Denied, Refused, ServerBroken, Throttled, Unreachable
from app.hubspot.association_type import DEFAULT_TYPES, Association
from app.hubspot.client import HubSpot
from app.hubspot.record import NewRecord

MISSING = "Could not get some CONTACT objects, they may be deleted or not exist."
CONTACT_TO_COMPANY = DEFAULT_TYPES["contacts", "companies"]


def record(record_id: str, **properties: str | None) -> dict[str, Any]:
    return {"id": record_id, "properties": properties, "archived": False}


def ok(says: Any, seen: Any) -> Any:
    return says(200, {"results": [record(each) for each in seen.ids]})


def refusing(says: Any, bad: set[str], status: int = 400) -> Any:
    """Refuse every batch that holds a bad id, as HubSpot does without trace ids."""

    def script(seen: Any) -> Any:
        guilty = [each for each in seen.ids if each in bad]
        if not guilty:
            return ok(says, seen)
        words = ", ".join(f"Email address {each} is invalid" for each in guilty)
        return says(status, {"message": words, "category": "VALIDATION_ERROR"})

    return script


def changes(count: int) -> dict[str, dict[str, str]]:
    return {str(n): {"city": "Ulm"} for n in range(count)}


def test_inputs_are_sent_by_the_hundred_and_once(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.script = lambda seen: ok(says, seen)
    ids = [str(n) for n in range(250)]
    result = hubspot.objects("contacts").batch_read([*ids, *ids], ["email"])
    assert set(ids) == set(result.records)
    assert [len(seen.ids) for seen in scripted.seen] == [100, 100, 50]


def test_history_is_read_by_the_fifty(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    version = {
        "value": "Ada",
        "timestamp": "2026-11-20T09:00:00Z",
        "sourceType": "CRM_UI",
    }
    entry = record("1") | {"propertiesWithHistory": {"firstname": [version]}}
    scripted.script = lambda _: says(200, {"results": [entry]})
    contacts = hubspot.objects("contacts")
    result = contacts.batch_read(
        [str(n) for n in range(60)], properties_with_history=["firstname"]
    )
    assert [len(seen.ids) for seen in scripted.seen] == [50, 10]
    assert [v.value for v in result.records["1"].history["firstname"]] == ["Ada"]


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("guilty", ["0", "37", "99"])
def test_one_bad_input_fails_alone(
    hubspot: HubSpot, scripted: Any, says: Any, status: int, guilty: str
) -> None:
    scripted.script = refusing(says, {guilty}, status)
    result = hubspot.objects("contacts").batch_update(changes(100))
    assert {guilty} == set(result.errors)
    assert f"Email address {guilty} is invalid" in str(result.errors[guilty])
    assert set(changes(100)) - {guilty} == set(result.records)
    assert len(scripted.seen) <= 1 + 2 * math.ceil(math.log2(100))


def test_several_bad_inputs_fail_each_in_its_own_words(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    bad = {"3", "4", "77"}
    scripted.script = refusing(says, bad)
    result = hubspot.objects("contacts").batch_update(changes(100))
    assert bad == set(result.errors)
    for each in bad:
        assert f"address {each} is" in str(result.errors[each])
        assert "," not in str(result.errors[each])


def test_no_input_that_was_written_is_written_again_after_a_refusal(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    written: list[str] = []
    refuse = refusing(says, {"5"})

    def script(seen: Any) -> Any:
        answer = refuse(seen)
        written.extend(seen.ids if answer.status == 200 else [])
        return answer

    scripted.script = script
    hubspot.objects("contacts").batch_update(changes(100))
    assert sorted(set(changes(100)) - {"5"}) == sorted(written)


def test_request_that_hubspot_dislikes_as_such_is_not_cut_to_pieces(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    """The same words for the whole, for both halves, and for two inputs alone."""
    scripted.in_turn(
        says(400, {"message": "Unable to infer object type from: widgets"})
    )
    result = hubspot.objects("widgets").batch_update(changes(100))
    assert set(changes(100)) == set(result.errors)
    assert len(scripted.seen) == 6


@pytest.mark.parametrize("bad", [{"10", "90"}, {"0", "50"}, {"0", "1", "99"}])
def test_inputs_with_the_very_same_fault_do_not_drag_the_others_along(
    hubspot: HubSpot, scripted: Any, says: Any, bad: set[str]
) -> None:
    """HubSpot does not say which input it means, and says it of both halves."""

    def script(seen: Any) -> Any:
        if bad & set(seen.ids):
            return says(400, {"message": "Email address foo is invalid"})
        return says(200, {"results": [record(each) for each in seen.ids]})

    scripted.script = script
    result = hubspot.objects("contacts").batch_update(changes(100))
    assert bad == set(result.errors)
    assert set(changes(100)) - bad == set(result.records)


def test_conflicts_with_the_same_words_are_told_apart(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    bad = {"e10@x.de", "e90@x.de"}

    def script(seen: Any) -> Any:
        if bad & set(seen.ids):
            return says(409, {"message": "Contact already exists"})
        return says(200, {"results": [record("9", email=each) for each in seen.ids]})

    scripted.script = script
    people = {f"e{n}@x.de": {"city": "Ulm"} for n in range(100)}
    assert bad == set(hubspot.objects("contacts").batch_upsert(people).errors)


def test_those_who_write_an_unknown_property_are_found_without_halving(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    detail = {
        "message": 'Property "nope" does not exist',
        "code": "PROPERTY_DOESNT_EXIST",
        "context": {"propertyName": ["nope"]},
    }

    def script(seen: Any) -> Any:
        if any("nope" in each["properties"] for each in seen.body["inputs"]):
            return says(400, {"message": "Property values were not valid: []"} | errors)
        return ok(says, seen)

    errors = {"errors": [detail]}
    scripted.script = script
    wanted = changes(100) | {"7": {"nope": "x"}, "8": {"nope": "y"}}
    result = hubspot.objects("contacts").batch_update(wanted)
    assert {"7", "8"} == set(result.errors)
    assert '"nope" does not exist' in str(result.errors["7"])
    assert len(scripted.seen) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 500}, ServerBroken),
        ({"status": 429, "body": {"policyName": "DAILY"}}, Throttled),
        ({"status": 401}, Denied),
        ({"status": 200, "body": b"<html>"}, ServerBroken),
        ({"drop": True}, Unreachable),
    ],
)
def test_what_stops_one_call_stops_the_rest(
    hubspot: HubSpot, scripted: Any, says: Any, answer: dict[str, Any], kind: type
) -> None:
    """A portal that is out of calls must not lose more of them to the next chunks."""
    scripted.script = lambda seen: (
        ok(says, seen) if len(scripted.seen) == 1 else says(**answer)
    )
    result = hubspot.objects("contacts").batch_update(changes(350))
    assert len(result.records) == 100
    assert {kind} == {type(error) for error in result.errors.values()}
    assert {str(n) for n in range(200, 350)} == result.unsent
    assert len(scripted.seen) == 2


def test_results_so_far_survive_a_break_while_the_culprit_is_sought(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    refuse = refusing(says, {"99"})
    scripted.script = lambda seen: (
        refuse(seen) if len(scripted.seen) < 5 else says(drop=True)
    )
    result = hubspot.objects("contacts").batch_update(changes(100))
    assert {str(n) for n in range(75)} == set(result.records)
    assert {Unreachable} == {type(error) for error in result.errors.values()}
    assert len(result.errors) == 25


@pytest.mark.parametrize("status", [200, 207])
def test_missing_record_is_refused_alone_whatever_the_status(
    hubspot: HubSpot, scripted: Any, says: Any, status: int
) -> None:
    body = {
        "results": [record("1")],
        "numErrors": 1,
        "errors": [
            {
                "category": "OBJECT_NOT_FOUND",
                "message": MISSING,
                "context": {"ids": ["2", "3"]},
            }
        ],
    }
    scripted.in_turn(says(status, body))
    result = hubspot.objects("contacts").batch_read(["1", "2", "3"])
    assert {"1"} == set(result.records)
    assert {k: e.status for k, e in result.errors.items()} == {"2": 404, "3": 404}
    assert result.unsent == set()


def test_silence_about_an_input_is_an_error(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(200, {"results": [record("1")]}))
    result = hubspot.objects("contacts").batch_update({"1": {}, "2": {}})
    assert {"2"} == set(result.errors)
    assert "left it out" in str(result.errors["2"])
    assert isinstance(result.errors["2"], Refused)


def test_error_that_names_nobody_explains_the_silence(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    errors = [{"category": "VALIDATION_ERROR", "message": "something is odd"}]
    scripted.in_turn(says(207, {"results": [record("1")], "errors": errors}))
    result = hubspot.objects("contacts").batch_update({"1": {}, "2": {}})
    assert "something is odd" in str(result.errors["2"])


def test_input_with_both_a_result_and_an_error_has_failed(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    errors = [{"category": "CONFLICT", "message": "x", "context": {"ids": ["1"]}}]
    scripted.in_turn(says(207, {"results": [record("1")], "errors": errors}))
    result = hubspot.objects("contacts").batch_update({"1": {"city": "Ulm"}})
    assert result.records == {}
    assert result.errors["1"].status == 409


def test_results_are_matched_by_id_not_by_position(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.script = lambda seen: says(
        200, {"results": [record(each, n=each) for each in reversed(seen.ids)]}
    )
    records = hubspot.objects("contacts").batch_read(["1", "2", "3"]).records
    assert {key: each.properties["n"] for key, each in records.items()} == {
        "1": "1",
        "2": "2",
        "3": "3",
    }


def test_email_addresses_are_the_same_in_any_case_and_also_the_additional_ones(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    ada = record("1", email="ada@x.de", hs_additional_emails="al@x.de;ada@y.de")
    scripted.in_turn(says(200, {"results": [ada]}))
    result = hubspot.objects("contacts").batch_read(
        ["Ada@X.de", "ADA@x.de", "ada@Y.de"], id_property="email"
    )
    assert scripted.seen[0].ids == ["ada@x.de", "ada@y.de"]
    assert {key: each.id for key, each in result.records.items()} == {
        "Ada@X.de": "1",
        "ADA@x.de": "1",
        "ada@Y.de": "1",
    }


def test_upsert_sends_each_address_once_and_tells_who_is_new(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(
        says(200, {"results": [record("5", email="ada@x.de") | {"new": True}]})
    )
    result = hubspot.objects("contacts").batch_upsert(
        {"Ada@x.de": {"city": "Ulm"}, "ada@X.de": {"firstname": "Ada"}}
    )
    sent = scripted.seen[0].body["inputs"]
    assert len(sent) == 1
    assert sent[0]["properties"] == {
        "email": "ada@x.de",
        "city": "Ulm",
        "firstname": "Ada",
    }
    assert result.records["Ada@x.de"].new is True
    assert result.records["ada@X.de"].id == "5"


def people(*names: str) -> list[NewRecord]:
    return [NewRecord({"email": f"{name}@X.de"}, key=name) for name in names]


def test_created_records_are_matched_by_trace_id(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    conflict = {
        "category": "CONFLICT",
        "message": "Contact already exists. Existing ID: 9",
        "context": {"objectWriteTraceId": ["b"], "existingId": ["9"]},
    }
    results = [record("3") | {"objectWriteTraceId": key} for key in "ca"]
    scripted.in_turn(says(207, {"results": results, "errors": [conflict]}))
    result = hubspot.objects("contacts").batch_create(people("a", "b", "c"))
    assert {"a", "c"} == set(result.records)
    assert result.errors["b"].status == 409
    assert result.errors["b"].context["existingId"] == ("9",)


def test_created_records_without_trace_id_are_matched_by_their_values(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    results = [record("2", email="b@x.de"), record("1", email="a@x.de")]
    scripted.in_turn(says(201, {"results": results}))
    result = hubspot.objects("contacts").batch_create(people("a", "b", "c"))
    assert {k: v.id for k, v in result.records.items()} == {"a": "1", "b": "2"}
    assert {"c"} == set(result.errors)


def test_creations_that_cannot_be_told_apart_are_not_final_failures(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    """They exist: whoever tries again has to look first, and must be let try."""
    twins = [NewRecord({"hs_note_body": "welcome"}, key=key) for key in "ab"]
    notes = [record(each, hs_note_body="welcome") for each in "12"]
    scripted.in_turn(says(201, {"results": notes}))
    result = hubspot.objects("notes").batch_create(twins)
    assert [ServerBroken, ServerBroken] == [type(e) for e in result.errors.values()]
    assert result.records == {}


def test_batch_create_without_trace_support_is_halved(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    def script(seen: Any) -> Any:
        emails = [each["properties"]["email"] for each in seen.body["inputs"]]
        if "p40@X.de" in emails:
            return says(409, {"message": "Contact already exists"})
        return says(201, {"results": [record(e, email=e.lower()) for e in emails]})

    scripted.script = script
    names = [f"p{n}" for n in range(100)]
    result = hubspot.objects("contacts").batch_create(people(*names))
    assert {"p40"} == set(result.errors)
    assert len(result.records) == 99


def test_keys_of_new_records_have_to_differ(hubspot: HubSpot) -> None:
    with pytest.raises(ValueError, match="key"):
        hubspot.objects("contacts").batch_create(people("a", "a"))


def test_archive_without_an_answer_body_is_done(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(204))
    result = hubspot.objects("contacts").batch_archive(["1", "2", "1"])
    assert result.records == {"1": None, "2": None}
    assert scripted.seen[0].ids == ["1", "2"]


def test_list_follows_its_pages(hubspot: HubSpot, scripted: Any, says: Any) -> None:
    first = {"results": [record("1")], "paging": {"next": {"after": "2"}}}
    scripted.in_turn(says(200, first), says(200, {"results": [record("2")]}))
    listed = [each.id for each in hubspot.objects("contacts").list(["email"])]
    assert listed == ["1", "2"]
    assert [seen.query.get("after") for seen in scripted.seen] == [None, "2"]


def test_list_does_not_turn_in_a_circle(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(200, {"results": [], "paging": {"next": {"after": "2"}}}))
    with pytest.raises(ServerBroken):
        list(hubspot.objects("contacts").list())


def to(record_id: str | int) -> dict[str, Any]:
    kind = {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None}
    return {"toObjectId": record_id, "associationTypes": [kind]}


def test_associations_are_read_with_all_their_pages(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    alone = {
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": "No company is associated with contact 503.",
    }
    first = [
        {"from": {"id": "501"}, "to": [to(1)], "paging": {"next": {"after": "Mg"}}},
        {"from": {"id": 502}, "to": [to("3")]},
    ]
    second = [{"from": {"id": "501"}, "to": [to(2)]}]
    scripted.in_turn(
        says(207, {"results": first, "errors": [alone]}), says(200, {"results": second})
    )
    result = hubspot.associations("contacts", "companies").batch_read(
        ["501", "502", "503"]
    )
    kinds = (CONTACT_TO_COMPANY,)
    assert result.records == {
        "501": (Association("1", kinds), Association("2", kinds)),
        "502": (Association("3", kinds),),
        "503": (),
    }
    assert result.errors == {}
    assert scripted.seen[1].body["inputs"] == [{"id": "501", "after": "Mg"}]


def test_half_a_list_of_associations_is_no_answer(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    first = [{"from": {"id": "1"}, "to": [to(1)], "paging": {"next": {"after": "M"}}}]
    scripted.in_turn(says(200, {"results": first}), says(502))
    result = hubspot.associations("contacts", "companies").batch_read(["1"])
    assert result.records == {}
    assert isinstance(result.errors["1"], ServerBroken)


def test_invalid_id_among_associations_fails_alone(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    invalid = {
        "category": "VALIDATION_ERROR",
        "subCategory": "crm.associations.INVALID_IDENTIFIER",
        "message": "abc is not a valid ID",
    }
    found = [{"from": {"id": "1"}, "to": [to(1)]}]
    scripted.in_turn(says(207, {"results": found, "errors": [invalid]}))
    result = hubspot.associations("contacts", "companies").batch_read(["1", "abc"])
    assert {"1"} == set(result.records)
    assert "not a valid ID" in str(result.errors["abc"])


def pair_results(seen: Any) -> dict[str, Any]:
    return {
        "results": [
            {"fromObjectId": int(e["from"]["id"]), "toObjectId": int(e["to"]["id"])}
            for e in seen.body["inputs"]
        ]
    }


def test_pairs_with_a_record_that_does_not_exist_are_found_without_halving(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    def script(seen: Any) -> Any:
        if any(each["to"]["id"] == "66" for each in seen.body["inputs"]):
            context = {"INVALID_OBJECT_IDS": ["COMPANY=66 is not valid"]}
            message = "One or more associations are invalid"
            return says(400, {"message": message, "context": context})
        return says(201, pair_results(seen))

    scripted.script = script
    links = [(str(n), "9", [CONTACT_TO_COMPANY]) for n in range(100, 150)]
    links.append(("200", "66", [CONTACT_TO_COMPANY]))
    result = hubspot.associations("contacts", "companies").batch_create(links)
    assert {("200", "66")} == set(result.errors)
    assert result.records["100", "9"] == (CONTACT_TO_COMPANY,)
    assert len(scripted.seen) == 2


def test_invalid_id_that_is_on_both_sides_is_found_by_halving(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    """Contact 5 may exist although company 5 does not."""

    def script(seen: Any) -> Any:
        if any(each["to"]["id"] == "5" for each in seen.body["inputs"]):
            context = {"INVALID_OBJECT_IDS": ["COMPANY=5 is not valid"]}
            return says(400, {"message": "invalid", "context": context})
        return says(201, pair_results(seen))

    scripted.script = script
    pairs = [("5", "6"), ("7", "5"), ("8", "6")]
    links = [(*pair, [CONTACT_TO_COMPANY]) for pair in pairs]
    result = hubspot.associations("contacts", "companies").batch_create(links)
    assert {("7", "5")} == set(result.errors)


def test_pairs_are_taken_apart_by_the_hundred(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(says(204))
    pairs = [(str(n), "9") for n in range(150)]
    result = hubspot.associations("contacts", "companies").batch_archive(pairs)
    assert set(pairs) == set(result.records)
    assert [len(seen.body["inputs"]) for seen in scripted.seen] == [100, 50]


def test_search_by_values_keeps_within_hubspots_limits(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    lengths: list[int] = []

    def script(seen: Any) -> Any:
        lengths.append(int(seen.headers["Content-Length"]))
        values = seen.body["filterGroups"][0]["filters"][0]["values"]
        results = [record(value, domain=value) for value in values]
        return says(200, {"results": results})

    scripted.script = script
    domains = [f"Company-{n:03}-{'x' * (n % 50)}.example" for n in range(300)]
    search = hubspot.search("companies")
    found = {each.properties["domain"] for each in search.by_values("domain", domains)}
    assert {domain.lower() for domain in domains} == found
    assert max(lengths) <= 3000


def test_search_follows_pages_also_past_an_empty_one(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    scripted.in_turn(
        says(200, {"results": [record("1")], "paging": {"next": {"after": 200}}}),
        says(200, {"results": [], "paging": {"next": {"after": "400"}}}),
        says(200, {"results": [record("2")]}),
    )
    assert [each.id for each in hubspot.search("contacts").find()] == ["1", "2"]
    assert [seen.body["after"] for seen in scripted.seen[1:]] == ["200", "400"]


def test_search_admits_that_there_is_more_than_hubspot_gives_away(
    hubspot: HubSpot, scripted: Any, says: Any
) -> None:
    def script(seen: Any) -> Any:
        after = int(seen.body.get("after", 0)) + seen.body["limit"]
        return says(200, {"results": [], "paging": {"next": {"after": str(after)}}})

    scripted.script = script
    with pytest.raises(Refused, match="narrow"):
        list(hubspot.search("contacts").find(limit=150))
    last = scripted.seen[-1].body
    assert int(last["after"]) + last["limit"] == 10_000
