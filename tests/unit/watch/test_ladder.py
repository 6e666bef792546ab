"""The ladder: told early, at each step, once when it is well; and never a storm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import Settings
from app.watch import ladder
from app.watch import rule as rule_
from app.watch.ladder import DAY_S, FRESH, News, Standing
from app.watch.rule import CALM_S, Rule

RULES = rule_.rules(Settings(alert_lag_s=100))
LAG, PAUSED = RULES["lag"], RULES["paused"]

# (seconds since the look before, the figure or None for no trouble)
Look = tuple[float, float | None]
Told = tuple[float, News, float]

figures = st.none() | st.floats(min_value=100, max_value=1e6)
looks = st.lists(st.tuples(st.floats(min_value=1, max_value=1200), figures))


def run(rule: Rule, seen: list[Look]) -> list[Told]:
    """Return (when, what, figure) of all that is told, all of it sent at once."""
    now, standing, told = 1e9, FRESH, []
    for pause, value in seen:
        now += pause
        if value is None:
            standing = ladder.miss(standing, now) or FRESH
        else:
            standing = ladder.see(standing, rule, value, "", now)
        if what := ladder.news(standing, rule, now):
            told.append((now - 1e9, what, standing.value))
            standing = ladder.tell(standing, rule, what, now)
    return told


def test_growing_trouble_is_told_at_one_two_five_and_ten_times_the_threshold() -> None:
    rising: list[Look] = [(5, float(value)) for value in range(100, 1101, 5)]

    told = run(LAG, rising)

    assert [100, 200, 500, 1000] == [value for _, _, value in told]
    assert [News.ALARM, *[News.WORSE] * 3] == [what for _, what, _ in told]


def test_several_steps_at_once_are_one_message() -> None:
    assert [(5, News.ALARM, 70_000)] == run(LAG, [(5, 70_000), (5, 70_000)])


def test_it_is_well_again_only_after_a_calm_and_is_said_once() -> None:
    calm: list[Look] = [(5, None)] * 200

    told = run(LAG, [(5, 100), *calm])

    assert [(5, News.ALARM, 100), (10 + CALM_S, News.WELL, 100)] == told


def test_trouble_that_comes_and_goes_is_one_trouble() -> None:
    flapping: list[Look] = [(5, 100), (5, None)] * 500

    assert [News.ALARM] == [what for _, what, _ in run(LAG, flapping)]


def test_who_keeps_coming_back_must_be_calm_for_longer_each_time() -> None:
    """A figure that is bad for a look and good for six minutes, all day long."""
    cycle: list[Look] = [(5, 100), *[(30.0, None)] * 12]

    told = run(LAG, cycle * 200)

    assert [News.ALARM, News.WELL, News.ALARM] == [what for _, what, _ in told]


def test_what_was_well_for_long_is_forgiven() -> None:
    rested: list[Look] = [(5, 100), *[(60.0, None)] * 600]

    told = run(LAG, rested * 4)

    assert [News.ALARM, News.WELL] * 4 == [what for _, what, _ in told]


def test_a_short_standstill_is_no_trouble() -> None:
    """HubSpot's ten-second limit makes a portal stand still all the time."""
    assert [] == run(PAUSED, [(5, 10), (5, 5), (5, None)] * 50)


def test_a_standstill_is_told_again_after_an_hour_four_hours_and_then_daily() -> None:
    three_days: list[Look] = [(60, 50.0)] * (3 * 24 * 60 + 10)

    told = run(PAUSED, three_days)

    hours = [round(at / 3600) for at, _, _ in told]
    assert [0, 1, 4, 24, 48, 72] == hours
    assert News.STILL is told[-1][1]


def test_a_figure_that_creeps_up_is_told_within_a_day() -> None:
    """Two dead letters were told; a third is no step, but somebody should know."""
    creeping: list[Look] = [(5, 200), (3600, 300), *[(3600.0, 300.0)] * 60]

    told = run(LAG, creeping)

    assert [(News.ALARM, 200), (News.STILL, 300)] == [each[1:] for each in told]
    assert DAY_S <= told[1][0] < DAY_S + 7200


@given(looks)
def test_alarms_and_all_clears_alternate(seen: list[Look]) -> None:
    turns = [what for _, what, _ in run(LAG, seen) if what in (News.ALARM, News.WELL)]

    assert [News.ALARM, News.WELL] * (len(turns) // 2) == turns[: len(turns) // 2 * 2]


@given(looks)
def test_whoever_reaches_a_new_step_is_told_at_that_look(seen: list[Look]) -> None:
    told = run(LAG, seen)
    now, known = 0.0, 0
    for pause, value in seen:
        now += pause
        here = [what for at, what, _ in told if at == pytest.approx(now)]
        if News.WELL in here:
            known = 0
        if value is not None and LAG.step(value) > known:
            assert here
            known = LAG.step(value)


@given(looks)
def test_between_alarm_and_all_clear_there_are_no_more_messages_than_steps_and_days(
    seen: list[Look],
) -> None:
    lasted, count = 0.0, 0
    began = 0.0
    for at, what, _ in run(LAG, seen):
        if what is News.ALARM:
            began, count = at, 0
        count += 1
        lasted = at - began
        assert count <= len(LAG.steps) + lasted / DAY_S + 1


@given(st.lists(st.tuples(st.floats(1, 600), st.sampled_from([None, 100.0]))))
def test_all_clears_come_ever_more_slowly(seen: list[Look]) -> None:
    """Whatever one portal does around the threshold: a few messages an hour."""
    told = run(LAG, seen)
    for begin, _, _ in told:
        hour = [at for at, _, _ in told if begin <= at < begin + 3600]
        assert len(hour) <= 9


@given(looks)
def test_what_is_remembered_without_trouble_is_forgotten(seen: list[Look]) -> None:
    now, standing = 1e9, FRESH
    for pause, value in seen:
        now += pause
        standing = (
            ladder.see(standing, LAG, value, "", now)
            if value is not None
            else ladder.miss(standing, now) or FRESH
        )
        if what := ladder.news(standing, LAG, now):
            standing = ladder.tell(standing, LAG, what, now)
    left: Standing | None = standing
    for _ in range(1000):
        if left is None:
            return
        now += 60
        left = ladder.miss(left, now)
        if left and (what := ladder.news(left, LAG, now)):
            left = ladder.tell(left, LAG, what, now)
    raise AssertionError(f"still remembered: {left}")
