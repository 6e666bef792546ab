"""`hubkeeper verify`: a captured request, and what is wrong with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.verify import verify
from app.hubspot import signature

SECRET = "5d1b0c4e-8a6f-4c55-9f0e-2a77c1f3be01"
BASE = "https://hooks.example.com"
BODY = b'[{"eventId":1}]'
STAMP = 1_769_081_994_066


@pytest.fixture
def file(tmp_path: Path) -> Path:
    proof = signature.sign_v3(
        SECRET, "POST", f"{BASE}/webhooks/hubspot", BODY, str(STAMP)
    )
    head = (
        "POST /webhooks/hubspot HTTP/1.1\r\nHost: hooks.example.com\r\n"
        f"X-HubSpot-Request-Timestamp: {STAMP}\r\nX-HubSpot-Signature-v3: {proof}\r\n"
    )
    captured = tmp_path / "request.http"
    captured.write_bytes(head.encode() + b"\r\n" + BODY)
    return captured


def told(file: Path, *words: str, secret: str = SECRET, url: str = BASE) -> Result:
    env = {"HUBSPOT_CLIENT_SECRET": secret, "PUBLIC_URL": url}
    result = CliRunner().invoke(verify, [str(file), *words], env=env)
    assert SECRET not in result.output
    return result


def test_a_genuine_request_is_said_to_be_genuine(file: Path) -> None:
    result = told(file)

    assert 0 == result.exit_code
    assert "genuine: its v3 signature fits" in result.output


def test_a_wrong_public_url_is_named_with_the_right_one(file: Path) -> None:
    result = told(file, url="http://10.0.0.7:8080")

    assert 1 == result.exit_code
    assert f"refused (url): PUBLIC_URL should be '{BASE}'" in result.output


def test_the_url_may_be_given(file: Path) -> None:
    words = ("--url", f"{BASE}/webhooks/hubspot")

    assert 0 == told(file, *words, url="http://10.0.0.7:8080").exit_code


def test_a_wrong_secret_is_said_to_be_wrong(file: Path) -> None:
    assert "refused (secret)" in told(file, secret="another-secret").output


def test_the_age_counts_only_where_it_is_known_when_the_request_came(
    file: Path,
) -> None:
    assert STAMP / 1000 < time.time() - 3600

    assert "refused (clock)" in told(file, "--at", "2026-01-22T11:45:00").output
    assert 0 == told(file, "--at", "2026-01-22T11:41:00").exit_code


def test_the_body_may_be_in_a_file_of_its_own(file: Path, tmp_path: Path) -> None:
    head, _, body = file.read_bytes().partition(b"\r\n\r\n")
    (tmp_path / "head").write_bytes(head)
    (tmp_path / "body").write_bytes(body)

    result = told(tmp_path / "head", "--body", str(tmp_path / "body"))

    assert 0 == result.exit_code


def test_a_file_that_is_no_request_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "photo").write_bytes(b"\x89PNG\r\n\x1a\n")

    assert "this is no header" in told(tmp_path / "photo").output
