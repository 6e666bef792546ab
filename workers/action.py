"""What an action is: a pure function, and what it declares about itself."""

from __future__ import annotations

import functools
import inspect
from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields

from app.events.model import Event
from app.events.vocabulary import RECONCILE
from workers import trigger
from workers.changes import Change
from workers.contact import Contact

ActionFunction = Callable[..., Iterator[Change]]
# From an action's parameters, the names in them: of properties or of providers.
Named = Callable[[Mapping[str, Any]], Iterable[str]]

# Enriching comes first, so that a company made for the contact bears its new name;
# whatever else reacts sees the contact as it will be.
STAGES = ("enrich", "associate", "pin", "react")


@functools.cache
def _schema(parameters: tuple[tuple[str, fields.Field[Any]], ...]) -> Schema:
    # Making a schema costs a thousand times what using it does.
    return Schema.from_dict(dict(parameters))()


def _nothing(parameters: Mapping[str, Any]) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Action:
    """A pure function from a contact and its events to changes.

    Attributes:
        name: "<module>.<function>" without the package, unique; the module alone is
            enough where it holds one action.
        stage: one of STAGES; decides the order.
        on: triggers, "contact.creation" or "contact.propertyChange:email".
        reads: the contact properties the function always looks at.
        function: called with contact, events, and its parameters by keyword.
        parameters: marshmallow fields by name; what rules may set.
        default: part of what is done when there are no rules.
        looks_up: what must be fetched for the whole batch first: "companies",
            "deals", "duplicates", or the name of a provider.
        also_reads: from the parameters, the properties that they name.
        also_looks_up: from the parameters, the providers that they name.

    """

    name: str
    stage: str
    on: frozenset[str]
    reads: tuple[str, ...]
    function: ActionFunction
    parameters: Mapping[str, fields.Field[Any]] = field(default_factory=dict)
    default: bool = True
    looks_up: tuple[str, ...] = ()
    also_reads: Named = _nothing
    also_looks_up: Named = _nothing

    def reads_with(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the properties to read when it runs with these parameters."""
        more = self.also_reads(self.completed(parameters))
        return tuple(dict.fromkeys((*self.reads, *more)))

    def looks_up_with(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what to look up when it runs with these parameters."""
        more = self.also_looks_up(self.completed(parameters))
        return tuple(dict.fromkeys((*self.looks_up, *more)))

    def completed(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Check the parameters, and fill in what they leave open.

        Raises:
            marshmallow.ValidationError: names every parameter that is wrong.

        """
        loaded: Mapping[str, Any] = self.schema().load(parameters)
        return loaded

    def wants(self, event: Event) -> bool:
        """Tell whether this event is one of the action's triggers."""
        return matches(self.on, event)

    def schema(self) -> Schema:
        """Return what checks and completes the action's parameters."""
        return _schema(tuple(self.parameters.items()))

    @property
    def where(self) -> str:
        """Where it is written, for people who look for it."""
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        place = f" ({code.co_filename}:{code.co_firstlineno})" if code else ""
        return f"{self.name}{place}"

    def __call__(
        self, contact: Contact, events: Sequence[Event], **parameters: Any
    ) -> Generator[Change, None, None]:
        """Yield the changes that the contact needs."""
        complete = self.completed(parameters) if self.parameters else parameters
        return self.run(contact, events, complete)

    def run(
        self, contact: Contact, events: Sequence[Event], complete: Mapping[str, Any]
    ) -> Generator[Change, None, None]:
        """Yield the changes under parameters that are complete.

        Raises:
            TypeError: the function did not yield.

        """
        try:
            changes = self.function(contact, events, **complete)
            if not isinstance(changes, Iterable):
                raise TypeError(
                    f"an action yields its changes, and not {changes!r:.60}"
                )
            yield from changes
        except SystemExit as error:
            raise RuntimeError(f"{self.where} wants to end the process") from error
        except Exception as error:
            error.add_note(f"in the action {self.where}")
            raise


# What leaves its mark on a contact that is there. A sweep may come by in place of any
# of these whose webhook never came; what happens once, like a merge, it cannot tell.
_STATES = ("contact.creation", "contact.propertyChange", "contact.associationChange")


def _is_state(trigger_: str) -> bool:
    return trigger_.startswith(_STATES)


def matches(triggers: frozenset[str], event: Event) -> bool:
    """Tell whether an event is one of the triggers, or stands for one."""
    return _are_for(triggers, event.kind, event.property_name)


@functools.lru_cache(maxsize=4096)  # asked by every rule about every event
def _are_for(triggers: frozenset[str], kind: str, property_name: str) -> bool:
    if kind == RECONCILE:
        return kind in triggers or any(map(_is_state, triggers))
    return kind in triggers or f"{kind}:{property_name}" in triggers


def check_signature(function: ActionFunction, parameters: Iterable[str]) -> None:
    """Refuse a function that cannot be called as actions are.

    Raises:
        TypeError: says how they are.

    """
    try:
        inspect.signature(function).bind(None, (), **dict.fromkeys(parameters))
    except TypeError as error:
        how = ", ".join(["contact", "events", *(f"{n}=..." for n in parameters)])
        raise TypeError(
            f"{function.__name__} is called as {function.__name__}({how}): {error}"
        ) from None


def _decorator(stage: str) -> Callable[..., Callable[[ActionFunction], Action]]:
    def declare(
        *,
        on: Iterable[str],
        reads: Iterable[str],
        parameters: Mapping[str, fields.Field[Any]] | None = None,
        default: bool = True,
        looks_up: Iterable[str] = (),
        also_reads: Named = _nothing,
        also_looks_up: Named = _nothing,
    ) -> Callable[[ActionFunction], Action]:
        def wrap(function: ActionFunction) -> Action:
            module = function.__module__.rpartition(".")[2]
            check_signature(function, parameters or {})
            return Action(
                f"{module}.{function.__name__}",
                stage,
                trigger.checked(on),
                trigger.names(reads, "reads"),
                function,
                parameters or {},
                default,
                trigger.names(looks_up, "looks_up"),
                also_reads,
                also_looks_up,
            )

        return wrap

    return declare


enricher = _decorator("enrich")
associator = _decorator("associate")
pinner = _decorator("pin")
reactor = _decorator("react")
