"""The contact as HubSpot holds it now, the way an action sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Related:
    """A record that was looked up for a contact: its company, a deal, a duplicate.

    A property without a value, or one that was not fetched, reads as "".
    """

    id: str
    properties: Mapping[str, str | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.properties.get(name) or ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact's id and the properties that the actions declared to read.

    A property without a value reads as "".

    Attributes:
        lookups: what was fetched for it because actions declared `looks_up`; where
            that did not work out, the error to raise.
        deleted: it is in the recycle bin, or purged; nothing can be read of it.

    """

    id: str
    properties: Mapping[str, str | None]
    lookups: Mapping[str, Any] = field(default_factory=dict)
    deleted: bool = False

    def __getitem__(self, name: str) -> str:
        try:
            return self.properties[name] or ""
        except KeyError:
            raise KeyError(
                f"property {name!r} was not read; add it to the action's reads=(...)"
            ) from None

    def lookup(self, name: str) -> Any:
        """Return what was looked up for this contact.

        "companies" (the primary one first), "deals" and "duplicates" are tuples of
        Related. The name of a provider gives a mapping from property to value, empty
        when the provider does not know the contact.

        Raises:
            Snooze: the provider has not answered yet; the contact comes again.
            KeyError: the action did not declare it.

        """
        if name not in self.lookups:
            raise KeyError(
                f"{name!r} was not looked up; add it to the action's looks_up=(...)"
            )
        found = self.lookups[name]
        if isinstance(found, Exception):
            raise found
        return found
