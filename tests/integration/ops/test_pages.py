"""The dashboard's pages: who sees them, what they hide, and that forms are ours."""

from __future__ import annotations

import re

import pytest

from tests.integration.ops.conftest import EMAIL, PORTAL, TOKEN, Person

PAGES = ("/", "/deliveries", "/dead", "/orders", "/contact", "/audit")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_those_who_gave_the_token(client, page):
    assert "/ops/login" == client.get(f"/ops{page}").location
    client.set_cookie("hubkeeper_ops", "forged.session", path="/ops")
    assert "/ops/login" == client.get(f"/ops{page}").location


def test_a_wrong_token_is_said_to_be_wrong(client):
    answer = client.post("/ops/login", data={"token": "wrong"})

    assert 401 == answer.status_code
    assert "wrong" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_session_is_for_this_site_and_no_script(person, client_with):
    plain = person.entered.headers["Set-Cookie"]
    client = client_with(public_url="https://hooks.example.com")
    secure = Person(client).entered.headers["Set-Cookie"]

    assert {"HttpOnly", "SameSite=Strict", "Path=/ops"} <= set(plain.split("; "))
    assert TOKEN not in plain
    assert "Secure" in secure
    assert "Secure" not in plain


def test_a_session_ends_with_the_token_that_opened_it(client_with):
    before, after = client_with(), client_with(ops_token="another-token-than-before")
    Person(before)
    cookie = before.get_cookie("hubkeeper_ops", path="/ops")
    after.set_cookie("hubkeeper_ops", cookie.value, path="/ops")

    assert 200 == before.get("/ops/").status_code
    assert 303 == after.get("/ops/").status_code


def test_nobody_stays_in_after_logging_out(person):
    person.does("/logout")

    assert 303 == person.client.get("/ops/").status_code


def test_style_and_script_are_there_for_everybody_again_and_again(client, person):
    for name in ("ops.css", "ops.js") * 3:
        assert 200 == client.get(f"/ops/static/{name}").status_code
    assert person.sees("/")


@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_a_form_that_is_not_ours_changes_nothing(person, ward, dead, csrf):
    for path in (f"/dead/{PORTAL}/{dead}/replay", "/orders", "/logout"):
        answer = person.client.post(f"/ops{path}", data={"csrf": csrf})

        assert 403 == answer.status_code
    assert [dead] == [letter.id for letter in ward.letters()]


def test_pages_may_not_be_kept_framed_or_scripted(person):
    headers = person.client.get("/ops/").headers

    assert "no-store" == headers["Cache-Control"]
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_no_page_shows_a_value_or_runs_what_an_error_says(person, ward, dead):
    ward.tell(601, subscriptionType=EMAIL, firstname=EMAIL)
    ward.order(text="valid address", rate=0.001)
    letter = f"/dead/{PORTAL}/{dead}"
    plan = person.sees("/plan", errors="Refused")
    pages = [
        *map(person.sees, (*PAGES, letter, f"/orders/{PORTAL}/1")),
        plan,
        person.sees("/contact", contact="501"),
    ]

    for page in pages:
        assert EMAIL not in page
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in person.sees("/dead")
    assert "***@***" in plan


def test_values_are_shown_on_purpose_and_that_is_noted(person, dead):
    letter = f"/dead/{PORTAL}/{dead}"
    shown = person.does(f"{letter}/show", letter).text

    assert shown.count(EMAIL) >= 3
    assert "<script>alert" not in shown
    audit = person.sees("/audit")
    assert "show values" in audit
    assert "dashboard: Ada" in audit


def test_a_letter_is_edited_and_replayed_in_one_go(person, ward, dead):
    letter = f"/dead/{PORTAL}/{dead}"
    raw = ward.services.dead.events(PORTAL, dead)[0]
    fixed = str({**raw, "propertyValue": "ada@example.com"}).replace("'", '"')
    form = {"place": "0", "payload": fixed, "deed": "replay"}
    answer = person.does(f"{letter}/edit", letter, **form)

    assert 303 == answer.status_code
    assert "It waits behind" in person.sees("/contact", contact="501")
    ward.settle()
    assert "Written" in person.sees("/contact", contact="501")
    ward.check()


def test_what_is_wrong_is_said_on_a_page(person, dead):
    letter = f"/dead/{PORTAL}/{dead}"
    bad = person.does(f"{letter}/edit", letter, place="0", payload="{", deed="keep")
    silent = person.does(f"{letter}/discard", letter, reason=" ")
    empty = person.does("/orders", verb="replay")

    for answer, word in ((bad, "JSON"), (silent, "say why"), (empty, "every dead")):
        assert 400 == answer.status_code
        assert word in answer.text
    assert 404 == person.client.get(f"/ops/dead/{PORTAL}/99").status_code
    assert 400 == person.client.get("/ops/dead?since=never").status_code


def test_a_plan_and_its_order_mean_the_same_time(person, ward):
    """Two hours ago is a while later when the order is placed."""
    ward.bury(501)
    since = re.search(
        r'name="since" value="([\d.]+)"', person.sees("/plan", since="2h")
    )

    assert since
    person.does("/orders", verb="replay", since=since[1])
    assert float(since[1]) == ward.orders.all(PORTAL)[0].filter.since


def test_letters_are_discarded_by_filter_after_a_plan(person, ward):
    ward.bury(501, 502)
    assert "gone for good" in person.sees("/plan", contact="501", verb="discard")
    form = {"contact": "501", "verb": "discard", "reason": "a test", "rate": "1000"}
    answer = person.does("/orders", **form)
    ward.carry_out(ward.orders.all(PORTAL)[0], lambda order: not order.is_active)

    assert f"/ops/orders/{PORTAL}/1" == answer.location
    assert "done" in person.sees(f"/orders/{PORTAL}/1")
    assert ["502"] == [letter.contact_id for letter in ward.letters()]
    ward.check()
