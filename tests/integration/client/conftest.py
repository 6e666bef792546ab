"""A server that answers what the test says, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.hubspot.client import CallRecord, HubSpot
from app.hubspot.version import ApiVersion
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running

TOKEN = "pat-na1-00000000-1111-2222-3333-444444444444"


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def ids(self) -> list[str]:
        """The ids of a batch's inputs, in order."""
        return [each["id"] for each in self.body["inputs"]]


@dataclass(frozen=True)
class Says:
    """An answer; `body` is JSON unless it is bytes. `drop` closes without an answer."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False

    @property
    def raw(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


Script = Callable[[Seen], Says]


class Scripted(ThreadingHTTPServer):
    """Asks `script` what to answer, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: Script = lambda _: Says(501)
        self.seen: list[Seen] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def in_turn(self, *answers: Says) -> None:
        """Give these answers one after the other, and then the last one again."""
        left = list(answers)
        self.script = lambda _: left.pop(0) if len(left) > 1 else left[0]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body of an answer go out together; apart they wait for each other's ACK.
    wbufsize = -1

    def answer(self) -> None:
        assert isinstance(self.server, Scripted)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        body = _decoded(raw, self.headers.get("Content-Type", ""))
        seen = Seen(
            self.command, url.path, dict(parse_qsl(url.query)), dict(self.headers), body
        )
        self.server.seen.append(seen)
        says = self.server.script(seen)
        if says.drop:
            self.close_connection = True
            return
        self.send_response(says.status)
        for name, value in says.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(says.raw)))
        self.end_headers()
        self.wfile.write(says.raw)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


def _decoded(raw: bytes, content_type: str) -> Any:
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(raw.decode()))
    return json.loads(raw) if raw else None


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def says() -> type[Says]:
    return Says


@pytest.fixture
def calls() -> list[CallRecord]:
    return []


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def hubspot(scripted: Scripted, calls: list[CallRecord]) -> Iterator[HubSpot]:
    """A client of the scripted server, without a throttle."""
    version = ApiVersion.of("v3")
    with HubSpot(
        scripted.url, TOKEN, "20000001", version=version, on_call=calls.append
    ) as client:
        yield client


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    served.control.reset()
    return served


@pytest.fixture(params=["v3", "2026-09"])
def version(request: pytest.FixtureRequest) -> ApiVersion:
    return ApiVersion.of(request.param)


@pytest.fixture
def either(sandbox: Sandbox, version: ApiVersion) -> Iterator[HubSpot]:
    """A client of the sandbox, in either generation of paths."""
    config = sandbox.config
    with HubSpot(
        sandbox.url, config.token, config.portal_id, version=version
    ) as client:
        yield client
