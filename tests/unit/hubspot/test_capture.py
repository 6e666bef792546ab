"""Requests that somebody wrote down, in the ways people do that."""

from __future__ import annotations

import pytest

from app.hubspot import capture

BODY = b'[{"a":1}]'


@pytest.mark.parametrize(
    "text",
    [
        b"POST /hook?x=1 HTTP/1.1\r\nHost: h\r\nX-A: b: c\r\n\r\n" + BODY,
        b"POST /hook?x=1 HTTP/1.1\nhost: h\nx-a: b: c\n\n" + BODY,
        b"> POST /hook?x=1 HTTP/1.1\r\n> Host: h\r\n> X-A: b: c\r\n>\r\n\r\n" + BODY,
        b"POST /hook?x=1 HTTP/1.1\nHost: h\nX-A: b: c\nContent-Length: 9\n\n"
        + BODY
        + b"\n",
    ],
    ids=["http", "lf", "curl -v", "edited"],
)
def test_a_capture_is_read(text: bytes) -> None:
    seen = capture.read(text)

    assert ("POST", "/hook?x=1", BODY) == (seen.method, seen.target, seen.body)
    assert ("h", "b: c") == (seen.headers["host"], seen.headers["x-a"])


def test_headers_alone_are_a_request_to_the_usual_place() -> None:
    seen = capture.read(b"Host: h\nX-A: b", body=BODY)

    assert ("POST", "/webhooks/hubspot", BODY) == (seen.method, seen.target, seen.body)


def test_a_line_that_is_no_header_is_named() -> None:
    with pytest.raises(ValueError, match="no header: 'what is this'"):
        capture.read(b"POST / HTTP/1.1\nwhat is this\n\n")
