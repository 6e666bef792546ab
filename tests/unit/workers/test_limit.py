"""An action that loops is ended, and the error says where."""

from __future__ import annotations

import time

import pytest

from workers.limit import time_limit


def loop_for_ever() -> None:
    while True:
        pass


def busy_for(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_what_loops_is_ended_and_the_line_is_named() -> None:
    with (
        pytest.raises(TimeoutError, match=r"test_limit\.py:\d+"),
        time_limit(0.05) as limited,
        limited(),
    ):
        loop_for_ever()


def test_what_is_quick_enough_is_left_alone() -> None:
    with time_limit(30) as limited, limited():
        done = sum(range(1_000))

    assert 499_500 == done


def test_every_block_has_the_whole_time_for_itself() -> None:
    with time_limit(0.2) as limited:
        for _ in range(3):
            with limited():
                busy_for(0.1)


def test_what_is_between_two_blocks_is_not_limited() -> None:
    with time_limit(0.05) as limited:
        with limited():
            pass
        busy_for(0.2)


def test_who_catches_the_error_and_goes_on_gets_another_one() -> None:
    caught = []
    with time_limit(0.05) as limited, limited():
        while len(caught) < 3:
            try:
                loop_for_ever()
            except TimeoutError as error:
                caught.append(error)

    assert 3 == len(caught)
