"""A store that would lose what was accepted is refused, or warned of, at the start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.cli import embedded
from app.events import durability

STRANGER = "hosted"


@pytest.fixture(scope="module")
def own_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a store whose settings may be spoilt."""
    with embedded.running(tmp_path_factory.mktemp("lossy"), fsync="always") as url:
        yield url


@pytest.fixture
def own(own_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(own_url) as client:
        yield client
        client.config_set("appendonly", "yes")
        client.config_set("appendfsync", "always")
        client.config_set("maxmemory-policy", "noeviction")
        # Until it has a file again, the store does not let itself be ended.
        while client.info("persistence")["aof_rewrite_in_progress"]:
            time.sleep(0.01)


def start(command: str, url: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Start a process of ours that finds something wrong with its store.

    One that does not goes on to its rules, and finds those wrong.
    """
    told = {
        "REDIS_URL": url,
        "HUBSPOT_CLIENT_SECRET": "secret",
        "HUBSPOT_ACCESS_TOKEN": "token",
        "RULES_FILE": "/no/such/rules.toml",
        **environ,
    }
    return subprocess.run(
        [sys.executable, "-m", "app.cli", command],
        env={**os.environ, **told},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["web", "worker"])
@pytest.mark.parametrize(
    ("setting", "value"),
    [("appendonly", "no"), ("maxmemory-policy", "allkeys-lru")],
)
def test_nobody_starts_on_a_store_that_loses_what_it_accepted(
    own: redis.Redis, own_url: str, command: str, setting: str, value: str
) -> None:
    own.config_set(setting, value)

    done = start(command, own_url)

    assert 2 == done.returncode
    assert f"the store is not durable: {setting} is {value}" in done.stderr
    assert "ALLOW_LOSSY_STORE" in done.stderr


def test_who_says_so_may_start_on_it_and_is_warned(
    own: redis.Redis, own_url: str
) -> None:
    own.config_set("appendonly", "no")

    done = start("worker", own_url, ALLOW_LOSSY_STORE="true")

    assert '"event": "store_not_durable"' in done.stderr
    assert "rules.toml" in done.stderr


@pytest.mark.parametrize(("fsync", "warns"), [("everysec", False), ("no", True)])
def test_how_often_the_store_goes_to_disk_is_at_most_a_warning(
    own: redis.Redis, own_url: str, fsync: str, warns: bool
) -> None:
    own.config_set("appendfsync", fsync)

    done = start("worker", own_url)

    assert warns == ("appendfsync is no, should be always or everysec" in done.stderr)
    assert "rules.toml" in done.stderr


def test_everysec_is_told_apart_from_always(own: redis.Redis) -> None:
    assert "durable" == durability.promise(own)

    own.config_set("appendfsync", "everysec")

    assert "but for the last second" in durability.promise(own)


def test_what_cannot_be_changed_in_a_hosted_store_is_only_a_warning(
    own: redis.Redis, own_url: str
) -> None:
    """Such a store answers INFO, and refuses CONFIG."""
    own.config_set("appendonly", "no")
    own.config_set("maxmemory-policy", "volatile-lru")
    own.acl_setuser(
        STRANGER,
        enabled=True,
        passwords=["+word"],
        keys=["*"],
        categories=["+@all"],
        commands=["-config"],
    )
    with redis.Redis.from_url(own_url, username=STRANGER, password="word") as hosted:
        found = durability.examine(hosted)

    assert ["appendonly is no", "maxmemory-policy is volatile-lru"] == [
        problem.words.partition(",")[0] for problem in found
    ]
    assert not any(problem.lossy for problem in found)
