"""Finds the actions, puts them in a fixed order, and refuses two of one name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.errors import ConfigError
from app.events.model import Event
from workers.changes import Change
from workers.contact import Contact

ActionFunction = Callable[[Contact, Sequence[Event]], Iterator[Change]]

# Enriching comes first, so that a company made for the contact bears its new name.
STAGES = ("enrich", "associate", "pin")


@dataclass(frozen=True, slots=True)
class Action:
    """A pure function from a contact and its events to changes.

    Attributes:
        name: "<module>.<function>" without the package, unique.
        stage: one of STAGES; decides the order.
        on: triggers, "contact.creation" or "contact.propertyChange:email".
        reads: the contact properties the function looks at.
        function: yields the changes.

    """

    name: str
    stage: str
    on: frozenset[str]
    reads: tuple[str, ...]
    function: ActionFunction

    def wants(self, event: Event) -> bool:
        """Tell whether this event is one of the action's triggers."""
        return event.kind in self.on or f"{event.kind}:{event.property_name}" in self.on

    def __call__(self, contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
        """Yield the changes that the contact needs."""
        return self.function(contact, events)


def _decorator(
    stage: str,
) -> Callable[..., Callable[[ActionFunction], Action]]:
    def declare(
        *, on: Iterable[str], reads: Iterable[str]
    ) -> Callable[[ActionFunction], Action]:
        def wrap(function: ActionFunction) -> Action:
            module = function.__module__.rpartition(".")[2]
            name = f"{module}.{function.__name__}"
            return Action(name, stage, frozenset(on), tuple(reads), function)

        return wrap

    return declare


enricher = _decorator("enrich")
associator = _decorator("associate")
pinner = _decorator("pin")


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
