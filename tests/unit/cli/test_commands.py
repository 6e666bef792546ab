"""Commands: what they refuse, and what they say when only part of it worked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner

from app.cli.dead import dead
from app.errors import HubkeeperError
from app.events import keys
from app.events.inbox import Burial, Inbox, InboxOptions
from app.events.scripts import Scripts
from app.events.wire import parse
from workers.cli.actions import actions

PORTAL = "20000001"
EVENT = b"""[{"eventId": 1, "subscriptionId": 7, "portalId": 20000001, "appId": 11,
"occurredAt": 1795166400123, "subscriptionType": "contact.creation",
"attemptNumber": 0, "objectId": 501}]"""


@pytest.fixture
def letter(store: redis.Redis) -> str:
    """Bury a contact with one event; give PORTAL/ID of the letter."""
    inbox = Inbox(Scripts(store), InboxOptions(linger_s=0, lease_s=60))
    inbox.accept(parse(EVENT))
    burial = Burial("501", "refused", "Property values were not valid", "trace")
    inbox.bury(inbox.claim(PORTAL, "t", 10), [burial])
    (letter_id,) = store.zrange(keys.of(PORTAL, "dead"), 0, -1)
    return f"{PORTAL}/{letter_id.decode()}"


def test_replay_counts_only_what_waits_again(store_url: str, letter: str) -> None:
    told = CliRunner().invoke(
        dead, ["replay", letter, f"{PORTAL}/nobody"], env={"REDIS_URL": store_url}
    )

    assert 1 == told.exit_code
    assert (
        "1 events of 1 dead letters wait again; 1 could not be replayed\n"
        == told.stdout
    )
    assert f"{PORTAL}/nobody: " in told.stderr


def test_replay_of_all_is_a_success(store_url: str, letter: str) -> None:
    told = CliRunner().invoke(dead, ["replay", letter], env={"REDIS_URL": store_url})

    assert 0 == told.exit_code
    assert "1 events of 1 dead letters wait again\n" == told.stdout


@pytest.mark.parametrize("name", ["class", "tidy_name", "Upper", "no"])
def test_an_action_gets_no_name_that_cannot_work(name: str, tmp_path: Path) -> None:
    told = CliRunner().invoke(actions, ["new", name, "--directory", str(tmp_path)])

    assert isinstance(told.exception, HubkeeperError)
    assert f"{name!r}" in str(told.exception)
    assert [] == list(tmp_path.iterdir())


def test_a_new_action_comes_with_its_test(tmp_path: Path) -> None:
    told = CliRunner().invoke(actions, ["new", "my_own", "--directory", str(tmp_path)])

    assert 0 == told.exit_code
    assert {"my_own.py", "test_my_own.py"} == {f.name for f in tmp_path.iterdir()}
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in done.stdout, done.stdout
