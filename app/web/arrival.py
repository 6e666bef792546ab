"""A request on its way in: does it stand whole in the buffer of its connection?

Only whole requests are handed to a thread, so a slow sender holds a few bytes of memory
and nothing else. Nothing is judged here: what breaks the rules of HTTP counts as whole,
and is refused by the parser that reads it.
"""

from __future__ import annotations

import enum
import re

from app.errors import TooLarge

LONGEST_HEAD = 64 * 1024
LONGEST_CHUNK_LINE = 4 * 1024
END_OF_HEAD = b"\r\n\r\n"
# Of a length; whatever needs more is too long by its first ones alone.
MOST_DIGITS = 18
# What chunks may add to a body; HubSpot says how long its bodies are.
CHUNKING = 64 * 1024

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*([0-9]+)[ \t]*\r\n", re.I)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.I)
_ENCODED = re.compile(rb"\r\ncontent-encoding:", re.I)
_EXPECTING = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.I)
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)


class State(enum.Enum):
    """How far a request has come."""

    PARTIAL = "partial"
    WHOLE = "whole"  # or as much of it as anybody will read
    OVERLONG = "overlong"  # a head that does not end


class Arrival:
    """Gathers the bytes of one connection, and finds the end of each request.

    Attributes:
        missing: raised to whoever reads beyond what has come, or None.
        wants_to_be_asked: the sender keeps its body until it reads "100 Continue".

    """

    def __init__(self, most_body: int) -> None:
        self.missing: TooLarge | None = None
        self.wants_to_be_asked = False
        self._most_body = most_body
        self._buffer = bytearray()
        self._begin()

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def has_head(self) -> bool:
        """Tell whether the head has come, the blank line included."""
        return self._body_at > 0

    def add(self, data: bytes) -> State:
        """Take the next bytes; say how far the request is now."""
        self._buffer += data
        return self.state()

    def state(self) -> State:
        """Say how far the request is with the bytes there are."""
        if not self.has_head and not self._find_head():
            overlong = len(self._buffer) > LONGEST_HEAD
            return State.OVERLONG if overlong else State.PARTIAL
        if self._chunked and not self._end:
            self._walk_chunks()
        whole = self._end and len(self._buffer) >= self._end
        return State.WHOLE if whole else State.PARTIAL

    def take(self) -> bytes:
        """Return the bytes of this request, and begin with the next one."""
        with memoryview(self._buffer) as view:
            request = bytes(view[: self._end])
        self._buffer = self._buffer[self._end :]
        self._begin()
        return request

    def _begin(self) -> None:
        self._searched = 0
        self._body_at = 0
        self._chunk_at = 0
        self._chunked = False
        self.wants_to_be_asked = False
        self._end = 0  # 0: not known yet

    def _find_head(self) -> bool:
        found = self._buffer.find(END_OF_HEAD, self._searched)
        if found < 0:
            self._searched = max(0, len(self._buffer) - len(END_OF_HEAD) + 1)
            return False
        self._body_at = self._chunk_at = found + len(END_OF_HEAD)
        self._read_head(bytes(self._buffer[: self._body_at]))
        return True

    def _read_head(self, head: bytes) -> None:
        length = _LENGTH.search(head)
        self.missing = None
        self._chunked = bool(_CHUNKED.search(head))
        self._end = 0 if self._chunked else self._body_at
        if length and not self._chunked:
            self._end += int(length[1][:MOST_DIGITS])
        if self._end - self._body_at > self._most_body or _ENCODED.search(head):
            self._cut_off()
        elif self._chunked or length:
            self.wants_to_be_asked = bool(_EXPECTING.search(head))

    def _cut_off(self) -> None:
        """Let the request end here: nobody will read what follows."""
        self._end = len(self._buffer)
        self._chunked = False
        self.missing = TooLarge(f"a delivery has at most {self._most_body} bytes")

    def _walk_chunks(self) -> None:
        """Go from one chunk to the next, as far as they have come."""
        while self._chunk_at < len(self._buffer) and not self._end:
            line_end = self._buffer.find(b"\r\n", self._chunk_at)
            line = bytes(self._buffer[self._chunk_at : max(line_end, 0)])
            size = _CHUNK_SIZE.fullmatch(line)
            if line_end < 0 and len(self._buffer) - self._chunk_at < LONGEST_CHUNK_LINE:
                return
            if size is None:
                self._end = len(self._buffer)  # no chunk: the parser says so
            elif int(size[1], 16):
                self._chunk_at = line_end + 4 + int(size[1], 16)
            else:
                self._find_trailers(line_end)
                return
        if not self._end and self._chunk_at - self._body_at > self._limit:
            self._cut_off()

    def _find_trailers(self, line_end: int) -> None:
        found = self._buffer.find(END_OF_HEAD, line_end)
        if found >= 0:
            self._end = found + len(END_OF_HEAD)
        elif len(self._buffer) - line_end > LONGEST_HEAD:
            self._end = len(self._buffer)

    @property
    def _limit(self) -> int:
        return self._most_body + CHUNKING
