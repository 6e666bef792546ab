"""Visitors of the door that do not behave: slow, silent, large, odd."""

from __future__ import annotations

import os
import socket
import subprocess
import zlib
from dataclasses import dataclass, field

from tests.integration.web.conftest import PATH


@dataclass(slots=True)
class Visitors:
    """Raw connections to a door; use it as a context manager."""

    port: int
    sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Visitors:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.sockets:
            each.close()

    def come(self, number: int = 1, say: bytes = b"") -> list[socket.socket]:
        """Connect so many times, and say something each time."""
        new = []
        for _ in range(number):
            visitor = socket.create_connection(("127.0.0.1", self.port), timeout=20)
            new.append(visitor)
            self.sockets.append(visitor)
            if say:
                visitor.sendall(say)
        return new


def head(*lines: str, length: int | None = None) -> bytes:
    """Return the head of a delivery."""
    sized = [] if length is None else [f"Content-Length: {length}"]
    every = [f"POST {PATH} HTTP/1.1", "Host: door", *sized, *lines]
    return ("\r\n".join(every) + "\r\n\r\n").encode()


def answer(visitor: socket.socket) -> bytes:
    """Read until the door closes the connection; b"" where it only closes."""
    pieces = []
    try:
        while piece := visitor.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def gzip_bomb(megabytes: int) -> bytes:
    """Return a few kilobytes that would become so many megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"0" * 1_000_000
    pieces = [packer.compress(zeros) for _ in range(megabytes)]
    return b"".join([*pieces, packer.flush()])


def resident_mb(parent: int) -> float:
    """Return the resident memory of the web processes, children of gunicorn's own."""
    return sum(rss for _, rss in _children(parent)) / 1024


def children(parent: int) -> list[int]:
    """Return the ids of the processes that a process started."""
    return [pid for pid, _ in _children(parent)]


def _children(parent: int) -> list[tuple[int, int]]:
    told = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid=,rss="],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout
    rows = [tuple(map(int, line.split())) for line in told.splitlines()]
    return [(pid, rss) for pid, ppid, rss in rows if ppid == parent]
