"""Requests as handlers see them, and replies as they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.sandbox.crm.draft import Rights
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.developer_app import DeveloperApp
from app.sandbox.errors import RequiredFieldsMissing, UnreadableJson
from app.sandbox.limits import Limiter
from app.sandbox.oauth_token import Token

JSON_TYPE = "application/json;charset=utf-8"
DATED = ("2026-03", "2026-09")

_INPUT = "com.hubspot.inbounddb.publicobject.core.v2.SimplePublicObjectBatchInput$Json"
_TOKENS: Mapping[type, tuple[str, str]] = {
    list: ("Array value", "START_ARRAY"),
    dict: ("Object value", "START_OBJECT"),
    str: ("String value", "VALUE_STRING"),
    int: ("Integer value", "VALUE_NUMBER_INT"),
    float: ("Floating-point value", "VALUE_NUMBER_FLOAT"),
    bool: ("Boolean value", "VALUE_TRUE"),
    type(None): ("Null value", "VALUE_NULL"),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    Attributes:
        status: HTTP status.
        body: JSON, ready-made bytes, or None for an empty body.
        headers: beside those that every answer carries.

    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """Return the body's bytes: compact UTF-8 JSON."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


class Call:
    """One request for the API.

    Attributes:
        portal: the account it is made to.
        app: the app that the sandbox knows.
        limiter: counts the app's calls.
        token: what the caller bears, None for endpoints that anyone may call.
        version: "v3", "v4", "2026-03" or "2026-09", as the path says.
        base_url: this server, without a trailing slash.
        path: path of the request.
        raw: its body.
        accept: its Accept header.

    """

    def __init__(
        self,
        portal: Portal,
        app: DeveloperApp,
        limiter: Limiter,
        *,
        version: str,
        base_url: str,
        path: str,
        raw: bytes,
        args: Mapping[str, list[str]],
        accept: str = "",
    ) -> None:
        self.portal = portal
        self.app = app
        self.limiter = limiter
        self.token: Token | None = None
        self.version = version
        self.base_url = base_url
        self.path = path
        self.raw = raw
        self.accept = accept
        self._args = args
        self._body: Any = None

    @property
    def dated(self) -> bool:
        """The request is made to a date-based version."""
        return self.version in DATED

    @property
    def rights(self) -> Rights:
        """What the version lets the caller do."""
        newest = self.version == "2026-09"
        return Rights(lenient_dates=newest, bound_by_rules=newest)

    def kind(self, name: str) -> ObjectType:
        """Return the kind of records that the path calls `name`.

        Raises:
            UnknownObjectType: no kind has that name.
            UnknownTypeId: no kind has that id.

        """
        return self.portal.kinds.infer(name)

    @property
    def input_count(self) -> int:
        """How many inputs the body holds; 0 for bodies without."""
        inputs = self._body.get("inputs") if isinstance(self._body, dict) else None
        return len(inputs) if isinstance(inputs, list) else 0

    def arg(self, name: str, default: str = "") -> str:
        """Return a query parameter."""
        values = self._args.get(name)
        return values[-1] if values else default

    def query(self) -> list[tuple[str, str]]:
        """Return all query parameters in order, as pairs."""
        return [(name, value) for name in self._args for value in self._args[name]]

    def flag(self, name: str) -> bool:
        """Return a boolean query parameter, False when absent."""
        return self.arg(name).lower() == "true"

    def names(self, name: str) -> list[str]:
        """Return a list parameter, given comma-separated or repeated."""
        values = self._args.get(name, [])
        return [part for value in values for part in value.split(",") if part]

    def json(self) -> Any:
        """Return the parsed body.

        Raises:
            UnreadableJson: the body is no JSON.

        """
        if self._body is None:
            try:
                self._body = orjson.loads(self.raw)
            except orjson.JSONDecodeError as error:
                raise UnreadableJson(error.msg, error.lineno, error.colno) from error
        return self._body

    def object(self) -> dict[str, Any]:
        """Return the parsed body, which must be a JSON object.

        Raises:
            UnreadableJson: it is not.

        """
        found: dict[str, Any] = self.expect(dict, self.json(), at=0)
        return found

    def inputs(self) -> list[dict[str, Any]]:
        """Return the `inputs` of a batch, which must be JSON objects.

        Raises:
            UnreadableJson: they are not.

        """
        found: list[dict[str, Any]] = self.expect(
            list, self.object().get("inputs"), "inputs"
        )
        for item in found:
            self.expect(dict, item, "inputs")
        return found

    def demand(self, item: Mapping[str, Any], names: Sequence[str]) -> None:
        """Refuse a part of the body in which fields are not set.

        Raises:
            RequiredFieldsMissing: it lacks one of `names`.

        """
        lacking = [name for name in names if item.get(name) in (None, "")]
        if lacking:
            raise RequiredFieldsMissing(lacking)

    def listed(self, name: str) -> list[Any]:
        """Return a list of the body's, empty when absent or null.

        Raises:
            UnreadableJson: it is something else.

        """
        found: list[Any] = self.expect(list, self.object().get(name) or [], name)
        return found

    def expect(
        self, kind: type, value: Any, field_name: str = "", *, at: int | None = None
    ) -> Any:
        """Return `value` if it is a `kind`; else say where the body goes wrong.

        Raises:
            UnreadableJson: it is something else.

        """
        if isinstance(value, kind):
            return value
        place = self.raw.find(f'"{field_name}"'.encode()) if at is None else at
        before = self.raw[: max(place, 0)]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        words, token = _TOKENS.get(type(value), _TOKENS[str])
        reason = (
            f"Cannot deserialize value of type `{_INPUT}` "
            f"from {words} (token `JsonToken.{token}`)"
        )
        raise UnreadableJson(reason, line, column)
