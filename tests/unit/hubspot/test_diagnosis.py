"""Why a signature does not fit, in words that lead to the remedy."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import NotFromHubSpot
from app.hubspot import diagnosis, signature
from app.hubspot.diagnosis import Finding
from app.hubspot.original import MOST_URLS, Suspect, bodies, urls

SECRET = "5d1b0c4e-8a6f-4c55-9f0e-2a77c1f3be01"
BASE = "https://hooks.example.com"
URL = f"{BASE}/webhooks/hubspot"
EVENTS = [{"eventId": 1, "portalId": 62515, "propertyValue": "Zoë ☕"}]
BODY = json.dumps(EVENTS, separators=(",", ":"), ensure_ascii=False).encode()
NOW_MS = 1_769_081_994_066


def signed(
    url: str = URL, body: bytes = BODY, secret: str = SECRET, versions: str = "v1 v3"
) -> dict[str, str]:
    """Return the headers with which HubSpot sends a body to a URL."""
    headers = {"host": "10.0.0.7:8080"}
    stamp = str(NOW_MS)
    if "v1" in versions:
        headers["x-hubspot-signature"] = signature.sign_v1(secret, body)
        headers["x-hubspot-signature-version"] = "v1"
    if "v2" in versions:
        headers["x-hubspot-signature"] = signature.sign_v2(secret, "POST", url, body)
        headers["x-hubspot-signature-version"] = "v2"
    if "v3" in versions:
        proof = signature.sign_v3(secret, "POST", url, body, stamp)
        headers["x-hubspot-signature-v3"] = proof
        headers["x-hubspot-request-timestamp"] = stamp
    return headers


def explained(
    headers: dict[str, str],
    *,
    url: str = URL,
    body: bytes = BODY,
    secrets: tuple[str, ...] = (SECRET,),
    accepted: frozenset[str] = signature.VERSIONS,
    now: float = NOW_MS / 1000,
) -> Finding:
    """Let a request be refused, and return why it was."""
    about: dict[str, Any] = {"secrets": secrets, "accepted": accepted}
    with pytest.raises(NotFromHubSpot) as caught:
        signature.verify(
            headers=headers, method="POST", uri=url, body=body, now=now, **about
        )
    suspect = Suspect("POST", url, headers, body)
    found = diagnosis.explain(suspect, caught.value, **about)
    secret_things = (*secrets, *(v for k, v in headers.items() if "signature" in k))
    assert [] == [s for s in secret_things if len(s) > 3 and s in found.words]
    return found


@pytest.mark.parametrize("versions", ["v1 v3", "v3", "v2"])
@pytest.mark.parametrize(
    ("seen", "forwarded", "said"),
    [
        ("http://hooks.example.com/webhooks/hubspot", {}, f"should be '{BASE}'"),
        (
            "http://10.0.0.7:8080/webhooks/hubspot",
            {"x-forwarded-host": "hooks.example.com"},
            f"should be '{BASE}'",
        ),
        (
            "https://old.example.com/webhooks/hubspot",
            {"host": "hooks.example.com"},
            f"should be '{BASE}'",
        ),
        (f"{URL}/", {}, "slash at the end"),
        (f"{URL}?via=proxy", {}, "adds a query"),
        (
            f"{BASE}/hook",
            {"x-original-uri": "/webhooks/hubspot"},
            "rewrites the path",
        ),
        (
            "http://inside/hubspot",
            {"x-forwarded-prefix": "/webhooks", "host": "hooks.example.com"},
            f"should be '{BASE}', and PUBLIC_URL should end with '/webhooks'",
        ),
    ],
    ids=["http", "forwarded", "host", "slash", "query", "rewritten", "prefix"],
)
def test_a_url_that_was_changed_on_the_way_is_found(
    seen: str, forwarded: dict[str, str], said: str, versions: str
) -> None:
    found = explained(signed(versions=versions) | forwarded, url=seen)

    assert "url" == found.cause
    assert said in found.words


def test_another_url_of_which_nothing_is_known_is_told_by_the_good_body() -> None:
    found = explained(signed(url="https://elsewhere.example/x"))

    assert "url" == found.cause
    assert "secret and body are right" in found.words


@pytest.mark.parametrize("versions", ["v1 v3", "v1", "v2", "v3"])
@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (json.dumps(EVENTS).encode(), "writes it anew"),
        (json.dumps(EVENTS, ensure_ascii=False).encode(), "writes it anew"),
        (json.dumps(EVENTS, separators=(",", ":")).encode(), "writes it anew"),
        (json.dumps(EVENTS, indent=2).encode(), "writes it anew"),
        (BODY + b"\n", "white space"),
        (b"\xef\xbb\xbf" + BODY, "white space"),
    ],
    ids=["python", "spaced", "ascii", "indented", "newline", "bom"],
)
def test_a_body_that_was_written_anew_is_found(
    seen: bytes, said: str, versions: str
) -> None:
    found = explained(signed(versions=versions), body=seen)

    assert "body" == found.cause
    assert said in found.words


def test_a_changed_url_and_a_changed_body_are_both_found() -> None:
    """Thanks to the v1 signature, which covers the body alone."""
    found = explained(
        signed(), url="http://hooks.example.com/webhooks/hubspot", body=BODY + b"\n"
    )

    assert f"should be '{BASE}'" in found.words
    assert "white space" in found.words


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("guessed-wrongly", "no secret of HUBSPOT_CLIENT_SECRET fits"),
        ("pat-eu1-0c0ffee0-0000", "begins like an access token"),
        (f'"{SECRET}"', "without the quotes"),
    ],
)
def test_a_wrong_secret_is_said_to_be_wrong(secret: str, said: str) -> None:
    found = explained(signed(), secrets=(secret,))

    assert "secret" == found.cause
    assert said in found.words


def test_a_clock_that_is_off_is_measured() -> None:
    found = explained(signed(), now=NOW_MS / 1000 + 1_000)

    assert "clock" == found.cause
    assert "1000.0 s before" in found.words


def test_a_good_signature_of_a_version_that_does_not_count() -> None:
    found = explained(signed(versions="v1"), accepted=frozenset({"v3"}))

    assert "version" == found.cause
    assert "its v1 signature fits, and ACCEPTED_SIGNATURES is v3" in found.words


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, "no signature"),
        ({"x-hubspot-signature-v3": "x"}, "not a time in milliseconds"),
    ],
)
def test_headers_that_are_missing_or_garbled(
    headers: dict[str, str], said: str
) -> None:
    found = explained(headers)

    assert "headers" == found.cause
    assert said in found.words


def test_a_long_body_is_not_tried_at_all() -> None:
    found = explained(signed(), body=b" " * (diagnosis.LONGEST_BODY + 1))

    assert "unknown" == found.cause


def test_looking_into_the_longest_body_takes_a_moment_only() -> None:
    """A stranger who can make us look shall not make us busy."""
    body = json.dumps([{"v": "x" * (diagnosis.LONGEST_BODY - 100)}]).encode()
    headers = signed(secret="another") | {
        "x-forwarded-host": "a:1",
        "x-original-host": "b:2",
        "x-original-uri": "/c",
    }
    suspect = Suspect("POST", f"{URL}?q", headers, body)

    assert MOST_URLS == len(list(urls(suspect)))
    assert 8 > len(list(bodies(body)))
    began = time.process_time()
    explained(headers, body=body, secrets=("one", "two"))
    assert 0.5 > time.process_time() - began


any_text = st.text(st.characters(exclude_categories=()), max_size=40)


@given(
    url=any_text | st.sampled_from(["http://[", "https://h:x/%zz", URL]),
    headers=st.dictionaries(
        st.sampled_from(
            ["host", "x-forwarded-host", "x-original-uri", "x-forwarded-prefix"]
        ),
        any_text | st.sampled_from(["[::1", "a:b:c", "/\ud800"]),
    ),
    body=st.binary(max_size=60) | st.sampled_from([b'["\\ud800"]', b"[1e999]", b"NaN"]),
    versions=st.sampled_from(["v1 v3", "v1", "v2", "v3"]),
)
def test_nothing_that_a_stranger_sends_breaks_it(
    url: str, headers: dict[str, str], body: bytes, versions: str
) -> None:
    explained(
        signed(secret="a stranger's", versions=versions) | headers, url=url, body=body
    )
