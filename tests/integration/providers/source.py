"""A JSON API with bad days, as a real HTTP server in a thread of its own."""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Source(ThreadingHTTPServer):
    """Answers `GET /?q=<key>` and `POST /` with {"keys": [...]}.

    Attributes:
        took_s: how long an answer takes.
        bad_days: what happens to a key before it is answered: a list of statuses, 0
            for no answer at all.
        answered: how often each key got its answer.
        asked: how many requests came.

    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.took_s = 0.0
        self.bad_days: dict[str, list[int]] = {}
        self.headers: dict[str, str] = {}
        self.answered: Counter[str] = Counter()
        self.asked = 0
        self.seen: list[Mapping[str, str]] = []
        self.closing = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def next_status(self, key: str) -> int:
        with self.lock:
            self.asked += 1
            waiting = self.bad_days.get(key)
            return waiting.pop(0) if waiting else 200


class Handler(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        self._answer(parse_qs(urlsplit(self.path).query)["q"])

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._answer(json.loads(self.rfile.read(length))["keys"])

    def _answer(self, keys: list[str]) -> None:
        server = self.server
        server.seen.append(dict(self.headers.items()))
        status = max((server.next_status(key) for key in keys[:1]), default=200)
        # The event is set when the test is over: nobody waits for a sleep to end.
        server.closing.wait(60 if status == 0 else server.took_s)
        if status == 0:
            return
        people = [{"q": key, "job": {"title": f"Chief of {key}"}} for key in keys]
        text = json.dumps({"people": people} if len(people) > 1 else people[0])
        with contextlib.suppress(OSError):
            self.send_response(status)
            for name, value in server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())
            if status == 200:
                with server.lock:
                    server.answered.update(keys)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def running() -> Iterator[Source]:
    source = Source()
    thread = threading.Thread(target=source.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield source
    source.closing.set()
    source.shutdown()
    source.server_close()
