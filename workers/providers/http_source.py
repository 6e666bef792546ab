"""Asks a JSON API over HTTP, within its time, and reads the answer by a mapping."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson
import requests

from workers.providers import Answer, KeyRefused, SourceClosed, SourceError

MOST_BYTES = 4 * 1024 * 1024
# How long to leave a source alone that refuses us, by status.
CLOSED_S = {401: 300.0, 402: 3600.0, 403: 300.0, 429: 30.0}
UNKNOWN = (204, 404, 410)
# What stands for the key, or the list of keys, in the URL and in the body.
KEY, KEYS = "{key}", "{keys}"


@dataclass(frozen=True, slots=True)
class HttpSource:
    """A JSON API described by its parts; call it with keys and seconds.

    Attributes:
        url: "{key}" in it stands for the key, percent-encoded.
        mapping: contact property to the place of its value, e.g.
            {"company": "employment.name", "jobtitle": "roles.0.title"}.
        method: "GET" or "POST".
        headers: sent along, credentials among them.
        body: JSON to POST; "{key}" and "{keys}" in it stand for the key and for the
            list of all keys of the call.
        results: place of the list (or object by key) of answers, where a call asks
            about many keys.
        result_key: place of the key in each answer of a list.

    """

    url: str
    mapping: Mapping[str, str]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: Any = None
    results: str = ""
    result_key: str = ""
    now: Callable[[], float] = time.monotonic

    def __call__(self, keys: Sequence[str], timeout_s: float) -> dict[str, Answer]:
        """Return the answer about each key that the source knows.

        Raises:
            SourceError: no usable answer within the time.
            KeyRefused: these keys will never be answered.
            SourceClosed: the source wants no more calls for a while.

        """
        try:
            status, headers, text = self._exchange(keys, timeout_s)
        except requests.RequestException as error:
            # The URL holds the key, which may be an e-mail address.
            raise SourceError(type(error).__name__) from None
        if status in UNKNOWN:
            return {}
        if status in CLOSED_S:
            wait_s = _seconds(headers.get("Retry-After"), CLOSED_S[status])
            raise SourceClosed(f"it answered {status}", wait_s)
        if 400 <= status < 500 and status not in (408, 425):
            raise KeyRefused(f"it answered {status}")
        if status != 200:
            raise SourceError(f"it answered {status}")
        try:
            return self._read(keys, orjson.loads(text))
        except (orjson.JSONDecodeError, TypeError) as error:
            raise SourceError(f"its answer is not readable: {error}") from None

    def _exchange(
        self, keys: Sequence[str], timeout_s: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body, in no more than the time."""
        until = self.now() + timeout_s
        url = self.url.replace(KEY, quote(keys[0], safe=""))
        body = None if self.body is None else _filled(self.body, keys)
        with requests.request(
            self.method,
            url,
            json=body,
            headers=dict(self.headers),
            timeout=timeout_s,
            stream=True,
            # Credentials go to the host that was configured, and to no other.
            allow_redirects=False,
        ) as response:
            text = b""
            for piece in response.iter_content(65_536):
                text += piece
                if self.now() > until:
                    raise requests.Timeout
                if len(text) > MOST_BYTES:
                    raise SourceError("its answer is too long")
            return response.status_code, response.headers, text

    def _read(self, keys: Sequence[str], document: Any) -> dict[str, Answer]:
        if not (self.results or self.result_key):
            return {keys[0]: self._mapped(document)}
        found = place(document, self.results) if self.results else document
        if isinstance(found, Mapping):
            by_key = {str(key).lower(): item for key, item in found.items()}
        elif isinstance(found, list):
            by_key = {text(place(i, self.result_key)).lower(): i for i in found}
        else:
            raise TypeError(f"there are no results at {self.results!r}")
        return {k: self._mapped(by_key[k.lower()]) for k in keys if k.lower() in by_key}

    def _mapped(self, item: Any) -> Answer:
        values = {name: text(place(item, at)) for name, at in self.mapping.items()}
        return {name: value for name, value in values.items() if value}


def place(document: Any, path: str) -> Any:
    """Return what is at a dotted path, e.g. "roles.0.title"; None if nothing is.

    >>> place({"roles": [{"title": "CTO"}]}, "roles.0.title")
    'CTO'
    """
    for step in path.split("."):
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit():
            document = document[int(step)] if int(step) < len(document) else None
        else:
            return None
    return document


def text(value: Any) -> str:
    """Return a JSON value as HubSpot takes it; lists as "a;b", objects not at all."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(filter(None, map(text, value)))
    return str(value).strip()


def _filled(body: Any, keys: Sequence[str]) -> Any:
    if isinstance(body, Mapping):
        return {name: _filled(value, keys) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, keys) for value in body]
    if body == KEYS:
        return list(keys)
    return body.replace(KEY, keys[0]) if isinstance(body, str) else body


def _seconds(header: str | None, otherwise: float) -> float:
    """Return a Retry-After in seconds; one that is a date is not worth parsing."""
    if header and header.strip().isdigit():
        return min(3600.0, max(1.0, float(header)))
    return otherwise
