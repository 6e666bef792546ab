"""Bad days on demand: every kind of trouble, and whom it meets."""

from __future__ import annotations

import pytest
import requests

from tests.integration.sandbox.conftest import COMPANIES, CONTACTS, error_of, inputs

UPDATE = f"{CONTACTS}/batch/update"


@pytest.mark.parametrize(
    ("kind", "status", "field", "value"),
    [
        ("429_ten_secondly", 429, "policyName", "TEN_SECONDLY_ROLLING"),
        ("429_secondly", 429, "policyName", "SECONDLY"),
        ("429_daily", 429, "policyName", "DAILY"),
        ("401", 401, "category", "EXPIRED_AUTHENTICATION"),
        ("403", 403, "category", "MISSING_SCOPES"),
        ("423", 423, "message", "The resource is locked"),
        ("477", 477, "message", "The account is being migrated to another data center"),
        ("500", 500, "message", "internal error"),
        ("503", 503, "message", "Service Unavailable"),
    ],
)
def test_a_forced_answer_and_nothing_is_written(
    call, sandbox, kind, status, field, value
):
    sandbox.control.put_faults({"kind": kind})
    answer = call("POST", CONTACTS, {"properties": {"email": "ada@x.com"}})

    assert status == answer.status_code
    assert value == error_of(answer)[field]
    assert [] == sandbox.control.dump("contacts")


def test_an_expired_token_says_since_when(call, sandbox):
    sandbox.control.put_faults({"kind": "401"})
    body = error_of(call("GET", CONTACTS))

    assert (
        "The OAuth token used to make this call expired 12 second(s) ago."
        == body["message"]
    )
    assert body["context"]["expire time"][0].endswith("Z")


def test_a_migrating_account_says_when_to_come_back(call, sandbox):
    sandbox.control.put_faults({"kind": "477", "retry_after_s": 7})

    assert "7" == call("GET", CONTACTS).headers["Retry-After"]


def test_the_gateway_answers_html(call, sandbox):
    sandbox.control.put_faults({"kind": "502"})
    answer = call("GET", CONTACTS)

    assert 502 == answer.status_code
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<h1>502 Bad Gateway</h1>" in answer.text


def test_a_fault_strikes_as_often_as_it_should(call, sandbox):
    sandbox.control.put_faults({"kind": "503", "times": 2})
    statuses = [call("GET", CONTACTS).status_code for _ in range(4)]

    assert [503, 503, 200, 200] == statuses
    assert [2] == [fault["struck"] for fault in sandbox.control.faults()]


def test_a_fault_meets_only_whom_it_is_meant_for(call, sandbox):
    sandbox.control.put_faults(
        {"kind": "500", "method": "POST", "path": "*/batch/read", "body": '"7"'}
    )
    statuses = [
        call("GET", CONTACTS).status_code,
        call("POST", f"{COMPANIES}/batch/read", inputs({"id": "8"})).status_code,
        call("POST", f"{COMPANIES}/batch/read", inputs({"id": "7"})).status_code,
    ]
    sandbox.control.clear_faults()
    statuses.append(
        call("POST", f"{COMPANIES}/batch/read", inputs({"id": "7"})).status_code
    )

    assert [200, 207, 500, 207] == statuses


def test_chance_is_repeatable(call, sandbox):
    runs = []
    for _ in range(2):
        sandbox.control.put_faults({"kind": "500", "probability": 0.5})
        runs.append([call("GET", CONTACTS).status_code for _ in range(30)])

    assert runs[0] == runs[1]
    assert {200, 500} == set(runs[0])


def test_a_dropped_write_is_written_all_the_same(call, sandbox):
    sandbox.control.put_faults({"kind": "drop_after_write", "times": 1})
    with pytest.raises(requests.ConnectionError):
        call("POST", CONTACTS, {"properties": {"email": "ada@x.com"}})
    again = call("POST", CONTACTS, {"properties": {"email": "ada@x.com"}})

    assert 409 == again.status_code
    assert [0, 409] == [entry["status"] for entry in sandbox.control.requests()]


def test_a_timeout_does_nothing_and_closes(call, sandbox):
    sandbox.control.put_faults({"kind": "timeout", "delay_s": 0.05})
    with pytest.raises(requests.ConnectionError):
        call("POST", CONTACTS, {"properties": {"email": "ada@x.com"}})

    assert [] == sandbox.control.dump("contacts")


def test_a_slow_answer_comes_after_its_delay(call, sandbox):
    sandbox.control.put_faults({"kind": "slow", "delay_s": 0.2})
    answer = call("GET", CONTACTS)
    (entry,) = sandbox.control.requests()

    assert 200 == answer.status_code
    assert entry["duration_s"] >= 0.2


@pytest.mark.parametrize(
    "fault",
    [{"kind": "flood"}, {"kind": "500", "when": "now"}, {"kind": "500", "times": "x"}],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox, fault):
    with pytest.raises(ValueError, match=r"fault|counts"):
        sandbox.control.put_faults(fault)
