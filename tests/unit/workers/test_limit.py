"""An action that loops is ended, and the error says where."""

from __future__ import annotations

import pytest

from workers.limit import time_limit


def loop_for_ever() -> None:
    while True:
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
