"""The labels that an account has for its associations."""

from __future__ import annotations

from app.hubspot.association_type import AssociationType
from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.shapes.association import ASSOCIATION_TYPE, LABEL_DRAFT, LabelDraft


class AssociationLabels:
    """The association types between two types of records, each of one direction."""

    def __init__(self, sender: Sender, from_type: str, to_type: str) -> None:
        self._sender = sender
        self._path = f"{sender.version.associations(from_type, to_type)}/labels"

    def list(self) -> tuple[AssociationType, ...]:
        """Return HubSpot's own types and the account's labels.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        return tuple(ASSOCIATION_TYPE.each(self._send("GET", self._path)))

    def create(
        self, label: str, name: str, *, inverse_label: str | None = None
    ) -> tuple[AssociationType, ...]:
        """Create a label; HubSpot takes ten for each pair of types.

        Args:
            label: as people see it.
            name: internal.
            inverse_label: as they see it from the other record, None for the same.

        Returns:
            The new type, and with an inverse label the one that leads back.

        Raises:
            HubSpotError: Refused when it exists already, or there are too many.

        """
        draft = LabelDraft(label, name=name, inverse_label=inverse_label)
        body = LABEL_DRAFT.write(draft)
        reply = self._send("POST", self._path, body, repeatable=False)
        return tuple(ASSOCIATION_TYPE.each(reply))

    def update(
        self, type_id: int, label: str, *, inverse_label: str | None = None
    ) -> None:
        """Call a label something else.

        Raises:
            HubSpotError: Refused when there is no such label of the account's own.

        """
        draft = LabelDraft(
            label, inverse_label=inverse_label, association_type_id=type_id
        )
        self._send("PUT", self._path, LABEL_DRAFT.write(draft))

    def archive(self, type_id: int) -> None:
        """Delete a label, and with it the associations that have no other type.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        path = self._path + "/{type_id}"
        self._send("DELETE", path, type_id=str(type_id))

    def _send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        repeatable: bool = True,
        type_id: str = "",
    ) -> Reply:
        values = {"type_id": type_id}
        return self._sender.send(
            Request(
                method,
                path,
                body,
                family="associations",
                repeatable=repeatable,
                values=values,
            )
        )
