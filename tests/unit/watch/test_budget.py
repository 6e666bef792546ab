"""The budget: twenty messages an hour, one of which may say that there are more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.watch.budget import HOUR_S, MOST_AN_HOUR, Budget


def spend(wanted: list[tuple[float, int]]) -> list[tuple[float, int, bool]]:
    """Return (when, messages, notice) for what is wanted at each time."""
    now, budget, spent = 1e9, Budget(), []
    for pause, many in wanted:
        now += pause
        budget = budget.at(now)
        room, notice = budget.room(many, now)
        budget = budget.spend(room, now, notice=notice)
        spent.append((now, room, notice))
    return spent


@given(st.lists(st.tuples(st.floats(0.1, 900), st.integers(0, 60))))
def test_no_hour_has_more_than_twenty_messages(wanted: list[tuple[float, int]]) -> None:
    spent = spend(wanted)

    for begin, _, _ in spent:
        hour = [row for row in spent if begin <= row[0] < begin + HOUR_S]
        assert sum(room + notice for _, room, notice in hour) <= MOST_AN_HOUR
        assert sum(notice for _, _, notice in hour) <= 1


@given(st.lists(st.tuples(st.floats(0.1, 900), st.integers(0, 60))))
def test_nothing_is_held_back_without_notice(wanted: list[tuple[float, int]]) -> None:
    spent = spend(wanted)

    for (now, room, _), (_, many) in zip(spent, wanted, strict=True):
        noticed = [at for at, _, notice in spent if notice and now - HOUR_S < at <= now]
        assert room == many or noticed


def test_what_was_held_back_flows_when_there_is_room() -> None:
    storm = spend([(1, 100), *[(60.0, 80)] * 180])

    assert (19, True) == storm[0][1:]
    assert 19 + 20 + 19 <= sum(room for _, room, _ in storm)
