"""What happened in the portal, in the order it happened: the source of the webhooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Origin:
    """Who makes a change: HubSpot's `changeSource` and `sourceId`.

    Attributes:
        change_source: e.g. "INTEGRATION" for an API write, "CRM_UI" for a person.
        source_id: the writing app's id, or "userId:777" for a person.

    """

    change_source: str
    source_id: str

    @property
    def association_source(self) -> str:
        """The `changeSource` of association events: a person is called USER there."""
        return "USER" if self.change_source == "CRM_UI" else self.change_source


class Change(NamedTuple):
    """One thing that happened to one record, as a webhook would tell it.

    Attributes:
        object_type_id: e.g. "0-1" for a contact.
        object_id: the record, digits.
        happening: creation, propertyChange, deletion, privacyDeletion, restore, merge
            or associationChange.
        occurred_at_ms: epoch milliseconds.
        change_source: HubSpot's `changeSource`, e.g. "INTEGRATION".
        source_id: HubSpot's `sourceId`, e.g. "userId:777".
        property_name: for a propertyChange, else "".
        property_value: for a propertyChange, as webhooks word it: always text, dates
            as epoch milliseconds, "" for a cleared value.
        change_flag: "CREATED" or "DELETED", else "".
        association_type_id: for an associationChange, else 0.
        extra: further wire fields, those of merge and associationChange.

    """

    object_type_id: str
    object_id: str
    happening: str
    occurred_at_ms: int
    change_source: str
    source_id: str
    property_name: str = ""
    property_value: str = ""
    change_flag: str = ""
    association_type_id: int = 0
    extra: Mapping[str, object] = MappingProxyType({})


class Listener(Protocol):
    """Whoever is told of changes."""

    def hears(self, object_type_id: str) -> bool:
        """Tell whether changes of records of this kind matter to anybody."""

    def emit(self, changes: Sequence[Change]) -> None:
        """Take changes; returns at once."""


class Journal:
    """Collects the changes of one piece of work and hands them on together.

    Attributes:
        hears: tells whether somebody listens to changes of a kind of records, by its
            type id; of others, nothing needs to be written.

    """

    def __init__(self, listener: Listener) -> None:
        self._emit = listener.emit
        self.hears = listener.hears
        self._pending: list[Change] = []

    def write(self, change: Change) -> None:
        """Note `change`; it is handed on by the next `flush`."""
        self._pending.append(change)

    def flush(self) -> None:
        """Hand everything noted since the last time to the listener."""
        if self._pending:
            pending, self._pending = self._pending, []
            self._emit(pending)

    def forget(self) -> None:
        """Drop what was noted since the last `flush`: nobody shall hear of it."""
        self._pending = []
