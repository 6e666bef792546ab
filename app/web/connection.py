"""One connection of the web server, and the requests that come in on it."""

from __future__ import annotations

import enum
import socket
import struct
from collections.abc import Callable
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
    """Gives the parser the bytes that have come, and never waits for more.

    gunicorn's own would copy all that is left of a large body for each piece of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.missing: RequestRejected | None = None
        self._data = b""
        self._at = 0

    def read(self, size: int | None = None, read_ahead: int | None = None) -> bytes:
        """Return the next `size` bytes, or a piece where the size does not matter.

        Raises:
            RequestRejected: these bytes were not waited for.

        """
        wanted = AT_ONCE if size is None or size < 0 else size
        piece = self._data[self._at : self._at + wanted]
        if self.missing and len(piece) < (size or 1):
            raise self.missing
        self._at += len(piece)
        return piece

    def unread(self, data: bytes) -> None:
        """Take bytes back, so that they are read next."""
        before = self._at - len(data)
        if before >= 0 and self._data[before : self._at] == data:
            self._at = before
        else:
            self._data, self._at = data + self._data[self._at :], 0

    def give(self, request: bytes, missing: RequestRejected | None) -> None:
        """Have the bytes of a request, and what to say to whoever wants more."""
        self._data, self._at, self.missing = request, 0, missing


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
        # What the main loop does when there is something to read; None: nothing.
        self.awaited: Callable[[Connection], None] | None = None
        self.timeout: float

    def receive(self, most: int) -> Step:
        """Read what is there, without waiting; say what is to be done now."""
        try:
            data = self.sock.recv(most)
        except BlockingIOError:
            return Step.WAIT
        except OSError:
            return Step.DROP
        return self._after(self.arrival.add(data)) if data else Step.DROP

    def leftover(self) -> Step:
        """Say what is to be done about bytes that came behind the last request."""
        return self._after(self.arrival.state())

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
            self.source.give(self.arrival.take(), self.arrival.missing)
            return Step.SERVE
        if self.arrival.wants_to_be_asked:
            self.arrival.wants_to_be_asked = False
            self.say(CONTINUE)
        return Step.WAIT
