"""The people whom records can belong to."""

from __future__ import annotations

from collections.abc import Iterator

from app.errors import ServerBroken
from app.hubspot import protocol
from app.hubspot.protocol import Request, Sender
from app.hubspot.shapes.account import OWNER, Owner

# https://developers.hubspot.com/docs/api-reference/crm-crm-owners-v3/guide
PAGE = 100


class Owners:
    """The owners of an account: users, and queues."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._path = sender.version.owners()

    def list(self, *, email: str = "", archived: bool = False) -> Iterator[Owner]:
        """Yield all owners.

        Args:
            email: only the one with this address.
            archived: those who were deactivated, instead of those who were not.

        Raises:
            HubSpotError: at any page.

        """
        query = {"limit": str(PAGE)}
        if email:
            query["email"] = email
        if archived:
            query["archived"] = "true"
        after: str | None = ""
        while after is not None:
            page = query | ({"after": after} if after else {})
            reply = self._sender.send(Request("GET", self._path, query=page))
            yield from OWNER.each(reply)
            following = protocol.after(reply.mapping())
            if following == after:
                raise ServerBroken("HubSpot turns the pages of a list in a circle")
            after = following

    def read(
        self, owner_id: str, *, id_property: str = "id", archived: bool = False
    ) -> Owner:
        """Return one owner.

        Args:
            owner_id: the owner's id, or the user's.
            id_property: "id" for the owner's, "userId" for the user's.
            archived: the owner was deactivated.

        Raises:
            HubSpotError: Refused with status 404 when there is no such owner.

        """
        query = {"idProperty": id_property}
        if archived:
            query["archived"] = "true"
        path, values = self._path + "/{id}", {"id": owner_id}
        return OWNER.one(
            self._sender.send(Request("GET", path, query=query, values=values))
        )
