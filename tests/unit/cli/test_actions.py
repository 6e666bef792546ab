"""Commands about actions: what they refuse, and what they make."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.errors import HubkeeperError
from workers.cli.actions import actions


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
