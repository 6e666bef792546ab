"""One record of the portal and the memory of its values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from app.sandbox.crm.object_types import ObjectType


class Version(NamedTuple):
    """A value a property had, and who set it when."""

    value: str
    at_ms: int
    source_type: str
    source_id: str


@dataclass(slots=True, eq=False)
class Record:
    """One record.

    Attributes:
        properties: values that are set, by name. Never changed in place: a write puts
            a new dict here, so whoever holds the old one keeps seeing the old state.
        history: versions by property, oldest first.
        lost_links: what an archived record was associated with: type id and id of the
            other record, and the association type.

    """

    kind: ObjectType
    id: str
    created_at_ms: int
    updated_at_ms: int
    properties: dict[str, str] = field(default_factory=dict)
    history: dict[str, list[Version]] = field(default_factory=dict)
    archived: bool = False
    archived_at_ms: int = 0
    lost_links: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def additional_emails(self) -> list[str]:
        """Further e-mail addresses of a contact."""
        text = self.properties.get("hs_additional_emails", "")
        return [email for email in text.split(";") if email]

    @property
    def merged_ids(self) -> list[str]:
        """Ids of the records that became part of this one."""
        text = self.properties.get("hs_merged_object_ids", "")
        return [merged for merged in text.split(";") if merged]

    def remember(self, name: str, version: Version) -> None:
        """Add a value to the property's history; the oldest ones are forgotten."""
        versions = self.history.get(name)
        if versions is None:
            self.history[name] = [version]
            return
        versions.append(version)
        if len(versions) > self.kind.history_limit:
            del versions[0]
