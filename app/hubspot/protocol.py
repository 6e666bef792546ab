"""What is said to HubSpot and what it answers, as values: no socket, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote

import orjson

from app.errors import Refused, ServerBroken
from app.hubspot import failure
from app.hubspot.version import ApiVersion

Json = Mapping[str, Any] | Sequence[Any] | None


@dataclass(frozen=True, slots=True)
class Request:
    """One call, before it is sent.

    Attributes:
        method: "GET", "POST"...
        path: below the base URL; "{id}" is filled in from `values`.
        body: what is sent as JSON, None for no body.
        query: as it goes into the URL, unquoted; a list goes there once for each value.
        family: which limit it counts against: "objects", "search",
            "associations", "account".
        repeatable: sending it twice ends where sending it once ends.
        values: what stands for the braces in `path`, unquoted.

    """

    method: str
    path: str
    body: Json = None
    query: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    family: str = "objects"
    repeatable: bool = True
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def route(self) -> str:
        """The call without what differs from record to record, for metrics."""
        return f"{self.method} {self.path}"

    @property
    def target(self) -> str:
        """The path with its braces filled in, quoted."""
        quoted = {name: quote(value, safe="") for name, value in self.values.items()}
        return self.path.format_map(quoted) if quoted else self.path

    @property
    def inputs(self) -> int:
        """How many records the call is about: the batch's length, else one."""
        inputs = self.body.get("inputs") if isinstance(self.body, Mapping) else None
        return len(inputs) if isinstance(inputs, Sequence) else 1


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer.

    Attributes:
        status: 200...299.
        body: the decoded JSON, None when the answer was empty.
        headers: names in lower case.

    """

    status: int
    body: Any
    headers: Mapping[str, str]

    def mapping(self) -> Mapping[str, Any]:
        """Return the body, which has to be a JSON object.

        Raises:
            ServerBroken: it is something else, or nothing.

        """
        if isinstance(self.body, dict):
            return self.body
        raise ServerBroken(
            f"HubSpot answered {self.status} without the JSON object that was expected",
            status=self.status,
        )

    def items(self, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield the JSON objects listed under `name`; whatever else is there is noise.

        Raises:
            ServerBroken: the body is not a JSON object.

        """
        listed = self.mapping().get(name)
        for item in listed if isinstance(listed, list) else []:
            if isinstance(item, dict):
                yield item


def after(entry: Mapping[str, Any]) -> str | None:
    """Return where the next page begins, None when this is the last one."""
    paging = entry.get("paging")
    following = paging.get("next") if isinstance(paging, dict) else None
    found = following.get("after") if isinstance(following, dict) else None
    return None if found is None else str(found)


class Sender(Protocol):
    """Whoever can carry a request to HubSpot: the client."""

    @property
    def version(self) -> ApiVersion:
        """Where the endpoints are."""

    def send(self, request: Request) -> Reply:
        """Carry out one call; raises HubSpotError."""


def encoded(request: Request) -> bytes | None:
    """Return the body as JSON, None when there is none.

    Raises:
        Refused: with status 400, as HubSpot would; nothing was sent.

    """
    if request.body is None:
        return None
    try:
        return orjson.dumps(request.body)
    except orjson.JSONEncodeError as error:
        raise Refused(
            f"this cannot be sent as JSON, and was not: {error}", status=400
        ) from error


def read(status: int, headers: Mapping[str, str], raw: bytes) -> Reply:
    """Turn an HTTP answer into a Reply.

    Raises:
        Throttled: 429, 423, 477; `retry_after` is always set.
        Denied: 401, 403.
        ServerBroken: 5xx, a page that is not HubSpot's, or unreadable JSON.
        Refused: any other 4xx.

    """
    lowered = {name.lower(): value for name, value in headers.items()}
    body, readable = _decoded(raw)
    if 200 <= status < 300 and readable:
        return Reply(status, body, lowered)
    raise failure.error(status, lowered, body if isinstance(body, dict) else None)


def _decoded(raw: bytes) -> tuple[Any, bool]:
    if not raw.strip():
        return None, True
    try:
        return orjson.loads(raw), True
    except orjson.JSONDecodeError:
        return None, False
