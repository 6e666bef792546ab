"""The ops API: the commands' functions over HTTP, for whoever has the token."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet

from app import services
from app.cli.command import group
from app.events.scripts import Scripts
from app.events.vault import Vault
from app.repair.orders import Orders
from tests.integration.ops.conftest import EMAIL, PORTAL, TOKEN, settings_of
from tests.integration.repair.conftest import Ward

README = Path(__file__).parents[3] / "README.md"


def error(answer, status):
    assert status == answer.status_code, answer.text
    assert {"status", "message", "correlationId", "category"} == set(answer.json)
    return answer.json["message"]


@pytest.mark.parametrize("path", ["/ops/", "/ops/login", "/ops/api/overview"])
def test_without_a_token_set_there_is_nothing(client_with, path):
    assert "NOT_FOUND" == client_with(ops_token="").get(path).json["category"]


@pytest.mark.parametrize(
    "header", [None, "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer ünfit"]
)
def test_nobody_comes_in_without_the_token(client, header):
    headers = {"Authorization": header} if header else {}

    answer = client.get("/ops/api/overview", headers=headers)

    error(answer, 401)
    assert "Bearer" == answer.headers["WWW-Authenticate"]


def test_who_guesses_has_to_wait_even_with_the_right_token(client, api):
    guess = {"Authorization": "Bearer wrong"}
    told = [
        client.get("/ops/api/overview", headers=guess).status_code for _ in range(7)
    ]

    assert [401] * 5 + [429] * 2 == told
    assert "try again in" in error(api("GET", "/overview"), 429)


def test_the_overview_shows_law_and_letters(api, dead):
    seen = api("GET", "/overview").json

    assert not seen["well"]
    (portal,) = seen["portals"]
    assert (PORTAL, True, 1) == (portal["portal"], portal["holds"], portal["letters"])
    assert 1 == portal["law"]["dead"]


def test_letters_come_in_pages_and_by_filter(api, ward):
    ward.bury(501, 502, 503)
    first = api("GET", "/dead?most=2").json
    rest = api("GET", f"/dead?most=2&after={first['next']}").json
    one = api("GET", "/dead?contact=502&errors=Refused").json

    found = [each["contact_id"] for each in first["results"] + rest["results"]]
    assert ["501", "502", "503"] == sorted(found)
    assert ["502"] == [each["contact_id"] for each in one["results"]]


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/dead?since=never", "since"),
        ("/dead?colour=red", "colour"),
        ("/dead?after=nowhere", "no place"),
        ("/dead?most=501", "most"),
        ("/deliveries?outcome=lost", "outcome"),
        ("/dead/export?most=1", "most"),
    ],
)
def test_what_is_unclear_is_said_in_words(api, path, word):
    assert word in error(api("GET", path), 400)


@pytest.mark.parametrize("since", [1e20, -1, "9999999d", True, {"a": 1}])
def test_a_time_that_no_calendar_holds_is_refused(api, dead, since):
    order = {"verb": "replay", "filter": {"contact": "501", "since": since}}

    assert "since" in error(api("POST", "/orders", order), 400)


def test_what_was_sealed_with_a_key_that_is_gone_is_said_to_be(
    client_with, store, store_url
):
    key = Fernet.generate_key().decode()
    scripts = Scripts(store, vault=Vault((key,)))
    ward = Ward(services.assemble(settings_of(store_url), store, scripts), store)
    ward.bury(501)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    assert "STORE_KEYS" in error(
        client_with().get("/ops/api/dead", headers=headers), 409
    )


@pytest.mark.parametrize(
    "path", ["/dead/20000001/99", "/deliveries/nine", "/orders/20000001/9"]
)
def test_what_is_not_there_is_not_found(api, path):
    error(api("GET", path), 404)


def test_a_letter_is_edited_and_replayed(api, ward, dead):
    letter = f"/dead/{PORTAL}/{dead}"
    raw = api("GET", letter).json["raw"][0]
    fixed = {**raw, "propertyValue": "ada@example.com"}
    edited = api("PUT", f"{letter}/events/0", {"payload": fixed})
    done = api("POST", f"{letter}/replay")

    assert fixed == edited.json["edits"]["0"]
    assert {"id": dead, "letters": 1, "events": 1} == done.json
    error(api("POST", f"{letter}/replay"), 404)
    ward.settle()
    ward.check()
    assert {"api: ada desk"} == {
        line["who"] for line in api("GET", "/audit").json["results"]
    }


def test_an_edit_that_is_no_event_is_refused(api, dead):
    path = f"/dead/{PORTAL}/{dead}/events/0"

    assert "no event" in error(api("PUT", path, {"payload": {"a": 1}}), 400)
    assert "payload" in error(api("PUT", path, {}), 400)
    error(api("PUT", f"/dead/{PORTAL}/{dead}/events/7", {"payload": None}), 404)


def test_a_letter_is_discarded_with_a_reason(api, ward, dead):
    done = api("POST", f"/dead/{PORTAL}/{dead}/discard", {"reason": "a test"})

    assert 1 == done.json["events"]
    assert "a test" == api("GET", "/audit").json["results"][0]["note"]
    ward.check()


def test_an_empty_filter_is_refused_unless_everything_is_said(api, ward):
    ward.bury(501, 502)
    order = {"verb": "replay", "filter": {}}

    assert "every dead letter" in error(api("POST", "/orders", order), 400)
    assert "every dead letter" in error(api("POST", "/dead/plan", {}), 400)
    assert "filter" in error(api("POST", "/dead/plan", {"filter": {"x": "y"}}), 400)
    placed = api("POST", "/orders", {**order, "everything": True})
    assert (201, 2) == (placed.status_code, placed.json["results"][0]["planned"])


def test_a_replay_is_planned_ordered_watched_and_stopped(api, ward):
    ward.bury(501, 502, 503)
    wanted = {"filter": {"errors": ["Refused"]}, "rate": 1}
    (plan,) = api("POST", "/dead/plan", wanted).json["results"]
    (order,) = api("POST", "/orders", {**wanted, "verb": "replay"}).json["results"]
    path = f"/orders/{PORTAL}/{order['id']}"
    Orders(ward.services).step(PORTAL)

    assert (3, 3.0) == (plan["letters"], plan["seconds"])
    assert 1 == api("GET", path).json["letters"]
    assert "stopped" == api("POST", f"{path}/stop").json["state"]
    assert "stopped" in error(api("POST", f"{path}/stop"), 400)
    assert [order["id"]] == [o["id"] for o in api("GET", "/orders").json["results"]]
    ward.check()


def test_an_export_is_taken_in_once(api, ward, dead):
    lines = api("GET", "/dead/export").text
    api("POST", f"/dead/{PORTAL}/{dead}/discard", {})
    headers = api.headers
    taken = [
        api.client.post("/ops/api/dead/import", data=lines, headers=headers).json
        for _ in range(2)
    ]

    assert EMAIL == json.loads(lines)["raw"][0]["propertyValue"]
    assert [(1, 0), (0, 1)] == [(t["letters"], t["here_already"]) for t in taken]
    refused = api.client.post("/ops/api/dead/import", data="{}", headers=headers)
    assert "line 1" in error(refused, 400)
    ward.check()


def test_many_exports_in_a_row_leave_room_for_others(api, dead):
    """A place that is kept while lines go out is given back at the end."""
    told = [api("GET", "/dead/export").status_code for _ in range(9)]

    assert [200] * 9 == told


def test_who_comes_while_all_places_are_taken_is_told_to_come_again(client_with, dead):
    """Webhooks are not: they have the other threads."""
    client = client_with(web_threads=1)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    slow = client.get("/ops/api/dead/export", headers=headers)

    answer = client.get("/ops/api/overview", headers=headers)
    assert "others are looking" in error(answer, 503)
    assert 401 == client.post("/webhooks/hubspot", data="[]").status_code
    slow.close()
    assert 200 == client.get("/ops/api/overview", headers=headers).status_code


def test_the_command_and_the_api_show_the_same(api, store_url, dead):
    at = {"REDIS_URL": store_url}
    letter = CliRunner().invoke(group, ["dead", "show", f"{PORTAL}/{dead}"], env=at)
    listed = CliRunner().invoke(group, ["dead", "list", "--json"], env=at)

    assert json.loads(letter.output) == api("GET", f"/dead/{PORTAL}/{dead}").json
    assert [json.loads(listed.output)] == api("GET", "/dead").json["results"]


def test_the_trail_of_a_contact_is_told(api, ward, dead):
    ward.tell(502)
    ward.settle()

    (waits,) = api("GET", "/contacts/501/trail").json["results"]
    (ended,) = api("GET", f"/contacts/502/trail?portal={PORTAL}").json["results"]

    assert [dead] == waits["now"]["letters"]
    assert "written" == ended["finished"][0]["outcome"]


def test_a_refused_delivery_is_in_the_log(api):
    api.client.post("/webhooks/hubspot", data="[]")
    deadline = time.monotonic() + 10
    while not (found := api("GET", "/deliveries?outcome=rejected").json["results"]):
        assert time.monotonic() < deadline, "it was never written down"
        time.sleep(0.02)
    api.client.application.extensions["logbook"].close()

    (line,) = found
    whole = api("GET", f"/deliveries/{line['id']}").json
    assert (401, []) == (whole["status"], whole["events"])
    assert [] == api("GET", "/deliveries?outcome=accepted").json["results"]


def test_a_store_that_is_away_is_said_to_be(client_with):
    client = client_with(redis_url="redis://127.0.0.1:1/0")
    headers = {"Authorization": f"Bearer {TOKEN}"}

    error(client.get("/ops/api/overview", headers=headers), 503)


def test_the_readme_lists_every_path(client):
    """As `METHOD path`, with names in angle brackets as they are."""
    rules = [
        f"| `{method} {re.sub('<int.*:', '<', rule.rule).replace('id_', 'id')}` |"
        for rule in client.application.url_map.iter_rules()
        if rule.rule.startswith("/ops/api")
        for method in rule.methods & {"GET", "POST", "PUT"}
    ]
    text = README.read_text()

    assert [] == [rule for rule in rules if rule not in text]
    assert len(rules) == text.count(" /ops/api/")
