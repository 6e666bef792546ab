"""Requests to the door: what HubSpot sends, what is almost that, and garbage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
from hypothesis import strategies as st

from app.hubspot import signature
from tests.fuzz.door import PATH, Sent, signed

PAYLOADS = Path(__file__).parents[1] / "data" / "payloads"

any_text = st.text(st.characters(exclude_categories=()), max_size=60)
odd_numbers = st.sampled_from(
    [0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, 10**30, 1.5, -0.0, 1e308, 1e20]
)
scalars = st.none() | st.booleans() | st.integers() | odd_numbers | any_text
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4)
    ),
    max_leaves=12,
)


def known_events() -> list[dict[str, Any]]:
    """Return the events of the published and captured payloads."""
    found: list[dict[str, Any]] = []

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if "subscriptionType" in node or "eventType" in node:
                found.append(node)
            else:
                for each in node.values():
                    look(each)
        elif isinstance(node, list):
            for each in node:
                look(each)

    for file in sorted(PAYLOADS.glob("*.json")):
        look(json.loads(file.read_text()))
    assert len(found) > 20, "the payloads are gone"
    return found


EVENTS = known_events()
FIELDS = sorted({name for event in EVENTS for name in event})


@st.composite
def events(draw: st.DrawFn) -> Any:
    """An event, with some of its fields changed, taken away or added."""
    event: dict[str, Any] = dict(draw(st.sampled_from(EVENTS)))
    for name in draw(st.lists(st.sampled_from(FIELDS) | any_text, max_size=3)):
        change = draw(st.sampled_from(["set", "drop", "odd"]))
        if change == "drop":
            event.pop(name, None)
        else:
            event[name] = draw(values if change == "set" else odd_numbers)
    return event


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A body: an array of events, some other JSON, JSON that is hurt, or garbage."""
    kind = draw(st.sampled_from(["events", "events", "events", "json", "deep", "raw"]))
    if kind == "raw":
        return draw(st.binary(max_size=300))
    if kind == "deep":
        opening, closing = draw(st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")]))
        depth = draw(st.integers(1, 3_000))
        return b"[" + opening * depth + b"1" + closing * depth + b"]"
    content = draw(
        st.lists(events() | values, max_size=5) if kind == "events" else values
    )
    text = json.dumps(content, ensure_ascii=draw(st.booleans()))
    body = text.encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 3)) == 0 and body:
        at, what = draw(st.integers(0, len(body) - 1)), draw(st.binary(max_size=3))
        body = body[:at] + what + body[at + draw(st.integers(0, 3)) :]
    return body


names = st.sampled_from(
    [
        signature.SIGNATURE,
        signature.SIGNATURE_VERSION,
        signature.SIGNATURE_V3,
        signature.TIMESTAMP,
        "Content-Type",
        "Content-Encoding",
        "Content-Length",
        "Host",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Prefix",
        "X-Original-URI",
        "Transfer-Encoding",
        "Accept",
    ]
)
header_values = any_text | st.sampled_from(
    ["v1", "v2", "v3", "gzip", "chunked", "-1", "9" * 30, "http://[", "[::1", "a:b:c"]
)
targets = st.sampled_from(
    [PATH, f"{PATH}/", "/health", "/", f"{PATH}?a=%2F&b=%zz", "//"]
) | st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map(
    lambda text: "/" + text
)
methods = st.sampled_from(
    ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
)


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """A request; most are signed and go to the right place, so that they get far."""
    straight = draw(st.integers(0, 9))
    sent = Sent(
        method=draw(methods) if straight == 0 else "POST",
        target=draw(targets) if straight <= 1 else PATH,
        headers=draw(st.dictionaries(names, header_values, max_size=3))
        if straight <= 3
        else {},
        body=draw(bodies()),
    )
    version = draw(st.sampled_from(["v3", "v3", "v2", "v1", ""]))
    return signed(sent, version) if version else sent


def seeds() -> list[bytes]:
    """Return bodies for a fuzzer to begin with."""
    return [orjson.dumps([event]) for event in EVENTS] + [orjson.dumps(EVENTS[:20])]


_LINES = [
    b"POST /webhooks/hubspot HTTP/1.1",
    b"GET /health HTTP/1.1",
    b"POST /webhooks/hubspot HTTP/1.0",
    b"PRI * HTTP/2.0",
    b"CONNECT h:1 HTTP/1.1",
    b"POST http://h/webhooks/hubspot HTTP/1.1",
    b"POST /%zz?\xff HTTP/1.1",
    b"post / HTTP/1.1",
    b"",
]
_HEADERS = [
    b"Host: h",
    b"Host: h\r\nHost: g",
    b"Host: [",
    b"Host: \xff",
    b"Content-Length: 2",
    b"Content-Length: 02",
    b"Content-Length: +2",
    b"Content-Length: 2, 2",
    b"Content-Length : 2",
    b"Content-Length: 99999999999999999999",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: \x0bchunked",
    b"Content-Encoding: gzip",
    b"Expect: 100-continue",
    b"Expect: miracles",
    b"Connection: keep-alive",
    b"Connection: close",
    b"Upgrade: h2c",
    b"X_Y: z",
    b" folded",
    b": nameless",
    b"X-HubSpot-Signature-v3: \xc3\xa9",
    b"X-HubSpot-Request-Timestamp: 1",
]
_TAILS = [
    b"[]",
    b"2\r\n[]\r\n0\r\n\r\n",
    b"0\r\n\r\n",
    b"-1\r\n",
    b"f" * 40,
    b"2;\x00\r\n[]",
]


@st.composite
def conversations(draw: st.DrawFn) -> bytes:
    """What somebody says on a connection: requests, almost requests, garbage."""
    said = b""
    for _ in range(draw(st.integers(1, 3))):
        lines = [draw(st.sampled_from(_LINES))]
        lines += draw(st.lists(st.sampled_from(_HEADERS), max_size=5))
        end = draw(st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r"]))
        tail = draw(st.sampled_from(_TAILS) | st.binary(max_size=30) | st.just(b""))
        said += end.join(lines) + end + end + tail
    return said
