"""The records of a type, one by one or by the hundred."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.errors import ServerBroken
from app.hubspot import protocol
from app.hubspot.object_batches import MOST, MOST_WITH_HISTORY, ObjectBatches
from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.record import NewRecord, Page, Record
from app.hubspot.shapes.record import NEW_RECORD, RECORD
from app.hubspot.shapes.record_request import GDPR_DELETE, MERGE, GdprDelete, Merge

# https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
PIN = "hs_pinned_engagement_id"
STAGE = "lifecyclestage"


class Objects(ObjectBatches):
    """The records of one type: "contacts", "companies", "notes", "2-1234567"."""

    def __init__(self, sender: Sender, object_type: str) -> None:
        super().__init__(sender, object_type)
        self._record_path = f"{self._path}/{{id}}"

    def create(self, new: NewRecord) -> Record:
        """Create one record; its key is not used.

        After Unreachable or ServerBroken it may exist: `app.hubspot.creation` looks.

        Raises:
            HubSpotError: Refused with status 409 when it exists already.

        """
        body = NEW_RECORD.write(new)
        return RECORD.one(self._send("POST", self._path, body, repeatable=False))

    def read(
        self,
        record_id: str,
        properties: Sequence[str] = (),
        *,
        id_property: str | None = None,
        properties_with_history: Sequence[str] = (),
        associations: Sequence[str] = (),
        archived: bool = False,
    ) -> Record:
        """Read one record, also one whose id was merged into another.

        Args:
            record_id: its id, or its value of `id_property`.
            properties: names; HubSpot ignores those it does not know.
            id_property: "email", or another property with unique values.
            properties_with_history: names of properties to read with earlier values.
            associations: types of records whose ids come along, e.g. "companies".
            archived: look in the recycle bin.

        Raises:
            HubSpotError: Refused with status 404 when there is no such record.

        """
        query = _query(properties, properties_with_history, associations, archived)
        if id_property:
            query["idProperty"] = id_property
        path = self._record_path
        return RECORD.one(self._send("GET", path, query=query, record_id=record_id))

    def update(
        self,
        record_id: str,
        properties: Mapping[str, str],
        *,
        id_property: str | None = None,
    ) -> Record:
        """Give one record these property values; "" clears one.

        Raises:
            HubSpotError: Refused with status 404 when there is no such record.

        """
        body = NEW_RECORD.write(NewRecord(properties))
        query = {"idProperty": id_property} if id_property else {}
        return RECORD.one(
            self._send(
                "PATCH", self._record_path, body, query=query, record_id=record_id
            )
        )

    def archive(self, record_id: str) -> None:
        """Put one record into the recycle bin; it may be there already.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._send("DELETE", self._record_path, record_id=record_id)

    def merge(self, primary_id: str, merged_id: str) -> Record:
        """Make one record of two; where they differ the primary one's values stay.

        Returns:
            What the two became, since 2025 with a new id. Reading one record by an
            old id finds it; batch reads do not.

        Raises:
            HubSpotError: Refused with status 414 when the record was merged more than
                250 times.

        """
        body = MERGE.write(Merge(primary_id, merged_id))
        path = f"{self._path}/merge"
        return RECORD.one(self._send("POST", path, body, repeatable=False))

    def gdpr_delete(self, record_id: str, *, id_property: str | None = None) -> None:
        """Delete a contact for good, with everything that is known of it.

        Args:
            record_id: its id, or its e-mail address; HubSpot never again takes up an
                address that is deleted this way, known or not.
            id_property: "email" when `record_id` is an address.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        body = GDPR_DELETE.write(GdprDelete(record_id, id_property))
        self._send("POST", f"{self._path}/gdpr-delete", body)

    def pin(self, record_id: str, activity_id: str) -> Record:
        """Pin a note, call, e-mail, meeting or task on top of the record's timeline.

        A record has one pin at most. To pin in the call that creates the record, give
        the property of this name and the association there.

        Raises:
            HubSpotError: Refused when the two are not associated yet.

        """
        return self.update(record_id, {PIN: activity_id})

    def unpin(self, record_id: str) -> Record:
        """Pin nothing; there may be no pin.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        return self.update(record_id, {PIN: ""})

    def set_lifecycle_stage(self, record_id: str, stage: str) -> Record:
        """Move a contact or company to any stage, also to an earlier one.

        HubSpot ignores the way back silently, unless the stage is cleared in a call
        before; after an accident between the two there is none.

        Args:
            record_id: of the contact or company.
            stage: internal value, e.g. "lead"; digits for one of the account's own.

        Raises:
            HubSpotError: Refused with status 400 when there is no such stage.

        """
        self.update(record_id, {STAGE: ""})
        return self.update(record_id, {STAGE: stage})

    def list(
        self,
        properties: Sequence[str] = (),
        *,
        properties_with_history: Sequence[str] = (),
        associations: Sequence[str] = (),
        archived: bool = False,
    ) -> Iterator[Record]:
        """Yield all records of the type, by id.

        Raises:
            HubSpotError: at any page.

        """
        most = MOST_WITH_HISTORY if properties_with_history else MOST
        query = _query(properties, properties_with_history, associations, archived)
        query["limit"] = str(most)
        after: str | None = ""
        while after is not None:
            page = self._page(query, after)
            yield from page.records
            after = page.after

    def page(self, properties: Sequence[str] = (), *, after: str = "") -> Page:
        """Return a hundred of the records that `list` yields.

        Args:
            properties: as for `list`.
            after: `Page.after` of the page before, "" for the first one.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        query = _query(properties, (), (), archived=False)
        return self._page({**query, "limit": str(MOST)}, after)

    def _page(self, query: Mapping[str, str], after: str) -> Page:
        page = {**query, "after": after} if after else query
        reply = self._send("GET", self._path, query=page)
        following = protocol.after(reply.mapping())
        if following == after:
            raise ServerBroken("HubSpot turns the pages of a list in a circle")
        return Page(tuple(RECORD.each(reply)), following)

    def _send(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: Mapping[str, str] | None = None,
        record_id: str = "",
        repeatable: bool = True,
    ) -> Reply:
        values = {"id": record_id}
        return self._sender.send(
            Request(
                method, path, body, query or {}, repeatable=repeatable, values=values
            )
        )


def _query(
    properties: Sequence[str],
    properties_with_history: Sequence[str],
    associations: Sequence[str],
    archived: bool,
) -> dict[str, str]:
    query = {
        "properties": ",".join(properties),
        "propertiesWithHistory": ",".join(properties_with_history),
        "associations": ",".join(associations),
        "archived": "true" if archived else "",
    }
    return {name: value for name, value in query.items() if value}
