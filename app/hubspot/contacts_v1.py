"""Contacts by the calls of version 1, which HubSpot ends in September 2027.

For programs that still lean on them; `app.hubspot.objects` has all of it and more, but
for the secondary e-mail addresses, which can be written only here.
https://developers.hubspot.com/docs/api-reference/legacy/contacts-v1/guide
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from app.errors import Refused, ServerBroken
from app.hubspot import batch
from app.hubspot.batch import Answer, BatchResult, Item
from app.hubspot.protocol import Json, Reply, Request, Sender
from app.hubspot.shapes.contact_v1 import (
    CONTACT,
    CONTACT_CHANGE,
    CREATED_OR_UPDATED,
    LIST_PAGE,
    SECONDARY_EMAILS,
    ContactChange,
    ContactV1,
    CreatedOrUpdated,
)
from app.hubspot.shapes.property import PROPERTY, Property

# https://developers.hubspot.com/changelog/new-rate-limits-for-the-legacy-contacts-api-batch-create-or-update-endpoint
MOST = 100
CONTACTS = "/contacts/v1/contact"
LISTS = "/contacts/v1/lists"
SECONDARY_EMAILS_OF = "/contacts/v1/secondary-email/{vid}"
SECONDARY_EMAIL = f"{SECONDARY_EMAILS_OF}/email/{{email}}"
PROPERTIES = "/properties/v1/contacts/properties"


class ContactsV1:
    """Contacts, by vid or by e-mail address."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def create_or_update(
        self, email: str, properties: Mapping[str, str]
    ) -> CreatedOrUpdated:
        """Give the contact with this address these values; create it if need be.

        Raises:
            HubSpotError: Refused with status 409 when the values hold an address that
                another contact has.

        """
        path = f"{CONTACTS}/createOrUpdate/email/{{email}}"
        reply = self._call("POST", path, _body(properties), email=email)
        return CREATED_OR_UPDATED.one(reply)

    def batch_create_or_update(
        self, changes: Mapping[str, Mapping[str, str]]
    ) -> BatchResult[str, None]:
        """Create or update many contacts: {vid or e-mail address: {name: value}}.

        HubSpot does it some time later and tells no ids: `records` holds what it took
        in. Nothing is raised.
        """
        items = [Item(key, _input(key, values)) for key, values in changes.items()]

        def attempt(part: Sequence[Item[str]]) -> Answer[str, None]:
            self._call("POST", f"{CONTACTS}/batch/", [item.body for item in part])
            return Answer(dict.fromkeys(item.key for item in part), {})

        return batch.carry_out(items, MOST, attempt, _blame_index)

    def read(self, vid: str) -> ContactV1:
        """Return a contact with all its properties.

        Raises:
            HubSpotError: Refused with status 404 when there is no such contact.

        """
        path = f"{CONTACTS}/vid/{{vid}}/profile"
        return CONTACT.one(self._call("GET", path, vid=vid))

    def read_by_email(self, email: str) -> ContactV1:
        """Return a contact with all its properties.

        Raises:
            HubSpotError: Refused with status 404 when there is no such contact.

        """
        path = f"{CONTACTS}/email/{{email}}/profile"
        return CONTACT.one(self._call("GET", path, email=email))

    def update(self, vid: str, properties: Mapping[str, str]) -> None:
        """Give a contact these values.

        Raises:
            HubSpotError: Refused with status 404 when there is no such contact.

        """
        path = f"{CONTACTS}/vid/{{vid}}/profile"
        self._call("POST", path, _body(properties), vid=vid)

    def update_by_email(self, email: str, properties: Mapping[str, str]) -> None:
        """Give a contact these values.

        Raises:
            HubSpotError: Refused with status 404 when there is no such contact.

        """
        path = f"{CONTACTS}/email/{{email}}/profile"
        self._call("POST", path, _body(properties), email=email)

    def list(self, properties: Sequence[str] = ()) -> Iterator[ContactV1]:
        """Yield all contacts, by vid.

        Raises:
            HubSpotError: at any page.

        """
        return self._pages(f"{LISTS}/all/contacts/all", properties)

    def recently_updated(self, properties: Sequence[str] = ()) -> Iterator[ContactV1]:
        """Yield the contacts that were changed within thirty days, youngest first.

        Raises:
            HubSpotError: at any page.

        """
        return self._pages(f"{LISTS}/recently_updated/contacts/recent", properties)

    def properties(self) -> tuple[Property, ...]:
        """Return all properties of contacts.

        Raises:
            HubSpotError: HubSpot did not answer it.

        """
        body = self._call("GET", PROPERTIES).body
        listed = body if isinstance(body, list) else []
        return tuple(PROPERTY.read(each) for each in listed if isinstance(each, dict))

    def secondary_emails(self, vid: str) -> tuple[str, ...]:
        """Return the further addresses of a contact.

        Raises:
            HubSpotError: Refused with status 404 when there is no such contact.

        """
        reply = self._call("GET", SECONDARY_EMAILS_OF, vid=vid)
        return SECONDARY_EMAILS.one(reply).emails

    def add_secondary_email(self, vid: str, email: str) -> None:
        """Give a contact a further address; it may have it already.

        Raises:
            HubSpotError: Refused with status 409 when another contact has it.

        """
        self._call("PUT", SECONDARY_EMAIL, vid=vid, email=email)

    def remove_secondary_email(self, vid: str, email: str) -> None:
        """Take a further address away from a contact.

        Raises:
            HubSpotError: HubSpot did not do it.

        """
        self._call("DELETE", SECONDARY_EMAIL, vid=vid, email=email)

    def _pages(self, path: str, properties: Sequence[str]) -> Iterator[ContactV1]:
        query: dict[str, str | Sequence[str]] = {"count": str(MOST)}
        if properties:
            query["property"] = list(properties)
        place: dict[str, str] = {}
        while True:
            request = Request("GET", path, query=query | place)
            reply = self._sender.send(request)
            yield from CONTACT.each(reply, "contacts")
            page = LIST_PAGE.one(reply)
            if not page.has_more:
                return
            following = {"vidOffset": page.vid_offset, "timeOffset": page.time_offset}
            following = {name: at for name, at in following.items() if at}
            if following == place:
                raise ServerBroken("HubSpot turns the pages of a list in a circle")
            place = following

    def _call(self, method: str, path: str, body: Json = None, **values: str) -> Reply:
        return self._sender.send(Request(method, path, body, values=values))


def _body(properties: Mapping[str, str]) -> dict[str, object]:
    return CONTACT_CHANGE.write(ContactChange(properties))


def _input(key: str, properties: Mapping[str, str]) -> dict[str, object]:
    if key.isdecimal():
        return CONTACT_CHANGE.write(ContactChange(properties, vid=int(key)))
    return CONTACT_CHANGE.write(ContactChange(properties, email=key))


def _blame_index(refusal: Refused, items: Sequence[Item[str]]) -> Collection[str]:
    """Name the contacts whose place in the batch the refusal tells."""
    places = [detail.get("index") for detail in refusal.details]
    return [
        items[place].key
        for place in places
        if isinstance(place, int) and 0 <= place < len(items)
    ]
