"""One connection of the web server, and the requests that come in on it."""

from __future__ import annotations

import enum
import socket
import struct
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn

from app.errors import RequestRejected
from app.web.arrival import Arrival, State

AT_ONCE = 64 * 1024
# How long a thread waits for somebody who does not take the answer.
ANSWER_TIMEOUT = struct.pack("ll", 5, 0)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Step(enum.Enum):
    """What to do with a connection after reading from it."""

    WAIT = "wait"
    SERVE = "serve"
    REFUSE = "refuse"  # its head does not end
    DROP = "drop"  # the other side is gone


class Source(Unreader):  # type: ignore[misc]
    """Gives the parser the bytes that have come, and never waits for more."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: RequestRejected | None = None

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Say that there is no more, or why there would be."""
        if self.missing:
            raise self.missing
        return b""


class Connection(TConn):  # type: ignore[misc]
    """What gunicorn knows of a connection, with the bytes read so far.

    The parser reads from memory only: a thread has a request as a whole or not at all.
    """

    def __init__(
        self, cfg: Any, sock: socket.socket, client: Any, server: Any, most_body: int
    ) -> None:
        super().__init__(cfg, sock, client, server)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, ANSWER_TIMEOUT)
        self.arrival = Arrival(most_body)
        self.source = Source()
        self.parser = get_parser(cfg, iter(()), client)
        self.parser.unreader = self.source
        self.initialized = True
        self.drained = 0
        self.timeout: float

    def receive(self) -> Step:
        """Read what is there, without waiting; say what is to be done now."""
        try:
            data = self.sock.recv(AT_ONCE)
        except BlockingIOError:
            return Step.WAIT
        except OSError:
            return Step.DROP
        return self._after(self.arrival.add(data)) if data else Step.DROP

    def leftover(self) -> Step:
        """Say what is to be done about bytes that came behind the last request."""
        return self._after(self.arrival.state()) if len(self.arrival) else Step.WAIT

    def drain(self, most: int) -> bool:
        """Throw away what still comes; tell whether there may be more of it."""
        try:
            data = self.sock.recv(AT_ONCE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.drained += len(data)
        return bool(data) and self.drained < most

    def say(self, words: bytes) -> None:
        """Send a few bytes, if they can be sent without waiting."""
        try:
            self.sock.setblocking(False)
            self.sock.send(words)
        except OSError:
            return  # nobody listens: there is nothing to be done about it

    def _after(self, state: State) -> Step:
        if state is State.OVERLONG:
            return Step.REFUSE
        if state is State.WHOLE:
            self.source.unread(self.arrival.take())
            self.source.missing = self.arrival.missing
            return Step.SERVE
        if self.arrival.wants_to_be_asked:
            self.arrival.wants_to_be_asked = False
            self.say(CONTINUE)
        return Step.WAIT
