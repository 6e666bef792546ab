"""Associations: which records belong to which, and in what way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.errors import ServerBroken
from app.hubspot import protocol
from app.hubspot.association_batches import AssociationBatches
from app.hubspot.association_labels import AssociationLabels
from app.hubspot.association_type import Association, AssociationType
from app.hubspot.protocol import Reply, Request, Sender
from app.hubspot.shapes.association import ASSOCIATION, SPEC

# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
PAGE = 500


class Associations(AssociationBatches):
    """The associations from records of one type to records of another."""

    def __init__(self, sender: Sender, from_type: str, to_type: str) -> None:
        super().__init__(sender, from_type, to_type)
        version = sender.version
        self.labels = AssociationLabels(sender, from_type, to_type)
        self._record_path = version.record_associations(from_type, to_type)
        self._pair_path = self._record_path + "/{to_id}"
        self._default_path = version.default_association(from_type, to_type)

    def of(self, from_id: str) -> Iterator[Association]:
        """Yield the associations of one record.

        Raises:
            HubSpotError: Refused with status 404 when there is no such record.

        """
        query = {"limit": str(PAGE)}
        while True:
            reply = self._call("GET", self._record_path, from_id, query=query)
            yield from ASSOCIATION.each(reply)
            after = protocol.after(reply.mapping())
            if after is None:
                return
            if after == query.get("after"):
                raise ServerBroken("HubSpot turns the pages of a list in a circle")
            query = {"limit": str(PAGE), "after": after}

    def create_default(self, from_id: str, to_id: str) -> None:
        """Associate two records without a label; they may be associated already.

        Raises:
            HubSpotError: Refused with status 400 or 404 when one does not exist.

        """
        self._call("PUT", self._default_path, from_id, to_id)

    def create(
        self, from_id: str, to_id: str, types: Sequence[AssociationType]
    ) -> None:
        """Associate two records with these types.

        Labels that the two had before and that are not among `types` are gone: give
        all that shall be there.

        Raises:
            HubSpotError: Refused with status 400 when one does not exist, or a type
                leads elsewhere.

        """
        body = [SPEC.write(each) for each in types]
        self._call("PUT", self._pair_path, from_id, to_id, body=body)

    def archive(self, from_id: str, to_id: str) -> None:
        """Take two records apart, whatever the types; they may be apart already.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._call("DELETE", self._pair_path, from_id, to_id)

    def _call(
        self, method: str, path: str, from_id: str, to_id: str = "", **more: Any
    ) -> Reply:
        values = {"id": from_id, "to_id": to_id}
        return self._sender.send(
            Request(method, path, family="associations", values=values, **more)
        )
