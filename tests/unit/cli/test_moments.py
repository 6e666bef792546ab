"""Times as people type them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from app.cli.meter import Lines, so_far, span
from app.cli.sweeps import reconcile
from app.events.sweeps import Sweep
from app.repair import moment
from app.repair.moment import read


@pytest.mark.parametrize(
    ("text", "ago_s"),
    [("45s", 45), ("90m", 5_400), ("1.5h", 5_400), (" 3 d", 259_200), ("1w", 604_800)],
)
def test_so_long_ago(text: str, ago_s: float) -> None:
    assert ago_s == pytest.approx(time.time() - read(text), abs=5)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-11-20", datetime(2025, 11, 20, tzinfo=UTC)),
        ("2025-11-20T09:30+01:00", datetime(2025, 11, 20, 8, 30, tzinfo=UTC)),
        ("2025-11-20 09:30:01Z", datetime(2025, 11, 20, 9, 30, 1, tzinfo=UTC)),
    ],
)
def test_a_date(text: str, date: datetime) -> None:
    assert date.timestamp() == read(text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "yesterday"], "is no time: say 90m"),
        (["--since", "-2h"], "is no time"),
        (["--since", "2999-01-01"], "is not in the past"),
        (["--since", "9999999w"], "before 1970"),
        (["--since", "1h", "--until", "2h"], "is not after --since"),
        (["--until", "2h"], "needs --since"),
        (["--since", "1h", "--daily-share", "2"], "not in the range"),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_done(
    words: list[str], said: str
) -> None:
    told = CliRunner().invoke(reconcile, words)

    assert 2 == told.exit_code
    assert said in told.output


def test_what_is_shown_is_what_was_meant() -> None:
    assert "2025-11-20 08:30:00 UTC" == moment.shown(1_763_627_400.4)
    sweep = Sweep("1", "backfill", "x", found=1_234, total=100_000)
    assert "1,234 of 100,000 contacts (1%)" == so_far(sweep)
    assert "1,234 contacts" == so_far(replace(sweep, total=1_000))
    assert "7 contacts" == so_far(Sweep("1", "reconcile", "x", found=7))
    assert ["5 s", "2 min", "2.0 h"] == [span(5), span(100), span(7_200)]


def test_a_line_now_and_then_and_one_for_every_wait(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = [0.0]
    sweep = Sweep("1", "backfill", "x", found=400, total=1_400)
    say = Lines(sweep, now=lambda: clock[0])
    for clock[0], found, waits_for in (
        (1.0, 500, ""),
        (2.0, 500, "the workers catch up"),
        (3.0, 500, "the workers catch up"),
        (6.0, 600, ""),
        (8.0, 800, ""),
    ):
        say(replace(sweep, found=found, waits_for=waits_for))

    assert [
        "500 of 1,400 contacts (36%); waiting: the workers catch up",
        "800 of 1,400 contacts (57%); 50/s, 12 s to go",
    ] == capsys.readouterr().out.splitlines()
