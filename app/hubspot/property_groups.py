"""The headings under which people find the properties of a type."""

from __future__ import annotations

from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.shapes.property import (
    GROUP_DRAFT,
    PROPERTY_GROUP,
    GroupDraft,
    PropertyGroup,
)


class PropertyGroups:
    """The groups of the properties of one type."""

    def __init__(self, sender: Sender, object_type: str) -> None:
        self._sender = sender
        self._path = f"{sender.version.properties(object_type)}/groups"
        self._group_path = f"{self._path}/{{name}}"

    def list(self) -> tuple[PropertyGroup, ...]:
        """Return all groups.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        return tuple(PROPERTY_GROUP.each(self._send("GET", self._path)))

    def read(self, name: str) -> PropertyGroup:
        """Return one group.

        Raises:
            HubSpotError: Refused with status 404 when there is none of this name.

        """
        return PROPERTY_GROUP.one(self._send("GET", self._group_path, name=name))

    def create(
        self, name: str, label: str, *, display_order: int | None = None
    ) -> PropertyGroup:
        """Create a group.

        Raises:
            HubSpotError: Refused with status 409 when there is one of this name.

        """
        body = GROUP_DRAFT.write(GroupDraft(name, label, display_order))
        reply = self._send("POST", self._path, body, repeatable=False)
        return PROPERTY_GROUP.one(reply)

    def update(
        self, name: str, *, label: str | None = None, display_order: int | None = None
    ) -> PropertyGroup:
        """Change a group; None leaves it as it is.

        Raises:
            HubSpotError: Refused with status 404 when there is none of this name.

        """
        draft = GroupDraft(label=label, display_order=display_order)
        body = GROUP_DRAFT.write(draft)
        return PROPERTY_GROUP.one(
            self._send("PATCH", self._group_path, body, name=name)
        )

    def archive(self, name: str) -> None:
        """Delete a group.

        Raises:
            HubSpotError: Refused when it is HubSpot's own, or holds properties.

        """
        self._send("DELETE", self._group_path, name=name)

    def _send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        name: str = "",
        repeatable: bool = True,
    ) -> Reply:
        values = {"name": name}
        return self._sender.send(
            Request(method, path, body, repeatable=repeatable, values=values)
        )
