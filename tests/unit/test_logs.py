"""Logs: neither tokens nor addresses of people."""

from __future__ import annotations

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


def test_what_is_no_secret_stays_readable() -> None:
    line = {"event": "contact_bury", "contact": "106651134132", "error": "400: no x"}

    assert line == logs.mask(None, "info", dict(line))
