"""The share of failures: of the last minutes, from counters that only grow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.watch import window
from app.watch.window import APART_S, SPAN_S, Sample

steps = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 20), st.integers(0, 20)), max_size=80
)


def history(moves: list[tuple[int, int, int]]) -> list[Sample]:
    """Return what the books said at each look."""
    now = failed = ended = 0
    said = [Sample(0, 0, 0)]
    for pause, more_failed, more_ended in moves:
        now, failed, ended = now + pause, failed + more_failed, ended + more_ended
        said.append(Sample(now, failed, ended))
    return said


@given(steps)
def test_the_share_is_that_of_about_five_minutes(
    moves: list[tuple[int, int, int]],
) -> None:
    said = history(moves)
    kept: list[Sample] = []
    for latest in said:
        kept = window.keep(kept, latest)
        failed, of = window.failures(kept, latest)

        recent = [each for each in said if latest.at - SPAN_S < each.at <= latest.at]
        slack = SPAN_S + 2 * APART_S + 60
        longer = [each for each in said if latest.at - slack <= each.at <= latest.at]
        assert latest.failed - recent[0].failed <= failed
        assert failed <= latest.failed - longer[0].failed
        assert failed <= of


@given(steps)
def test_only_a_few_samples_are_kept(moves: list[tuple[int, int, int]]) -> None:
    kept: list[Sample] = []
    for latest in history(moves):
        kept = window.keep(kept, latest)
        assert len(kept) <= SPAN_S / APART_S + 2


def test_a_portal_where_nothing_happens_costs_no_write() -> None:
    first = Sample(0, 7, 9)

    assert [first] == window.keep([first], Sample(90_000, 7, 9))


def test_a_failure_after_a_long_silence_counts_from_the_silence_on() -> None:
    kept = window.keep([Sample(0, 7, 9)], Sample(90_000, 8, 9))

    assert (1, 1) == window.failures(kept, Sample(90_000, 8, 9))


def test_books_that_began_anew_are_no_failures() -> None:
    emptied = Sample(90, 0, 2)

    assert (0, 0) == window.failures(window.keep([Sample(0, 7, 9)], emptied), emptied)
