"""Where a request ends, however its bytes come in."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import TooLarge
from app.web.arrival import LONGEST_HEAD, Arrival, State

HEAD = b"POST /webhooks/hubspot HTTP/1.1\r\nHost: h\r\n"
PLAIN = HEAD + b"Content-Length: 5\r\n\r\n[{},1"
CHUNKED = HEAD + (
    b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\n[{}\r\n2\r\n,1\r\n0\r\nX: y\r\n\r\n"
)
CHUNKED_PLAINLY = HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n0\r\n\r\n"
ZEROS = HEAD + b"Content-Length: " + b"0" * 30 + b"2\r\n\r\n[]"
EMPTY = b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
WHOLE = [PLAIN, CHUNKED, CHUNKED_PLAINLY, ZEROS, EMPTY]


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(c % (len(data) + 1) for c in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


@given(
    requests=st.lists(st.sampled_from(WHOLE), min_size=1, max_size=4),
    cuts=st.lists(st.integers(0, 10_000), max_size=30),
)
def test_each_request_is_found_however_the_bytes_are_cut(
    requests: list[bytes], cuts: list[int]
) -> None:
    arrival, found = Arrival(1_000), []
    for piece in cut(b"".join(requests), cuts):
        state = arrival.add(piece)
        while state is State.WHOLE:
            found.append(arrival.take())
            state = arrival.state()

    assert requests == found
    assert 0 == len(arrival)


@pytest.mark.parametrize("request_", WHOLE)
def test_a_request_without_its_last_byte_is_not_whole(request_: bytes) -> None:
    assert State.PARTIAL is Arrival(1_000).add(request_[:-1])


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 1001\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"content-length:1001\r\nExpect: 100-continue\r\n\r\n",
        b"Content-Length: 2\r\nContent-Encoding: gzip\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
    ],
)
def test_what_nobody_will_read_is_not_waited_for(head: bytes) -> None:
    arrival = Arrival(1_000)

    assert State.WHOLE is arrival.add(HEAD + head)
    assert isinstance(arrival.missing, TooLarge)
    assert not arrival.wants_to_be_asked


def test_a_body_in_endless_small_chunks_is_cut_off() -> None:
    arrival = Arrival(1_000)
    state = arrival.add(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    chunks = 0
    while state is State.PARTIAL:
        state = arrival.add(b"1\r\nx\r\n")
        chunks += 1

    assert State.WHOLE is state
    assert isinstance(arrival.missing, TooLarge)
    assert 100_000 > chunks * 6


def test_a_head_that_does_not_end_is_overlong() -> None:
    arrival = Arrival(1_000)
    assert State.PARTIAL is arrival.add(b"x" * LONGEST_HEAD)
    assert State.OVERLONG is arrival.add(b"x")


@pytest.mark.parametrize("size", [b"", b"zz", b"-1", b"0x1", b"x" * 5_000])
def test_a_chunk_without_a_size_is_left_to_the_parser(size: bytes) -> None:
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    assert State.WHOLE is Arrival(10_000).add(head + size + b"\r\n")


def test_a_sender_that_asks_first_is_asked() -> None:
    arrival = Arrival(1_000)
    arrival.add(HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")

    assert arrival.wants_to_be_asked


@given(st.binary(max_size=3_000), st.lists(st.integers(0, 3_000), max_size=10))
def test_garbage_is_whole_or_partial_and_breaks_nothing(
    garbage: bytes, cuts: list[int]
) -> None:
    arrival = Arrival(1_000)
    for piece in cut(HEAD + garbage, cuts):
        if arrival.add(piece) is State.WHOLE:
            arrival.take()
