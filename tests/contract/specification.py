"""What HubSpot's OpenAPI documents say about a reply, and what in it breaks them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

METHODS = ("get", "post", "put", "patch", "delete")
VARIABLE = re.compile(r"\{[^/}]+\}")
# Dated paths without a document of their own answer as their older twins do.
# https://developers.hubspot.com/docs/developer-tooling/platform/versioning
TWINS = (
    (r"/crm/owners/20\d\d-\d\d", "/crm/v3/owners"),
    (r"/account-info/20\d\d-\d\d", "/account-info/v3"),
    (r"/crm/associations/20\d\d-\d\d", "/crm/v4/associations"),
    (r"/crm/objects/20\d\d-\d\d", "/crm/v4/objects"),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply, as they went over the wire."""

    method: str
    path: str
    query: str
    request: bytes
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Problem:
    """One way in which a reply is not what the specification says.

    Attributes:
        operation: "POST /crm/v3/objects/contacts/batch/read"; the path of the request
            itself where no specification knows it.
        status: of the reply.
        where: JSON pointer into the body, with * for the elements of a list.
        what: in words.

    """

    operation: str
    status: int
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of one document, and how its replies may look."""

    method: str
    template: str
    document: str
    responses: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    def fits(self, method: str, path: str) -> bool:
        pattern = VARIABLE.sub("[^/]+", self.template)
        return method == self.method and re.fullmatch(pattern, path) is not None

    @property
    def success(self) -> Mapping[str, Any] | None:
        """The first reply that is no failure, None when none is documented."""
        return next((self.responses[s] for s in self.responses if s < "3"), None)

    @property
    def rank(self) -> int:
        """How many variables the path has; the fewest win."""
        return len(VARIABLE.findall(self.template))


class Specification:
    """All documents together; of two that describe a call, the first one counts."""

    def __init__(self, documents: Sequence[Path]) -> None:
        self._operations: list[Operation] = []
        resources = []
        for path in documents:
            document = _as_json_schema(json.loads(path.read_text()))
            resources.append(
                (
                    _uri(path.stem),
                    Resource(contents=document, specification=DRAFT202012),
                )
            )
            self._operations += _operations(path.stem, document)
        self._registry: Registry[Any] = Registry().with_resources(resources)

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the call that a request makes, None when it is in no document."""
        bare = path.rstrip("/")
        for known in (bare, *_twins(bare)):
            fitting = [each for each in self._operations if each.fits(method, known)]
            if fitting:
                return min(fitting, key=lambda each: each.rank)
        return None

    def problems(self, exchange: Exchange) -> Iterator[Problem]:
        """Yield everything about a reply that its specification does not allow."""
        operation = self.operation(exchange.method, exchange.path)
        if operation is None:
            name = f"{exchange.method} {exchange.path}"
            yield Problem(name, exchange.status, "", "the call is in no specification")
            return
        for where, what in self._problems(operation, exchange):
            yield Problem(operation.name, exchange.status, where, what)

    def _problems(
        self, operation: Operation, exchange: Exchange
    ) -> Iterator[tuple[str, str]]:
        response = operation.responses.get(str(exchange.status))
        # "default" describes failures; a success that is not listed is undocumented,
        # and should at least look like the one that is.
        if response is None and exchange.status < 400:
            yield "", f"status {exchange.status} is not documented"
            response = operation.success
            if response is None:
                return
        if response is None:
            response = operation.responses.get("default", {})
        content = self._resolved(operation, response).get("content")
        if not content:
            if exchange.body:
                yield "", "there is a body, and none is documented"
            return
        yield from self._of_body(operation, next(iter(content.values())), exchange)

    def _of_body(
        self, operation: Operation, media: Mapping[str, Any], exchange: Exchange
    ) -> Iterator[tuple[str, str]]:
        kind = exchange.headers.get("content-type", "")
        if not kind.startswith("application/json"):
            yield "", f"the body is {kind or 'of no type'}, not JSON"
            return
        validator = self._validator(operation, media.get("schema", {}))
        for error in validator.iter_errors(json.loads(exchange.body)):
            steps = ("*" if isinstance(step, int) else str(step) for step in error.path)
            yield "".join(f"/{step}" for step in steps), error.message

    def _validator(self, operation: Operation, schema: Mapping[str, Any]) -> Validator:
        rooted = _rooted(schema, _uri(operation.document))
        return Draft202012Validator(
            rooted, registry=self._registry, format_checker=FORMATS
        )

    def _resolved(
        self, operation: Operation, value: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        if "$ref" not in value:
            return value
        resolver = self._registry.resolver(_uri(operation.document))
        found: Mapping[str, Any] = resolver.lookup(value["$ref"]).contents
        return found


def _twins(path: str) -> Iterator[str]:
    for dated, numbered in TWINS:
        if re.match(dated, path):
            yield re.sub(dated, numbered, path)


def _operations(name: str, document: Mapping[str, Any]) -> Iterator[Operation]:
    for template, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                responses = methods[method]["responses"]
                yield Operation(method.upper(), template, name, responses)


def _uri(name: str) -> str:
    return f"urn:hubspot:{name}"


def _rooted(schema: Any, uri: str) -> Any:
    """Return the schema with its references made to lead into the document `uri`."""
    if isinstance(schema, dict):
        return {
            key: f"{uri}{value}" if key == "$ref" else _rooted(value, uri)
            for key, value in schema.items()
        }
    return (
        [_rooted(each, uri) for each in schema] if isinstance(schema, list) else schema
    )


def _as_json_schema(value: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into what JSON Schema understands."""
    if isinstance(value, list):
        return [_as_json_schema(each) for each in value]
    if not isinstance(value, dict):
        return value
    turned = {key: _as_json_schema(each) for key, each in value.items()}
    if turned.pop("nullable", None) is True:
        if isinstance(turned.get("type"), str) and "enum" not in turned:
            return turned | {"type": [turned["type"], "null"]}
        return {"anyOf": [turned, {"type": "null"}]}
    return turned


FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", ValueError)
def _is_date_time(value: object) -> bool:
    if isinstance(value, str):
        return datetime.fromisoformat(value).tzinfo is not None
    return True


@FORMATS.checks("uuid", ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(uuid.UUID(value))


@FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def _is_int64(value: object) -> bool:
    return not isinstance(value, int) or -(2**63) <= value < 2**63
