"""HubSpot's own Python client, aimed at the sandbox instead of api.hubapi.com."""

from __future__ import annotations

from typing import Any

from hubspot import HubSpot as OfficialClient

from app.sandbox.testing import Sandbox

Json = dict[str, Any]


def client(sandbox: Sandbox) -> Any:
    """Return the client as a private app would use it."""
    return OfficialClient(access_token=sandbox.config.token, host=sandbox.url)


def developer(sandbox: Sandbox) -> Any:
    """Return the client as the developer of a public app would use it."""
    return OfficialClient(api_key=sandbox.config.developer_key, host=sandbox.url)


def inputs(*items: Json, **more: object) -> Json:
    return {"inputs": list(items), **more}


def spec(type_id: int) -> Json:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


def link(type_id: int, to_id: str) -> Json:
    return {"to": {"id": to_id}, "types": [spec(type_id)]}
