"""Reads a request that somebody wrote down, with a proxy, curl -v or by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REQUEST_LINE = re.compile(r"([A-Z]{3,10}) (\S+)(?: HTTP/[0-9.]+)?")
_MARK = re.compile(rb"^[><] ?", re.M)  # what curl -v puts before each line of a head
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Capture:
    """A request: the target is a path or a whole URL; headers by lower-case name."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def read(text: bytes, body: bytes | None = None) -> Capture:
    """Read a head, with or without a request line, and the body behind a blank line.

    Args:
        text: what was captured.
        body: the body, where it was captured apart.

    Raises:
        ValueError: says which line is no header.

    """
    found = _END_OF_HEAD.search(text)
    head, rest = (text[: found.start()], text[found.end() :]) if found else (text, b"")
    lines = _MARK.sub(b"", head).decode("utf-8", "replace").splitlines()
    lines = [line for line in lines if line.strip()]
    asked = _REQUEST_LINE.fullmatch(lines[0].strip()) if lines else None
    headers = dict(_header(line) for line in lines[1 if asked else 0 :])
    if body is None:
        body = _cut(rest, headers.get("content-length", ""))
    if not asked:
        return Capture("POST", "/webhooks/hubspot", headers, body)
    return Capture(asked[1], asked[2], headers, body)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or " " in name.strip():
        raise ValueError(f"this is no header: {line[:80]!r}")
    return name.strip().lower(), value.strip()


def _cut(body: bytes, length: str) -> bytes:
    """Leave out what an editor puts behind the body."""
    return body[: int(length)] if length.isascii() and length.isdigit() else body
