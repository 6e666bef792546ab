"""Further e-mail addresses of a contact, by version 1's calls: there are no others.

HubSpot switches them off in September 2027.
"""

from __future__ import annotations

from app.sandbox.api.contacts_v1 import by_vid, reading, writing_to
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import secondary_email
from app.sandbox.crm.record import Record
from app.sandbox.errors import (
    AlreadyExists,
    Invalid,
    InvalidProperties,
    LegacyExists,
)


def list_all(call: Call, vid: str) -> Reply:
    """Answer the contact's further addresses."""
    return _reply(by_vid(call, vid))


def add(call: Call, vid: str, email: str) -> Reply:
    """Give the contact a further address."""
    record = by_vid(call, vid)
    try:
        secondary_email.add(call.portal, record, email, call.portal.integration)
    except InvalidProperties as error:
        raise Invalid(f"Email address {email} is invalid") from error
    except AlreadyExists as error:
        now_ms = call.portal.now_ms()
        raise LegacyExists(int(error.existing_id), email.lower(), now_ms) from error
    return _reply(record)


def remove(call: Call, vid: str, email: str) -> Reply:
    """Take a further address away."""
    record = by_vid(call, vid)
    secondary_email.remove(call.portal, record, email, call.portal.integration)
    return _reply(record)


def _reply(record: Record) -> Reply:
    emails = record.additional_emails
    return Reply(200, {"vid": int(record.id), "secondaryEmails": emails})


_ONE = "/secondary-email/<vid>/email/<email>"

ROUTES = (
    reading("/secondary-email/<vid>", list_all),
    writing_to("PUT", _ONE, add),
    writing_to("DELETE", _ONE, remove),
)
