"""gunicorn's worker with threads, but a thread only ever sees whole requests.

gunicorn lets a thread wait for what a connection has to say, and its main loop for the
last byte of one that it closes. Eight connections that say nothing, or one byte a
second, would keep eight threads from everybody else. Here the main loop gathers the
bytes of all connections without waiting for any, and hands a request to a thread when
all of it is there. What is slow is answered 408; what is large comes a few at a time.
"""

from __future__ import annotations

import ctypes
import errno
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from app.web.connection import AT_ONCE, Connection, Step

# Beyond this a request is large, and so many of those are gathered at a time.
SMALL = 32 * 1024
LARGE_AT_ONCE = 2
# When more than so many requests are arriving, only little is read of each at a time.
CROWD = 64
# How long, and for how much, we listen on after our last answer: closing at once would
# reset the connection, and the answer could be lost.
# https://www.rfc-editor.org/rfc/rfc9112#section-9.6
FAREWELL_S = 2.0
FAREWELL_BYTES = 16 * 1024 * 1024

TOO_SLOW = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)
OVERLONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Connection: close\r\nContent-Length: 0\r\n\r\n"
)
FULL = (errno.EMFILE, errno.ENFILE)
NOBODY_THERE = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)

# https://man7.org/linux/man-pages/man3/mallopt.3.html
M_MMAP_THRESHOLD = -3
LARGE_BLOCK = 256 * 1024


