"""Further e-mail addresses of a contact: giving and taking them."""

from __future__ import annotations

from app.sandbox.crm import draft as drafts
from app.sandbox.crm import validation, writing
from app.sandbox.crm.draft import MANY_VALUED, Rights
from app.sandbox.crm.journal import Origin
from app.sandbox.crm.object_types import CONTACT
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.errors import InvalidProperties

_RIGHTS = Rights(writable=frozenset({MANY_VALUED}))


def add(portal: Portal, record: Record, email: str, origin: Origin) -> None:
    """Give a contact a further address; one that it has already changes nothing.

    Raises:
        InvalidProperties: it is no e-mail address.
        AlreadyExists: it is another contact's.

    """
    checked = validation.check(portal.shelf(CONTACT).schema, {"email": email})
    if checked.problems:
        raise InvalidProperties(checked.problems, portal.portal_id)
    wanted = checked.values["email"]
    known = record.additional_emails
    if wanted not in (record.properties.get("email"), *known):
        _write(portal, record, [*known, wanted], origin)


def remove(portal: Portal, record: Record, email: str, origin: Origin) -> None:
    """Take an address away; one that it does not have changes nothing."""
    left = [each for each in record.additional_emails if each != email.strip().lower()]
    _write(portal, record, left, origin)


def _write(portal: Portal, record: Record, emails: list[str], origin: Origin) -> None:
    values = {MANY_VALUED: ";".join(emails)}
    draft = drafts.to_update(portal, record, values, _RIGHTS)
    drafts.admit(portal, draft)
    writing.update(portal, draft, origin)
