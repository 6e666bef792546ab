"""Finds the actions, puts them in a fixed order, and refuses two of one name."""

from __future__ import annotations

import importlib
import pkgutil
import traceback
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import TypeVar

from app.errors import ConfigError
from workers.action import STAGES, Action
from workers.providers import Provider

Member = TypeVar("Member")

ENTRY_POINTS = "hubkeeper.actions"


def discover(
    package: str = "workers.actions", extra: Iterable[str] = ()
) -> list[Action]:
    """Import the package's modules and the extra ones; return their actions in order.

    Installed packages bring theirs along in the entry point group ENTRY_POINTS: each
    entry names a module.

    Raises:
        ConfigError: two actions bear one name, or a module cannot be imported.

    """
    found: dict[str, Action] = {}
    installed = (entry.value for entry in entry_points(group=ENTRY_POINTS))
    for module in [*_modules_of(package), *installed, *extra]:
        for action in _members(module, Action):
            if found.setdefault(action.name, action) is not action:
                raise ConfigError(
                    f"two actions are called {action.name}; rename one of them"
                )
    return sorted(found.values(), key=lambda a: (STAGES.index(a.stage), a.name))


def providers(extra: Iterable[str]) -> list[Provider]:
    """Return the providers that are written in modules of the user's own.

    Raises:
        ConfigError: a module cannot be imported.

    """
    return [each for module in extra for each in _members(module, Provider)]


def _modules_of(package: str) -> list[str]:
    path = importlib.import_module(package).__path__
    return [f"{package}.{module.name}" for module in pkgutil.iter_modules(path)]


def _spot(module: str, error: Exception) -> str:
    """Return the file and the line of the module that the error came from."""
    name = f"{module.rpartition('.')[2]}.py"
    frames = traceback.extract_tb(error.__traceback__)
    spots = [
        f"{f.filename}:{f.lineno}" for f in frames if Path(f.filename).name == name
    ]
    return f" ({spots[-1]})" if spots else ""


def _where_to_put(module: str, error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == module:
        return "; put the directory of its file on the PYTHONPATH"
    return ""


def _members(module: str, kind: type[Member]) -> list[Member]:
    try:
        namespace = vars(importlib.import_module(module))
    except Exception as error:
        raise ConfigError(
            f"actions module {module} does not import{_spot(module, error)}: {error}"
            f"{_where_to_put(module, error)}"
        ) from error
    return [value for value in namespace.values() if isinstance(value, kind)]