class DoorWorker(ThreadWorker):  # type: ignore[misc]
    """One web process.

    A connection rests (between requests, and before the first), arrives (some bytes of
    a request are there), is with a thread, or leaves (it was told so, and what it still
    says is thrown away).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patience_s: float = self.app.settings.door_timeout_s
        self.most_body: int = self.app.settings.max_body_bytes
        # In order of their deadlines: each has as long as the others.
        self.arriving: dict[Connection, None] = {}
        self.leaving: dict[Connection, None] = {}
        self.large: set[Connection] = set()
        self.parked: deque[Connection] = deque()

    def init_process(self) -> None:
        """Begin, after the fork."""
        _return_large_blocks()
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Welcome a connection; one that has nothing to say makes room for it."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in FULL:
                return self._make_room()
            if error.errno in NOBODY_THERE:
                return None
            raise
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        here = listener.getsockname()
        self._rest(Connection(self.cfg, sock, client, here, self.most_body))
        return None

    def on_rest_ended(self, conn: Connection) -> None:
        """Begin to read a request."""
        self._unwatch(conn)
        self.keepalived_conns.remove(conn)
        self._begin(conn, self._receive(conn))

    def on_more(self, conn: Connection) -> None:
        """Read on."""
        step = self._receive(conn)
        if step is not Step.WAIT:
            self._unwatch(conn)
            del self.arriving[conn]
            self._proceed(conn, step)
        elif not self._may_grow(conn):
            self._unwatch(conn)
            self.parked.append(conn)

    def on_farewell(self, conn: Connection) -> None:
        """Throw away what somebody says who was told to go."""
        if not conn.drain(FAREWELL_BYTES):
            self._part(conn)

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Answer a request, in a thread; whoever had to be asked for it was asked."""
        req._expected_100_continue = False
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: Connection, fs: Future[bool]) -> None:
        """Let the connection rest, or go, after its request was answered."""
        self._release(conn)
        answered = not fs.cancelled() and fs.exception() is None and fs.result()
        stays = answered and conn.source.missing is None
        conn.source.give(b"", None)  # a large request is not kept through a farewell
        if stays:
            self._go_on(conn)
        else:
            self._see_off(conn)

    def murder_pending(self) -> None:
        """End what had its time: requests that did not arrive, and farewells."""
        now = time.monotonic()
        while self.arriving and (conn := next(iter(self.arriving))).timeout <= now:
            self._lose_patience(conn)
        while self.leaving and (conn := next(iter(self.leaving))).timeout <= now:
            self._part(conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Tell whether another request may follow: all of this one has been here."""
        return (
            keepalive
            and conn.source.missing is None
            and super()._keepalive_after(conn, keepalive)
        )

    def _go_on(self, conn: Connection) -> None:
        """Look for another request behind the last one."""
        if len(conn.arrival):
            self._begin(conn, conn.leftover())
        else:
            self._rest(conn)

    def _rest(self, conn: Connection) -> None:
        conn.sock.setblocking(False)
        conn.set_timeout()
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
        self.keepalived_conns.append(conn)
        self._watch(conn, self.on_rest_ended)

    def _begin(self, conn: Connection, step: Step) -> None:
        """Give a request, of which some bytes are there, its time to arrive."""
        if step is Step.WAIT:
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + self.patience_s
            self.arriving[conn] = None
            self._watch(conn, self.on_more)
        else:
            self._proceed(conn, step)

    def _proceed(self, conn: Connection, step: Step) -> None:
        if step is Step.SERVE:
            self.enqueue_req(conn)
        elif step is Step.REFUSE:
            conn.say(OVERLONG)
            self._see_off(conn)
        else:
            self._drop(conn)

    def _may_grow(self, conn: Connection) -> bool:
        """Tell whether more of the request may be read: large ones take turns."""
        if len(conn.arrival) <= SMALL or conn in self.large:
            return True
        if len(self.large) < LARGE_AT_ONCE:
            self.large.add(conn)
            return True
        return False

    def _release(self, conn: Connection) -> None:
        """Give the place of a large request to the next one that waits for it."""
        if conn not in self.large:
            return
        self.large.discard(conn)
        if self.parked:
            following = self.parked.popleft()
            self.large.add(following)
            self._watch(following, self.on_more)

    def _lose_patience(self, conn: Connection) -> None:
        del self.arriving[conn]
        if conn in self.parked:
            self.parked.remove(conn)
        else:
            self._unwatch(conn)
        self.app.too_slow(len(conn.arrival))
        conn.say(TOO_SLOW)
        self._see_off(conn)

    def _see_off(self, conn: Connection) -> None:
        """Say that nothing more will come, and listen on for a moment."""
        self._release(conn)
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return self._drop(conn)
        conn.timeout = time.monotonic() + FAREWELL_S
        self.leaving[conn] = None
        self._watch(conn, self.on_farewell)
        return None

    def _part(self, conn: Connection) -> None:
        del self.leaving[conn]
        self._unwatch(conn)
        self._drop(conn)

    def _drop(self, conn: Connection) -> None:
        self._release(conn)
        self.nr_conns -= 1
        conn.close()

    def _make_room(self) -> None:
        """Close the connection that can be spared most easily."""
        if self.keepalived_conns:
            conn = self.keepalived_conns.popleft()
            self._unwatch(conn)
            self._drop(conn)
        elif self.leaving:
            self._part(next(iter(self.leaving)))
        elif self.arriving:
            self._lose_patience(next(iter(self.arriving)))

    def _receive(self, conn: Connection) -> Step:
        return conn.receive(AT_ONCE if len(self.arriving) < CROWD else SMALL)

    def _watch(self, conn: Connection, then: Callable[[Connection], None]) -> None:
        conn.awaited = then
        readable = partial(self._on_readable, conn, then)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def _unwatch(self, conn: Connection) -> None:
        conn.awaited = None
        self.poller.unregister(conn.sock)

    def _on_readable(
        self, conn: Connection, then: Callable[[Connection], None], _sock: socket.socket
    ) -> None:
        """Go on, unless the connection had to make room for one just before it."""
        if conn.awaited == then:
            then(conn)


def _return_large_blocks() -> None:
    """Let the C library give the memory of large bodies back as soon as it is free.

    glibc keeps what was freed for later, in each thread's arena: a few large bodies
    would make a process large for good. Other libraries have no such switch.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
