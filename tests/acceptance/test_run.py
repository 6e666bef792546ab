"""`hubkeeper run`: what a newcomer starts first, looks at, and stops."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from app.cli import embedded
from app.cli.local import HOME
from app.errors import ConfigError
from tests.conftest import missing

KEY = "tTzYH0VBRIgZz4tJ8kXTfBXHdwBHWxeOL4ZZwpBTN8s="
OURS = """\
from workers.actions import enricher


@enricher(on=("contact.creation",), reads=("firstname",))
def ours(contact, events):
    return []
"""
STARTED_S = 60.0


class Run:
    """A running `hubkeeper run`, and what it printed."""

    def __init__(self, directory: Path, *words: str, **environ: str) -> None:
        self.directory = directory
        self.output = directory / "output"
        command = [sys.executable, "-m", "app.cli", "run", "--workers", "1", *words]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "--sandbox-port", str(embedded.free_port())],
                cwd=directory,
                env=environment(PORT=str(embedded.free_port()), **environ),
                stdout=output,
                stderr=output,
            )

    def says(self, words: str) -> None:
        """Wait until it has said something."""
        until(lambda: words in self.output.read_text(), self.output.read_text)

    def shell(self, command: str) -> str:
        """Run a command in another shell, as the printed line says."""
        env = self.directory / HOME / "run" / "env"
        assert f". {env}; hubkeeper doctor" in self.output.read_text()
        done = subprocess.run(
            ["/bin/sh", "-c", f". {env}; {command}"],
            cwd="/",
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr


def environment(**more: str) -> dict[str, str]:
    """Return what a fresh shell has, with the code under test on the path."""
    code = str(Path(__file__).parents[2])
    return {"PATH": os.environ["PATH"], "HOME": "/", "PYTHONPATH": code, **more}


def until(true: Callable[[], bool], why: Callable[[], object]) -> None:
    deadline = time.monotonic() + STARTED_S
    while not true():
        assert time.monotonic() < deadline, why()
        time.sleep(0.05)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Run]:
    """Start it as somebody does who seals the store and has an action of his own."""
    try:
        embedded.server_binary()
    except ConfigError as error:
        missing(str(error))
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nname = "only names"\naction = "ours"\n'
    )
    (tmp_path / "ours.py").write_text(OURS)
    own = {"STORE_KEYS": KEY, "RULES_FILE": "rules.toml", "ACTION_MODULES": "ours"}
    run = Run(tmp_path, "--contacts", "20", **own)
    try:
        run.says("20 contacts were created")
        yield run
    finally:
        run.process.terminate()
        run.process.wait(60)


def test_commands_in_another_shell_reach_what_runs(started: Run) -> None:
    told = started.shell(f"export STORE_KEYS={KEY}; python -m app.cli doctor")

    assert "WRONG" not in told
    assert f"rules: {started.directory / 'rules.toml'}" in told
    assert "with your STORE_KEYS set there as here" in started.output.read_text()
    assert KEY not in started.shell("export")


def test_the_readme_signs_a_webhook_that_is_accepted(started: Run) -> None:
    if not (shutil.which("curl") and shutil.which("openssl")):
        missing("curl and openssl, with which the README sends a webhook")
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (block,) = (each for each in readme.split("```") if "openssl dgst" in each)

    assert "HTTP/1.1 204" in started.shell(block)


def test_whoever_presses_ctrl_c_twice_leaves_nothing_behind(started: Run) -> None:
    url = started.shell('printf %s "$REDIS_URL"')
    with redis.Redis.from_url(url) as store:
        store_pid = int(store.info("server")["process_id"])

    started.process.send_signal(signal.SIGINT)
    started.says("stopping everything")
    started.process.send_signal(signal.SIGINT)
    started.process.wait(30)

    with pytest.raises(ProcessLookupError):
        os.kill(store_pid, 0)


def test_a_wrong_rules_file_is_told_whole(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(
        '[[rule]]\nname = "a"\naction = "tidy_name"\ndry_rum = true\nwhenn = 1\n'
    )

    run = Run(tmp_path, RULES_FILE="rules.toml")

    assert 2 == run.process.wait(60)
    assert (
        "hubkeeper: worker-1 did not start: these rules are wrong:\n"
        "  line 4: dry_rum: there is no such field; did you mean dry_run?\n"
        "  line 5: whenn: there is no such field; did you mean when?\n"
    ) in run.output.read_text()
