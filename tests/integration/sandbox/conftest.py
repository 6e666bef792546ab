"""A sandbox of one's own for the tests in this folder, empty before each of them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running

CONTACTS = "/crm/v3/objects/contacts"
NOTES = "/crm/v3/objects/notes"
COMPANIES = "/crm/v3/objects/companies"
LINKS = "/crm/v4/associations/contacts/companies/batch"

Json = dict[str, Any]
Call = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """Give a sandbox without limits and lag, as new."""
    served.control.reset()
    return served


@pytest.fixture
def call(sandbox: Sandbox) -> Iterator[Call]:
    """Give a function that calls the API with the sandbox's token."""
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {sandbox.config.token}"

        def send(method: str, path: str, body: object = None, **more: Any) -> Any:
            return session.request(
                method, sandbox.url + path, json=body, timeout=30, **more
            )

        yield send


@pytest.fixture
def make(call: Call) -> Callable[..., str]:
    """Give a function that creates one record through the API and returns its id."""

    def create(object_type: str, **properties: str) -> str:
        body = {"properties": properties}
        answer = call("POST", f"/crm/v3/objects/{object_type}", body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    return create


@pytest.fixture
def note(call: Call) -> Callable[[str], str]:
    """Give a function that writes a note on a contact and returns its id."""

    def create(contact_id: str) -> str:
        body = {
            "properties": {"hs_timestamp": "1795165200000", "hs_note_body": "Hello"},
            "associations": [{"to": {"id": contact_id}, "types": [spec(202)]}],
        }
        return str(call("POST", NOTES, body).json()["id"])

    return create


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.time = 1_795_165_200.0

    def __call__(self) -> float:
        return self.time


class Receiver:
    """What webhooks brought."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self.url = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a real HTTP server that takes webhooks."""
    taken = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            taken.events += json.loads(self.rfile.read(size))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taken.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield taken
    server.shutdown()
    server.server_close()
    thread.join()


def spec(type_id: int, category: str = "HUBSPOT_DEFINED") -> Json:
    return {"associationCategory": category, "associationTypeId": type_id}


def inputs(*items: Json, **more: object) -> Json:
    return {"inputs": list(items), **more}


def error_of(answer: requests.Response) -> Json:
    """Return an error's body without its correlation id, which is checked here."""
    body: Json = answer.json()
    assert answer.headers["X-HubSpot-Correlation-Id"] == body.pop("correlationId")
    assert body.pop("status") == "error"
    return body
