"""A source that is out of order is left alone, and tried now and then."""

from __future__ import annotations

import pytest

from workers.providers.breaker import (
    FIRST_REST_S,
    LONGEST_REST_S,
    MOST_IN_A_ROW,
    Breaker,
)


class Clock:
    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock)


def fail(breaker: Breaker, times: int = MOST_IN_A_ROW) -> None:
    for _ in range(times):
        breaker.failed()


def test_a_few_failures_among_successes_change_nothing(breaker: Breaker) -> None:
    for index in range(100):
        if index % 3:
            breaker.succeeded(0.1)
        else:
            breaker.failed()

    assert breaker.most_calls is None


def test_failures_in_a_row_stop_all_calls(breaker: Breaker) -> None:
    fail(breaker)

    assert 0 == breaker.most_calls
    assert pytest.approx(FIRST_REST_S) == breaker.wait_s


def test_half_of_the_calls_failing_stops_all_calls(breaker: Breaker) -> None:
    for _ in range(10):
        breaker.succeeded(0.1)
        breaker.failed()

    assert 0 == breaker.most_calls


def test_after_its_rest_one_call_at_a_time_tries_and_a_success_closes(
    breaker: Breaker, clock: Clock
) -> None:
    fail(breaker)
    clock.at += FIRST_REST_S

    assert 1 == breaker.most_calls
    breaker.succeeded(0.1)
    assert breaker.most_calls is None


def test_every_failed_try_doubles_the_rest_up_to_a_bound(
    breaker: Breaker, clock: Clock
) -> None:
    fail(breaker)
    rests = []
    for _ in range(9):
        rests.append(breaker.wait_s)
        clock.at += breaker.wait_s
        breaker.failed()

    assert [FIRST_REST_S, 2 * FIRST_REST_S, 4 * FIRST_REST_S] == rests[:3]
    assert LONGEST_REST_S == rests[-1]


def test_calls_that_fail_together_count_once(breaker: Breaker) -> None:
    fail(breaker, 50)

    assert pytest.approx(FIRST_REST_S) == breaker.wait_s


def test_a_source_may_name_its_own_rest(breaker: Breaker, clock: Clock) -> None:
    breaker.rest(120)
    breaker.rest(10)

    assert pytest.approx(120) == breaker.wait_s
    clock.at += 120
    assert 1 == breaker.most_calls


def test_a_typical_call_is_learnt(breaker: Breaker) -> None:
    for _ in range(30):
        breaker.succeeded(2.0)

    assert pytest.approx(2.0, rel=0.01) == breaker.typical_s
