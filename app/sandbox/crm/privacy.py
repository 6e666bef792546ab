"""Deleting a person for good: what privacy laws ask for."""

from __future__ import annotations

from app.sandbox.crm import lookup, writing
from app.sandbox.crm.journal import Change, Origin
from app.sandbox.crm.object_types import CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.errors import Invalid


def delete(
    portal: Portal, kind: ObjectType, value: str, id_property: str, origin: Origin
) -> None:
    """Delete a contact beyond recovery; an unknown e-mail address gets blocked.

    Raises:
        Invalid: this is not about contacts (our own words).
        NonUniqueIdProperty: `id_property` does not identify contacts.
        ObjectNotFound: the record id is no number.
        ResourceNotFound: there is no contact with this record id.

    """
    if kind is not CONTACT:
        raise Invalid(f"Only contacts can be deleted for privacy, not {kind.plural}")
    shelf = portal.shelf(CONTACT)
    if id_property == "email" and shelf.owner("email", value) is None:
        shelf.blocked.add(value.strip().lower())
        return
    record = lookup.one(portal, kind, value, id_property)
    writing.archive(portal, record, origin)
    shelf.drop(record)
    portal.journal.write(
        Change(
            object_type_id=kind.type_id,
            object_id=record.id,
            happening="privacyDeletion",
            occurred_at_ms=portal.now_ms(),
            change_source=origin.change_source,
            source_id=origin.source_id,
        )
    )
