"""What another shell must be told to reach the service that runs here."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from app import settings
from app.cli.stack import Stack


def write(stack: Stack) -> Path:
    """Write a file that gives a shell, with `.`, the settings of a running service."""
    python = shlex.quote(str(Path(sys.executable).parent))
    lines = [f"export {n}={shlex.quote(v)}" for n, v in told(stack).items()]
    file = stack.plan.directory.resolve() / "env"
    file.touch(mode=0o600)
    file.chmod(0o600)  # it holds tokens, and may have been there
    file.write_text("\n".join([*lines, f'export PATH={python}:"$PATH"']) + "\n")
    return file


def told(stack: Stack) -> dict[str, str]:
    """Return what is written down, by variable: no secret that the user has set."""
    plain = (*settings.variables(secret=False), "PYTHONPATH")
    theirs = {name: stack.environ[name] for name in plain if stack.environ.get(name)}
    made = {**stack.plan.environ, "REDIS_URL": stack.environ["REDIS_URL"]}
    return _wherever(theirs) | made


def kept_back(stack: Stack) -> list[str]:
    """Return the secrets that the other shell must be given by the user."""
    secrets = settings.variables(secret=True)
    made = stack.plan.environ
    return [name for name in secrets if stack.environ.get(name) and name not in made]


def _wherever(theirs: Mapping[str, str]) -> dict[str, str]:
    """Make paths mean the same in any directory."""
    found = dict(theirs)
    if rules := found.get("RULES_FILE"):
        found["RULES_FILE"] = str(Path(rules).resolve())
    if {"ACTION_MODULES", "PYTHONPATH"} & found.keys():
        # What runs here finds modules in the directory where it was started, too.
        parts = ["", *found.get("PYTHONPATH", "").split(os.pathsep)]
        absolute = dict.fromkeys(str(Path(part).resolve()) for part in parts)
        found["PYTHONPATH"] = os.pathsep.join(absolute)
    return found
