"""What a request may have been before something on the way changed it.

Each guess comes with the words that say what is wrong if it is the right one.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

MOST_URLS = 24

# Headers in which a proxy says what it was called by.
HOSTS = ("x-forwarded-host", "x-original-host", "host")
TARGETS = ("x-original-uri", "x-forwarded-uri", "x-original-url")
PREFIX = "x-forwarded-prefix"


@dataclass(frozen=True, slots=True)
class Suspect:
    """A request whose signature is looked into; `uri` is the URL it was checked with.

    `headers` by lower-case name.
    """

    method: str
    uri: str
    headers: dict[str, str]
    body: bytes


def urls(suspect: Suspect) -> Iterator[tuple[str, str]]:
    """Yield (URL, what is wrong if it fits): as it is, then as it may have been."""
    yield from itertools.islice(_all_urls(suspect), MOST_URLS)


def _all_urls(suspect: Suspect) -> Iterator[tuple[str, str]]:
    yield suspect.uri, ""
    try:
        parts = urlsplit(suspect.uri)
    except ValueError:  # a stranger's Host header may be no host
        return
    own = f"{parts.scheme}://{parts.netloc}"
    asked = f"?{parts.query}" if parts.query else ""
    targets = list(_targets(parts.path, parts.query, suspect.headers))
    hosts = list(dict.fromkeys([parts.netloc, *_hosts(suspect.headers)]))
    bases = [f"{scheme}://{host}" for host in hosts for scheme in ("https", "http")]
    for base in bases:
        if base != own:
            yield (
                base + parts.path + asked,
                f"PUBLIC_URL should be {shown(base)}, by which HubSpot called",
            )
    for base, (target, words) in itertools.product(bases, targets):
        moved = "" if base == own else f"PUBLIC_URL should be {shown(base)}, and "
        yield base + target, moved + words


def _targets(path: str, query: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (path and query, what is wrong if it fits)."""
    asked = f"?{query}" if query else ""
    for name in TARGETS:
        if (target := given.get(name, "")).startswith("/"):
            yield (
                target,
                f"a proxy rewrites the path; it was called with {shown(target)}",
            )
    if (prefix := given.get(PREFIX, "")).startswith("/"):
        prefix = prefix.rstrip("/")
        yield prefix + path + asked, f"PUBLIC_URL should end with {shown(prefix)}"
    if query:
        yield path, "a proxy adds a query; HubSpot called the URL without one"
    slashed = path[:-1] if path.endswith("/") else f"{path}/"
    yield (
        slashed + asked,
        (
            "a proxy changes the slash at the end of the path; the target URL of the "
            f"app ends with {shown(slashed)}"
        ),
    )
    if unquote(path) != path:
        yield unquote(path) + asked, "a proxy escapes the path; it must not"


def _hosts(given: dict[str, str]) -> Iterator[str]:
    for name in HOSTS:
        host = given.get(name, "").split(",")[0].strip()
        if host and len(host) < 300:
            yield host
            if ":" in host:
                yield host.rpartition(":")[0]


def bodies(body: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield (body, what is wrong if it fits): as it is, then as it may have been."""
    yield body, ""
    bare = body.strip(b" \t\r\n\xef\xbb\xbf")
    if bare != body:
        yield bare, "something on the way puts white space around the body"
    yield body + b"\n", "something on the way takes a line end from the body"
    try:
        content = json.loads(body)
        for written in _written(content):
            if written not in (body, bare):
                yield written, _WRITTEN_ANEW
    except (ValueError, RecursionError):
        return


def _written(content: object) -> Iterator[bytes]:
    """Yield the ways in which JSON is usually written."""
    for separators, ascii_only in itertools.product(((",", ":"), (", ", ": ")), (0, 1)):
        text = json.dumps(content, separators=separators, ensure_ascii=bool(ascii_only))
        yield text.encode("utf-8", "surrogatepass")


_WRITTEN_ANEW = (
    "something on the way reads the JSON and writes it anew: the bytes must be passed "
    "on as they came"
)


def shown(text: str) -> str:
    """Return what a stranger sent so that it fits into a line."""
    return repr(text[:200])
