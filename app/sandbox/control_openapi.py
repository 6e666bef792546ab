"""The control plane described: an OpenAPI document made from its own endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.sandbox.control_endpoint import Endpoint, Json

PREFIX = "/sandbox"

_VARIABLE = re.compile(r"<(\w+)>")


def document(endpoints: Iterable[Endpoint]) -> Json:
    """Return the OpenAPI 3.1 document of these endpoints."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = PREFIX + _VARIABLE.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    error: Json = {
        "type": "object",
        "properties": {"error": {"type": "string"}},
        "required": ["error"],
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Control plane of the hubkeeper sandbox",
            "version": "1",
            "description": "What a person or a test does to the sandbox, past the"
            " API: no token, no rate limit, no record of the calls.",
        },
        "paths": paths,
        "components": {"schemas": {"Error": error}},
    }


def _operation(endpoint: Endpoint) -> Json:
    refusal = {"$ref": "#/components/schemas/Error"}
    operation: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "responses": {
            "2XX": _content("Done.", {"type": "object"}),
            "400": _content("It makes no sense; `error` says why.", refusal),
        },
    }
    if parameters := _parameters(endpoint):
        operation["parameters"] = parameters
    if endpoint.takes is not None:
        schema = {"type": "object", "properties": dict(endpoint.takes)}
        content = _content("", schema)["content"]
        if endpoint.example:
            content["application/json"]["example"] = endpoint.example
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(endpoint: Endpoint) -> list[Json]:
    text = {"type": "string"}
    inside: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in _VARIABLE.findall(endpoint.path)
    ]
    return inside + [
        {"name": name, "in": "query", "description": meaning, "schema": text}
        for name, meaning in endpoint.query.items()
    ]


def _content(description: str, schema: Json) -> Json:
    return {
        "description": description,
        "content": {"application/json": {"schema": schema}},
    }
