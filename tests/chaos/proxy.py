"""A TCP proxy that knows where an HTTP request ends, and so can cut just there."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.cli import embedded

_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
GARBAGE = b"<html><body>It works!</body></html>"


class Trick(enum.Enum):
    """What may happen to one request and its answer."""

    NEVER_SENT = "the connection is cut before the request is passed on"
    SENT = "the connection is cut when the request was sent; nobody waits for an answer"
    ANSWERED = "the connection is cut when the answer is ready"
    HALF = "the connection is cut in the middle of the answer"
    GARBLED = "the answer is replaced by 200 and a page of HTML"


@dataclass(slots=True)
class _Plot:
    trick: Trick
    path: bytes
    left: int


class CutError(Exception):
    """The connection is to be closed."""


class Proxy:
    """Listens on a port of its own; passes on to the first backend that answers.

    Attributes:
        answers: how many answers of which status were passed on; 0 for none.
        played: how often each trick was played.

    """

    def __init__(self, backends: Sequence[int]) -> None:
        self.port = embedded.free_port()
        self.answers: Counter[int] = Counter()
        self.played: Counter[Trick] = Counter()
        self._backends = list(backends)
        self._turn = 0
        self._plots: list[_Plot] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._listening = threading.Event()

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._listening.wait(10)

    def stop(self) -> None:
        """Close everything."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)

    def plot(self, trick: Trick, times: int, path: str = "") -> None:
        """Play a trick on the next requests whose path contains a text."""
        self._loop.call_soon_threadsafe(
            self._plots.append, _Plot(trick, path.encode(), times)
        )

    def forgive(self) -> None:
        """Play no more tricks."""
        self._loop.call_soon_threadsafe(self._plots.clear)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self._listening.set()
        self._loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self._loop)
        for task in left:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self._loop.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        far: asyncio.StreamWriter | None = None
        with contextlib.suppress(OSError, EOFError, CutError, asyncio.CancelledError):
            request = await _message(reader)
            answers, far = await self._connect()
            while True:
                await self._exchange(request, answers, far, writer)
                request = await _message(reader)
        for each in (writer, far):
            if each:
                each.close()

    async def _exchange(
        self,
        request: bytes,
        answers: asyncio.StreamReader,
        far: asyncio.StreamWriter,
        near: asyncio.StreamWriter,
    ) -> None:
        trick = self._next_trick(request)
        if trick is Trick.NEVER_SENT:
            raise CutError
        far.write(request)
        await far.drain()
        if trick is Trick.SENT:
            raise CutError
        try:
            answer = await _message(answers)
        except (OSError, EOFError):
            self.answers[0] += 1
            raise
        if trick is Trick.ANSWERED:
            raise CutError
        if trick is Trick.GARBLED:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d"
            answer = head % len(GARBAGE) + b"\r\n\r\n" + GARBAGE
        if trick is Trick.HALF:
            answer = answer[: len(answer) // 2]
        near.write(answer)
        await near.drain()
        if trick is Trick.HALF:
            raise CutError
        self.answers[int(answer[9:12])] += 1

    def _next_trick(self, request: bytes) -> Trick | None:
        target = request.split(b" ", 2)[1]
        for plot in self._plots:
            if plot.left and plot.path in target:
                plot.left -= 1
                self.played[plot.trick] += 1
                return plot.trick
        return None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in self._backends:
            self._turn += 1
            port = self._backends[self._turn % len(self._backends)]
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        self.answers[0] += 1
        raise CutError


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one request or answer; all of ours say how long they are."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + (await reader.readexactly(int(length[1])) if length else b"")
