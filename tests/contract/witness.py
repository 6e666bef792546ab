"""Stands between a client and the sandbox, and writes down whatever passes."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.contract.specification import Exchange

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding"}
TIMEOUT_S = 60.0


class Witness(ThreadingHTTPServer):
    """A reverse proxy that remembers.

    Attributes:
        url: what a client calls in place of the sandbox.
        exchanges: what has passed, in order; clear it as you like.

    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.exchanges: list[Exchange] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Witness

    def setup(self) -> None:
        super().setup()
        self.upstream = http.client.HTTPConnection(
            self.server.target, timeout=TIMEOUT_S
        )

    def finish(self) -> None:
        self.upstream.close()
        super().finish()

    def _pass_on(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        # The Host header goes along, so that links in replies lead back through here.
        headers = {n: v for n, v in self.headers.items() if n.lower() not in HOP_BY_HOP}
        try:
            self.upstream.request(self.command, self.path, raw or None, headers)
            reply = self.upstream.getresponse()
            body = reply.read()
        except (OSError, http.client.HTTPException):
            # The sandbox cut the line, which is what the client is to see.
            self.upstream.close()
            self.close_connection = True
            return
        path, _, query = self.path.partition("?")
        named = {name.lower(): value for name, value in reply.getheaders()}
        self.server.exchanges.append(
            Exchange(self.command, path, query, raw, reply.status, named, body)
        )
        self._answer(reply, body)

    def _answer(self, reply: http.client.HTTPResponse, body: bytes) -> None:
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""


@contextlib.contextmanager
def watching(target: str) -> Iterator[Witness]:
    """Put a witness before the server at `target` for the length of the block."""
    witness = Witness(target)
    thread = threading.Thread(target=witness.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield witness
    finally:
        witness.shutdown()
        thread.join()
        witness.server_close()
