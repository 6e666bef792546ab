"""Logs: neither tokens nor addresses of people."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app import logs


@pytest.mark.parametrize(
    "secret",
    [
        "pat-na1-11112222-3333-4444-5555-666677778888",
        "pat-eu1-11112222-3333-4444-5555-666677778888",
        "Bearer CJTl0L6hMRICA",
        "ada.lovelace+news@mail.example.co.uk",
    ],
)
def test_a_secret_in_any_field_is_masked(secret: str) -> None:
    line = logs.mask(None, "info", {"event": f"x {secret} y", "error": secret, "n": 3})

    assert secret not in str(line)
    assert {"event", "error", "n"} == set(line)


def test_a_very_long_text_is_cut() -> None:
    line = logs.mask(None, "info", {"event": "x", "error": "a@" * 50_000})

    assert len(str(line["error"])) <= logs.LONGEST


def test_what_is_no_secret_stays_readable() -> None:
    line = {"event": "contact_bury", "contact": "106651134132", "error": "400: no x"}

    assert line == logs.mask(None, "info", dict(line))


@pytest.mark.parametrize(
    "phone",
    [
        "+4930123456",
        "+49 (0)30 / 123 456-78",
        "+1 415 555 0100",
        "+1-415-555-0100",
        "(415) 555-0100",
        "415.555.0100",
        "555-0100",
        "030/1234567",
        "030.1234567",
        "01 23 45 67 89",
        "1-800-555-0100",
    ],
)
@pytest.mark.parametrize("around", ["{}", "x {} y", 'phone:"{}".', "phone={},", "({})"])
def test_a_phone_number_in_a_message_is_masked(phone: str, around: str) -> None:
    message = around.format(phone)

    line = logs.mask(None, "info", {"event": message, "error": message})

    left = {c for value in line.values() for c in value if c.isdigit()}
    assert set() == left, line
    assert "***" in line["event"]


@pytest.mark.parametrize(
    "message",
    [
        "2026-11-21",
        "2026-11-21T03:01:16Z",
        "2026-11-21T03:01:16.123456+00:00",
        "2026-11-21 03:01:16,123 400",
        "at 1795166400.123456",
        "took 0.123456789 s",
        "11112222-3333-4444-5555-666677778888",
        "id 5f0c1d2e-1111-4222-8333-123456789012.",
        "contact 106651134132 501",
        "company 106651134132: 404",
        "106651134132, 106651134133",
        "106651134132 106651134133",
        "objects of 2-3329278",
        "400 and 1200 ms",
        "urllib3 2.2.1, Chrome/120.0.6099.109, v1.20.304567",
        "http://127.0.0.1:8080/62515/501",
        "https://api.hubapi.com:443/crm/v3/objects/0-1/106651134132",
        "https://app.hubspot.com/contacts/62515/record/501000/77",
        "redis://192.168.100.200:6379/0",
        "192.168.100.200:6379 refused",
    ],
)
def test_dates_ids_versions_and_addresses_of_machines_stay_readable(
    message: str,
) -> None:
    line = {"event": message, "error": f"({message})"}

    assert line == logs.mask(None, "info", dict(line))


@pytest.mark.parametrize("field", ["contact", "portal", "round"])
def test_a_field_that_holds_an_id_is_left_as_it_is(field: str) -> None:
    line = {"event": "x", field: "501-000-777"}

    assert line == logs.mask(None, "info", dict(line))


def test_the_error_of_a_library_is_a_line_of_ours_and_masked() -> None:
    code = (
        "import logging; from app import logs; logs.setup('INFO');"
        "logs.adopt('celery'); theirs = logging.getLogger('celery.worker');"
        "theirs.info('fine'); theirs.critical('%s is lost', 'ada@example.com')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    (line,) = map(json.loads, done.stderr.splitlines())
    assert ("critical", "celery.worker") == (line["level"], line["library"])
    assert "***@*** is lost" == line["error"]
