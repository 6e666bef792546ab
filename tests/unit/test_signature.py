"""Who is calling: HubSpot's own requests pass, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.errors import NotFromHubSpot, RequestRejected, TooOld, Unfit
from app.hubspot import signature

SIGNATURES = Path(__file__).parents[1] / "data" / "signatures"
VECTORS = [
    pytest.param(vector, id=f"{file.stem}-{number}-{vector['version']}")
    for file in sorted(SIGNATURES.glob("*.json"))
    for number, vector in enumerate(json.loads(file.read_text())["vectors"])
]
SECRET = "5d1b0c4e-8a6f-4c55-9f0e-2a77c1f3be01"
NEW_SECRET = "0f6e2d3c-77aa-4b1e-8c0d-9b1f5e4d3c2b"
URI = "https://hooks.example.com/webhooks/hubspot?portal=7&who=%40us"
BODY = b'[{"eventId":1,"portalId":62515}]'
SIGNED_AT_MS = 1_769_081_994_066
NOW = SIGNED_AT_MS / 1000
ALL = frozenset({"v1", "v2", "v3"})
NAMES = (
    "X-HubSpot-Signature",
    "X-HubSpot-Signature-Version",
    "X-HubSpot-Signature-v3",
    "X-HubSpot-Request-Timestamp",
)

any_text = st.text(st.characters(exclude_categories=()))
headers_of_strangers = st.dictionaries(
    st.sampled_from(NAMES) | any_text,
    any_text | st.sampled_from(["v1", "v2", "v3", str(SIGNED_AT_MS), "0" * 64]),
)


def headers_v1(secret: str = SECRET, body: bytes = BODY) -> dict[str, str]:
    return {
        "X-HubSpot-Signature": signature.sign_v1(secret, body),
        "X-HubSpot-Signature-Version": "v1",
    }


def headers_v2(secret: str = SECRET) -> dict[str, str]:
    return {
        "X-HubSpot-Signature": signature.sign_v2(secret, "POST", URI, BODY),
        "X-HubSpot-Signature-Version": "v2",
    }


def headers_v3(secret: str = SECRET, at: str = str(SIGNED_AT_MS)) -> dict[str, str]:
    return {
        "X-HubSpot-Signature-v3": signature.sign_v3(secret, "POST", URI, BODY, at),
        "X-HubSpot-Request-Timestamp": at,
    }


def verify(headers: dict[str, str], **changes: Any) -> str:
    """Verify the request of these tests, with some of its parts changed."""
    request = {"method": "POST", "uri": URI, "body": BODY, "secrets": [SECRET]}
    return signature.verify(headers=headers, **({"now": NOW} | request | changes))


@pytest.mark.parametrize("vector", VECTORS)
def test_published_signatures_pass(vector: dict[str, str]) -> None:
    name = "X-HubSpot-Signature" + ("-v3" if vector["version"] == "v3" else "")
    headers = {
        name: vector["expected"],
        "X-HubSpot-Signature-Version": vector["version"],
        "X-HubSpot-Request-Timestamp": vector["timestamp"],
    }
    found = signature.verify(
        headers=headers,
        method=vector["method"],
        uri=vector["uri"],
        body=vector["body"].encode(),
        secrets=[vector["secret"]],
        now=int(vector["timestamp"] or 0) / 1000,
    )
    assert vector["version"] == found


def test_the_vectors_cover_all_versions() -> None:
    assert {vector.values[0]["version"] for vector in VECTORS} == ALL
    assert len(VECTORS) >= 11


@pytest.mark.parametrize("vector", VECTORS)
def test_signs_as_published(vector: dict[str, str]) -> None:
    """The sandbox signs with the same functions."""
    secret, body = vector["secret"].encode(), vector["body"].encode()
    method, uri = vector["method"].lower(), vector["uri"]
    if vector["version"] == "v1":
        found = signature.sign_v1(secret, body)
    elif vector["version"] == "v2":
        found = signature.sign_v2(secret, method, uri, body)
    else:
        found = signature.sign_v3(secret, method, uri, body, vector["timestamp"])
    assert vector["expected"] == found


def test_the_names_of_headers_may_have_any_case() -> None:
    shouted = {name.upper(): value for name, value in headers_v3().items()}
    whispered = {name.lower(): value for name, value in headers_v2().items()}
    assert verify(shouted) == "v3"
    assert verify(whispered) == "v2"


def test_a_signature_without_a_version_is_version_1() -> None:
    headers = headers_v1()
    del headers["X-HubSpot-Signature-Version"]
    assert verify(headers) == "v1"


def test_version_3_decides_where_a_delivery_bears_both() -> None:
    assert verify(headers_v1() | headers_v3()) == "v3"


def test_a_bad_version_3_is_not_rescued_by_a_good_version_1() -> None:
    with pytest.raises(NotFromHubSpot):
        verify(headers_v1() | headers_v3(secret="another"))
    with pytest.raises(NotFromHubSpot):
        verify(headers_v1() | {"X-HubSpot-Signature-v3": ""})


@pytest.mark.parametrize(
    ("headers", "accepted", "expected"),
    [
        (headers_v1(), {"v1"}, "v1"),
        (headers_v1(), {"v1", "v2"}, "v1"),
        (headers_v1(), {"v2", "v3"}, None),
        (headers_v2(), {"v2"}, "v2"),
        (headers_v2(), {"v1", "v3"}, None),
        (headers_v3(), {"v3"}, "v3"),
        (headers_v3(), {"v1", "v2"}, None),
        (headers_v1() | headers_v3(), {"v3"}, "v3"),
        (headers_v1() | headers_v3(), {"v1", "v2"}, "v1"),
        (headers_v1() | headers_v3(), {"v2"}, None),
        (headers_v1() | headers_v3(), set(), None),
        (headers_v1() | headers_v3(secret="another"), {"v1"}, "v1"),
    ],
)
def test_only_accepted_versions_count(
    headers: dict[str, str], accepted: set[str], expected: str | None
) -> None:
    if expected is None:
        with pytest.raises(NotFromHubSpot, match="accept"):
            verify(headers, accepted=frozenset(accepted))
    else:
        assert expected == verify(headers, accepted=frozenset(accepted))


@pytest.mark.parametrize("make", [headers_v1, headers_v2, headers_v3])
def test_both_secrets_pass_while_one_is_rotated(make: Any) -> None:
    for secrets in ([SECRET, NEW_SECRET], [NEW_SECRET, SECRET]):
        assert verify(make(SECRET), secrets=secrets)
        assert verify(make(NEW_SECRET), secrets=secrets)
        with pytest.raises(NotFromHubSpot):
            verify(make("a third one"), secrets=secrets)


@pytest.mark.parametrize("off_ms", [-300_000, -299_999, 0, 299_999, 300_000])
def test_five_minutes_either_way_are_in_time(off_ms: int) -> None:
    assert verify(headers_v3(), now=(SIGNED_AT_MS + off_ms) / 1000) == "v3"


@pytest.mark.parametrize("off_ms", [-86_400_000, -300_001, 300_001, 86_400_000])
def test_more_than_five_minutes_either_way_are_not(off_ms: int) -> None:
    with pytest.raises(TooOld, match=rf"{abs(off_ms) / 1000:.1f} s .* clock"):
        verify(headers_v3(), now=(SIGNED_AT_MS + off_ms) / 1000)


def test_a_late_request_of_a_stranger_is_said_to_be_a_strangers() -> None:
    """Whoever reads TooOld looks at the clock; the secret is not in doubt then."""
    with pytest.raises(NotFromHubSpot) as caught:
        verify(headers_v3(secret="another"), now=NOW + 3600)
    assert caught.type is Unfit


@pytest.mark.parametrize(
    "secrets",
    [[], [""], [SECRET, ""], (), SECRET],
    ids=["none", "", "two", "()", "str"],
)
def test_verifying_without_a_secret_is_refused(secrets: Any) -> None:
    """An empty secret would let everybody sign."""
    for headers in (headers_v1(secret=""), headers_v3(secret=""), {}):
        with pytest.raises(ValueError, match="client secrets"):
            verify(headers, secrets=secrets)


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        " ",
        "now",
        "-1",
        "+1769081994066",
        " 1769081994066",
        "1769081994066\n",
        "1_769_081_994_066",
        "1769081994066.0",
        "1e12",
        "١٧٦٩٠٨١٩٩٤٠٦٦",
        "²",
        "9" * 16,
        "9" * 5_000,
        "1769081994066\0",
        "\ud800",
    ],
)
def test_a_garbled_time_is_refused_even_if_signed(timestamp: str) -> None:
    with pytest.raises(NotFromHubSpot, match="not a time"):
        verify(headers_v3(at=timestamp))


def test_a_missing_time_is_refused() -> None:
    headers = headers_v3()
    del headers["X-HubSpot-Request-Timestamp"]
    with pytest.raises(NotFromHubSpot, match="not a time"):
        verify(headers)


GARBLED = ["", " ", "0", "é", "\0", "\ud800", "0" * 64, "A" * 43 + "=", "x" * 100_000]


@pytest.mark.parametrize("garbled", GARBLED)
def test_a_garbled_signature_is_refused(garbled: str) -> None:
    for make, name in (
        (headers_v1, NAMES[0]),
        (headers_v2, NAMES[0]),
        (headers_v3, NAMES[2]),
    ):
        with pytest.raises(NotFromHubSpot, match="does not match"):
            verify(make() | {name: garbled})


@pytest.mark.parametrize("version", ["", "v3", "V1", "1", "\ud800", "v1, v1"])
def test_a_garbled_version_is_refused(version: str) -> None:
    with pytest.raises(NotFromHubSpot, match="version"):
        verify(headers_v1() | {"X-HubSpot-Signature-Version": version})


def test_a_request_without_a_signature_is_refused() -> None:
    with pytest.raises(NotFromHubSpot, match="no signature"):
        verify({"Host": "hooks.example.com"})


def test_version_1_and_3_digests_are_compared_to_the_letter() -> None:
    """Base64 has several spellings of one value, hex has two; HubSpot uses one."""
    v1 = headers_v1()
    shouted = {**v1, NAMES[0]: v1[NAMES[0]].upper()}
    v3 = headers_v3()
    last = v3[NAMES[2]][42]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    sibling = alphabet[alphabet.index(last) ^ 1]  # the bits that base64 throws away
    respelled = {**v3, NAMES[2]: v3[NAMES[2]][:42] + sibling + "="}
    for headers in (shouted, respelled, {**v3, NAMES[2]: v3[NAMES[2]].rstrip("=")}):
        with pytest.raises(NotFromHubSpot):
            verify(headers)


def test_a_refusal_shows_neither_secret_nor_signature_nor_body() -> None:
    cases = [
        (headers_v1("x"), {}),
        (headers_v2("x"), {}),
        (headers_v3("x"), {}),
        (headers_v3(), {"now": 0.0}),
        (headers_v1(), {"accepted": frozenset({"v3"})}),
    ]
    for headers, changes in cases:
        with pytest.raises(NotFromHubSpot) as caught:
            verify(headers, **changes)
        message = str(caught.value)
        secrets = [SECRET, BODY.decode(), headers.get(NAMES[0]), headers.get(NAMES[2])]
        assert [part for part in secrets if part and part in message] == []


@given(
    headers=headers_of_strangers,
    method=any_text,
    uri=any_text,
    body=st.binary(),
    now=st.floats(0, 1e11),
)
def test_a_stranger_is_refused_and_nothing_else_happens(
    headers: dict[str, str], method: str, uri: str, body: bytes, now: float
) -> None:
    with pytest.raises(RequestRejected):
        verify(headers, method=method, uri=uri, body=body, now=now)


@given(method=any_text, uri=any_text, body=st.binary(), secret=any_text)
def test_whatever_is_signed_passes(
    method: str, uri: str, body: bytes, secret: str
) -> None:
    assume(secret)
    at = str(SIGNED_AT_MS)
    v3 = {NAMES[2]: signature.sign_v3(secret, method, uri, body, at), NAMES[3]: at}
    v2 = {NAMES[0]: signature.sign_v2(secret, method, uri, body), NAMES[1]: "v2"}
    v1 = {NAMES[0]: signature.sign_v1(secret, body)}
    for expected, headers in (("v1", v1), ("v2", v2), ("v3", v3)):
        request = {"method": method, "uri": uri, "body": body, "secrets": [secret]}
        assert expected == verify(headers, **request)


def altered(data: st.DataObject, text: str) -> str:
    """Return the text with one character replaced by another."""
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda new: new != text[at]))
    return text[:at] + other + text[at + 1 :]


@given(st.data())
def test_one_altered_byte_of_the_body_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BODY) - 1))
    flip = data.draw(st.integers(1, 255))
    body = BODY[:at] + bytes([BODY[at] ^ flip]) + BODY[at + 1 :]
    for headers in (headers_v1(), headers_v2(), headers_v3()):
        with pytest.raises(NotFromHubSpot):
            verify(headers, body=body)


@given(st.data())
def test_an_altered_url_is_refused(data: st.DataObject) -> None:
    """Unless version 3 sees the same URL in it: `%40` is `@` there."""
    uri = altered(data, URI)
    with pytest.raises(NotFromHubSpot):
        verify(headers_v2(), uri=uri)
    assume(signature.canonical_uri(uri) != signature.canonical_uri(URI))
    with pytest.raises(NotFromHubSpot):
        verify(headers_v3(), uri=uri)


@given(st.data())
def test_an_altered_method_is_refused(data: st.DataObject) -> None:
    method = altered(data, "POST")
    assume(method.upper() != "POST")
    for headers in (headers_v2(), headers_v3()):
        with pytest.raises(NotFromHubSpot):
            verify(headers, method=method)


@given(st.data())
def test_an_altered_time_is_refused(data: st.DataObject) -> None:
    """Also within the five minutes: the time is part of what is signed."""
    headers = headers_v3()
    headers[NAMES[3]] = altered(data, headers[NAMES[3]])
    with pytest.raises(NotFromHubSpot):
        verify(headers)


@given(st.data())
def test_an_altered_signature_is_refused(data: st.DataObject) -> None:
    for make, name in (
        (headers_v1, NAMES[0]),
        (headers_v2, NAMES[0]),
        (headers_v3, NAMES[2]),
    ):
        headers = make()
        headers[name] = altered(data, headers[name])
        with pytest.raises(NotFromHubSpot):
            verify(headers)


@given(any_text)
def test_undoing_escapes_leaves_other_text_alone(text: str) -> None:
    assume("%" not in text)
    assert text == signature.canonical_uri(text)
    assert f"{text}:%20" == signature.canonical_uri(f"{text}%3a%20")
