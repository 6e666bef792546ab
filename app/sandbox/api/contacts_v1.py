"""The contacts API of version 1, for programs that still speak it.

HubSpot switches it off in September 2027.
https://developers.hubspot.com/docs/api-reference/legacy/contacts/v1/guide
"""

from __future__ import annotations

from typing import Any

from app.sandbox.api import contact_v1_shapes as v1
from app.sandbox.api.route import Handler, Route
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import digits, writing
from app.sandbox.crm import draft as drafts
from app.sandbox.crm.draft import Draft
from app.sandbox.crm.object_types import CONTACT
from app.sandbox.crm.record import Record
from app.sandbox.errors import (
    AlreadyExists,
    ApiError,
    BatchTooLarge,
    InvalidProperties,
    LegacyBatchFailed,
    LegacyExists,
    LegacyInvalid,
    LegacyMissing,
)

MAX_BATCH = 20_000


def create(call: Call) -> Reply:
    """Create a contact."""
    values = v1.values(call, call.object())
    record = _create(call, values)
    return Reply(200, v1.profile(call.portal, record, []))


def create_or_update(call: Call, email: str) -> Reply:
    """Change the contact with this address, or create it."""
    record = call.portal.shelf(CONTACT).owner("email", email)
    values = v1.values(call, call.object())
    if record is None:
        made = _create(call, {"email": email, **values})
        return Reply(200, {"vid": int(made.id), "isNew": True})
    _update(call, record, values)
    return Reply(200, {"vid": int(record.id), "isNew": False})


def update_by_vid(call: Call, vid: str) -> Reply:
    """Change a contact found by its id."""
    _update(call, by_vid(call, vid), v1.values(call, call.object()))
    return Reply(204)


def update_by_email(call: Call, email: str) -> Reply:
    """Change a contact found by its address."""
    _update(call, by_email(call, email), v1.values(call, call.object()))
    return Reply(204)


def read_by_vid(call: Call, vid: str) -> Reply:
    """Answer a contact found by its id."""
    return _profile(call, by_vid(call, vid))


def read_by_email(call: Call, email: str) -> Reply:
    """Answer a contact found by its address."""
    return _profile(call, by_email(call, email))


def read_batch(call: Call) -> Reply:
    """Answer contacts by id; those that are not there are left out."""
    shelf = call.portal.shelf(CONTACT)
    found = [record for vid in call.names("vid") if (record := shelf.live(vid))]
    names = call.names("property")
    shapes = {record.id: v1.profile(call.portal, record, names) for record in found}
    return Reply(200, shapes)


def archive(call: Call, vid: str) -> Reply:
    """Archive a contact."""
    record = by_vid(call, vid)
    writing.archive(call.portal, record, call.portal.integration)
    return Reply(200, {"vid": int(record.id), "deleted": True, "reason": "OK"})


def batch(call: Call) -> Reply:
    """Take a batch of changes; one wrong input refuses all."""
    items = call.expect(list, call.json(), at=0)
    if len(items) > MAX_BATCH:
        raise BatchTooLarge(MAX_BATCH)
    failures: list[tuple[int, str]] = []
    emails: list[str] = []
    for place, item in enumerate(items):
        try:
            _draft(call, call.expect(dict, item))
        except ApiError as error:
            failures.append((place, error.message))
            if isinstance(item, dict) and "email" in item:
                emails.append(str(item["email"]))
    if failures:
        raise LegacyBatchFailed(failures, emails)
    # Looked at anew: an input may be about a contact that an earlier one creates.
    for item in items:
        _carry_out(call, _draft(call, item))
    return Reply(202)


def _draft(call: Call, item: dict[str, Any]) -> Draft:
    """Look at one input of a batch: a contact by id, or by address."""
    portal, values = call.portal, v1.values(call, item)
    if "vid" in item:
        draft = drafts.to_update(portal, by_vid(call, str(item["vid"])), values)
    else:
        call.demand(item, ("email",))
        email = str(item["email"])
        known = portal.shelf(CONTACT).owner("email", email)
        draft = (
            drafts.to_update(portal, known, values)
            if known is not None
            else drafts.to_create(portal, CONTACT, {"email": email, **values})
        )
    if draft.checked.problems:
        raise LegacyInvalid(draft.checked.problems[:1])
    return draft


def _carry_out(call: Call, draft: Draft) -> Record:
    """Admit a draft and write it; its errors are told as version 1 tells them."""
    portal = call.portal
    try:
        drafts.admit(portal, draft)
    except InvalidProperties as error:
        raise LegacyInvalid(draft.checked.problems) from error
    except AlreadyExists as error:
        email, at_ms = draft.values.get("email", ""), portal.now_ms()
        raise LegacyExists(int(error.existing_id or 0), email, at_ms) from error
    if draft.record is None:
        return writing.create(portal, draft, portal.integration)
    return writing.update(portal, draft, portal.integration)


def _create(call: Call, values: dict[str, object]) -> Record:
    return _carry_out(call, drafts.to_create(call.portal, CONTACT, values))


def _update(call: Call, record: Record, values: dict[str, object]) -> None:
    _carry_out(call, drafts.to_update(call.portal, record, values))


def _profile(call: Call, record: Record) -> Reply:
    return Reply(200, v1.profile(call.portal, record, call.names("property")))


def by_vid(call: Call, vid: str) -> Record:
    """Return a contact by id; that of a merged-away one finds what it became.

    Raises:
        LegacyMissing: there is none.

    """
    shelf = call.portal.shelf(CONTACT)
    record = shelf.any(vid) or shelf.survivor(vid) if digits.are_all(vid) else None
    if record is None or record.archived:
        raise LegacyMissing
    return record


def by_email(call: Call, email: str) -> Record:
    """Return a contact by any of its addresses.

    Raises:
        LegacyMissing: there is none.

    """
    record = call.portal.shelf(CONTACT).owner("email", email)
    if record is None:
        raise LegacyMissing
    return record


def reading(path: str, handler: Handler) -> Route:
    """Return the endpoint of version 1 that reads contacts under `path`."""
    scopes = (f"{CONTACT.scope}.read",)
    return Route("GET", "contacts_v1", path, handler, scopes=scopes)


def writing_to(method: str, path: str, handler: Handler) -> Route:
    """Return the endpoint of version 1 that changes contacts under `path`."""
    scopes = (f"{CONTACT.scope}.write",)
    return Route(method, "contacts_v1", path, handler, "write", scopes=scopes)


ROUTES = (
    writing_to("POST", "/contact", create),
    writing_to("POST", "/contact/batch", batch),
    writing_to("POST", "/contact/createOrUpdate/email/<email>", create_or_update),
    reading("/contact/vids/batch", read_batch),
    reading("/contact/vid/<vid>/profile", read_by_vid),
    writing_to("POST", "/contact/vid/<vid>/profile", update_by_vid),
    writing_to("DELETE", "/contact/vid/<vid>", archive),
    reading("/contact/email/<email>/profile", read_by_email),
    writing_to("POST", "/contact/email/<email>/profile", update_by_email),
)
