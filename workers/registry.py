"""Finds the actions, puts them in a fixed order, and refuses two of one name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

from app.errors import ConfigError
from workers.action import STAGES, Action


def discover(
    package: str = "workers.actions", extra: Iterable[str] = ()
) -> list[Action]:
    """Import the package's modules and the extra ones; return their actions in order.

    Raises:
        ConfigError: two actions bear one name, or a module cannot be imported.

    """
    found: dict[str, Action] = {}
    for module in [*_modules_of(package), *extra]:
        for action in _actions_in(module):
            if found.setdefault(action.name, action) is not action:
                raise ConfigError(
                    f"two actions are called {action.name}; rename one of them"
                )
    return sorted(found.values(), key=lambda a: (STAGES.index(a.stage), a.name))


def _modules_of(package: str) -> list[str]:
    path = importlib.import_module(package).__path__
    return [f"{package}.{module.name}" for module in pkgutil.iter_modules(path)]


def _actions_in(module: str) -> list[Action]:
    try:
        namespace = vars(importlib.import_module(module))
    except Exception as error:
        raise ConfigError(
            f"actions module {module} does not import: {error}"
        ) from error
    return [value for value in namespace.values() if isinstance(value, Action)]
