"""The door as a fuzzer sees it: a request goes in, a status comes out, fast.

The application and the store are the real ones; only the web server is left out.
"""

from __future__ import annotations

import dataclasses
import io
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import redis
from flask import Flask

from app import services
from app.events.books import Books
from app.events.scripts import Scripts
from app.hubspot import signature
from app.settings import Settings
from app.web.application import create_app

SECRET = "5d1b0c4e-8a6f-4c55-9f0e-2a77c1f3be01"
BASE = "https://hooks.example.com"
PATH = "/webhooks/hubspot"
MOST_BODY = 200_000
# So often the books are looked at, and the store is emptied.
CHECK_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A request; headers by name, the target is the path with its query."""

    method: str = "POST"
    target: str = PATH
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class FuzzedDoor:
    """Takes requests, counts the answers, and looks at the books now and then."""

    def __init__(self, store_url: str, **settings: Any) -> None:
        ours = Settings(
            redis_url=store_url,
            hubspot_client_secret=(SECRET,),
            hubspot_app_id="11",
            public_url=BASE,
            max_body_bytes=MOST_BODY,
            archive_mb=1,
            **settings,
        )
        # The store of a fuzzer may be busy: what is looked for here is no 503.
        door = services.open_door(ours)
        self.app: Flask = create_app(door)
        self.store = redis.Redis.from_url(store_url)
        self.books = Books(Scripts(self.store))
        self.inbox = door.inbox
        self.answers: Counter[int] = Counter()

    def answer(self, sent: Sent) -> int:
        """Return the status of the answer to a request.

        Raises:
            AssertionError: it is a 5xx, or the books do not add up.

        """
        statuses: list[int] = []

        def start(status: str, _headers: object, _error: object = None) -> object:
            statuses.append(int(status[:3]))
            return lambda _data: None

        for _ in self.app.wsgi_app(environ(sent), start):
            pass
        (status,) = statuses
        self.answers[status] += 1
        assert status < 500, f"{status} for {sent!r}"
        if self.answers.total() % CHECK_EVERY == 0:
            self.check()
        return status

    def check(self) -> None:
        """Look at the books of every portal, and begin with an empty store."""
        self.app.extensions["logbook"].flush()
        for portal in self.inbox.portals():
            law = self.books.law(portal)
            assert law.holds, f"portal {portal}: {law}"
        self.store.flushall()

    def close(self) -> None:
        """Look at the books once more, and end."""
        self.check()
        self.app.extensions["logbook"].close()
        self.store.close()


def signed(sent: Sent, version: str = "v3") -> Sent:
    """Return the request with a signature that fits."""
    url = BASE + sent.target
    if version == "v1":
        proof = {signature.SIGNATURE: signature.sign_v1(SECRET, sent.body)}
    elif version == "v2":
        text = signature.sign_v2(SECRET, sent.method, url, sent.body)
        proof = {signature.SIGNATURE: text, signature.SIGNATURE_VERSION: "v2"}
    else:
        stamp = str(int(time.time() * 1000))
        text = signature.sign_v3(SECRET, sent.method, url, sent.body, stamp)
        proof = {signature.SIGNATURE_V3: text, signature.TIMESTAMP: stamp}
    return dataclasses.replace(sent, headers={**sent.headers, **proof})


def environ(sent: Sent) -> dict[str, Any]:
    """Return the request as gunicorn passes it on."""
    path, _, query = sent.target.partition("?")
    given: dict[str, Any] = {
        "REQUEST_METHOD": sent.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "RAW_URI": sent.target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(sent.body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in sent.headers.items():
        key = name.upper().replace("-", "_")
        bare = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
        # A header is bytes that were read as Latin-1.
        text = value.encode("utf-8", "surrogatepass").decode("latin-1")
        given[key if bare else f"HTTP_{key}"] = text
    return given
