"""A rule: an action, when it is taken, and with which parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError

from app.errors import ConfigError
from app.events.model import Event
from workers.action import Action, matches
from workers.changes import Change
from workers.contact import Contact
from workers.rules.condition import SOURCE, Condition


@dataclass(frozen=True, slots=True)
class Rule:
    """An action as a portal wants it; asked exactly as an action is.

    Attributes:
        name: unique among the rules.
        action: what is done.
        on: triggers; those of the action where the rule names none.
        portals: where it counts; empty for everywhere.
        conditions: all of them must hold.
        parameters: of the action, checked and complete.
        dry_run: say what would be done, and do nothing.
        rollout: share of the contacts it is for, in percent; always the same ones.

    """

    name: str
    action: Action
    on: frozenset[str]
    portals: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    dry_run: bool = False
    rollout: int = 100

    @classmethod
    def of(cls, action: Action) -> Rule:
        """Return the rule that takes an action as it comes.

        Raises:
            ConfigError: it needs parameters that only a rules file can give.

        """
        try:
            parameters = action.completed({})
        except ValidationError as error:
            lacking = ", ".join(map(str, error.messages_dict))
            raise ConfigError(
                f"{action.name} runs by default and needs the parameter {lacking}:"
                " give it a load_default, or declare the action with default=False"
            ) from None
        return cls(action.name, action, action.on, parameters=parameters)

    @property
    def stage(self) -> str:
        """When it has its turn; see STAGES."""
        return self.action.stage

    @property
    def reads(self) -> tuple[str, ...]:
        """The properties that the action and the conditions look at."""
        tested = (each.name for each in self.conditions if each.name != SOURCE)
        named = self.action.also_reads(self.parameters)
        return tuple(dict.fromkeys((*self.action.reads, *named, *tested)))

    @property
    def looks_up(self) -> tuple[str, ...]:
        """What must be fetched for the action first."""
        named = self.action.also_looks_up(self.parameters)
        tested = (each.looks_up for each in self.conditions if each.looks_up)
        return tuple(dict.fromkeys((*self.action.looks_up, *named, *tested)))

    def wants(self, event: Event) -> bool:
        """Tell whether this event is one that the rule is there for."""
        if self.portals and event.portal_id not in self.portals:
            return False
        return matches(self.on, event)

    def objection(self, contact: Contact, events: Sequence[Event]) -> str:
        """Return why the rule does not apply to this contact, "" if it does."""
        if not self.is_for(contact.id):
            return f"it is rolled out to {self.rollout} % of the contacts only"
        for condition in self.conditions:
            if not condition.holds(contact, events):
                return f"not so: {condition}"
        return ""

    def is_for(self, contact_id: str) -> bool:
        """Tell whether the contact is among the share the rule is rolled out to."""
        if self.rollout >= 100:
            return True
        seed = f"{self.name}/{contact_id}".encode()
        share = int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest(), "big")
        return share % 100 < self.rollout

    def __call__(
        self, contact: Contact, events: Sequence[Event]
    ) -> Generator[Change, None, None]:
        """Yield the changes that the contact needs under this rule."""
        if not self.objection(contact, events):
            yield from self.action.run(contact, events, self.parameters)
