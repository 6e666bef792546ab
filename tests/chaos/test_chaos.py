"""A handful of accidents, a few power cuts, and whether broken services are noticed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import embedded
from app.errors import ConfigError
from tests.chaos import campaign, episode, faults, fleet, powercut
from tests.chaos.episode import Run
from tests.chaos.fleet import Fleet
from tests.conftest import missing

# One accident to each part of the service, of the worse sort.
EPISODES = [
    ["kill -9 the store", "cut when the door answered"],
    ["a worker sleeps past its lease", "done, but never said so"],
    ["kill -9 a worker", "kill -9 a web process", "500 on writes"],
    ["the store's memory is full", "cut when HubSpot answered"],
    ["the store's disk is full", "a worker's clock jumps"],
]


@pytest.fixture(autouse=True)
def _parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    try:
        embedded.server_binary()
    except ConfigError as error:
        missing(str(error))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A service that all episodes happen to, one after the other."""
    with Fleet(tmp_path_factory.mktemp("chaos")) as running:
        yield Run(running, seed=1)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("number", range(1, len(EPISODES) + 1))
def test_accidents_lose_nothing_and_make_nothing_twice(run: Run, number: int) -> None:
    if "a worker's clock jumps" in EPISODES[number - 1] and not fleet.can_skew():
        missing("libfaketime")

    assert [] == episode.play(run, number, EPISODES[number - 1])


def test_when_all_is_done_nothing_more_is_written(run: Run) -> None:
    assert [] == episode.nothing_more_to_do(run)


def test_a_seed_stands_for_the_same_accidents() -> None:
    plan = list(campaign.plan(7, 200))

    assert plan == list(campaign.plan(7, 200))
    assert 200 == sum(len(names) for _, names in plan)
    assert plan != list(campaign.plan(8, 200))


def test_every_kind_of_accident_happens_in_the_long_form() -> None:
    happened = {name for _, names in campaign.plan(1, 200) for name in names}

    assert set(faults.KINDS) == happened


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("mutation", campaign.SCHEDULES)
def test_a_service_that_is_broken_on_purpose_is_noticed(
    tmp_path: Path, mutation: str
) -> None:
    """A harness that cannot fail would prove nothing."""
    assert campaign.catch(tmp_path, mutation)


@pytest.mark.timeout(180)
def test_a_power_cut_loses_nothing_where_every_write_goes_to_disk(
    tmp_path: Path,
) -> None:
    if not shutil.which("strace"):
        missing("strace")

    losses = [powercut.cut(tmp_path / str(n), "always", n) for n in range(2)]

    assert all(loss.acked > 100 and loss.law_holds for loss in losses), losses
    assert [0, 0] == [loss.lost for loss in losses]


@pytest.mark.timeout(180)
def test_a_power_cut_loses_the_last_second_where_disks_are_written_every_second(
    tmp_path: Path,
) -> None:
    """And so the test above could fail."""
    if not shutil.which("strace"):
        missing("strace")

    losses = [powercut.cut(tmp_path / str(n), "everysec", n) for n in range(2)]

    assert all(loss.law_holds for loss in losses), losses
    assert 0 < sum(loss.lost for loss in losses)
    # The store begins to sync once a second, and then it takes a while.
    assert max(loss.oldest_s for loss in losses) < 3
