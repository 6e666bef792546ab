"""The contact as HubSpot holds it now, the way an action sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact's id and the properties that the actions declared to read.

    A property without a value reads as "".
    """

    id: str
    properties: Mapping[str, str | None]

    def __getitem__(self, name: str) -> str:
        try:
            return self.properties[name] or ""
        except KeyError:
            raise KeyError(
                f"property {name!r} was not read; add it to the action's reads=(...)"
            ) from None
