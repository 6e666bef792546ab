"""Finding the one record that a request is about."""

from __future__ import annotations

from app.sandbox.crm import digits
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.errors import NonUniqueIdProperty, ObjectNotFound, ResourceNotFound

BY_RECORD_ID = ("", "hs_object_id")


def one(
    portal: Portal,
    kind: ObjectType,
    record_id: str,
    id_property: str = "",
    *,
    archived: bool = False,
    follow_merges: bool = False,
) -> Record:
    """Return the record that `record_id` identifies.

    Args:
        portal: the account.
        kind: what it is.
        record_id: record id, or the value of `id_property`.
        id_property: a unique property, "" for the record id.
        archived: look in the recycle bin, and nowhere else.
        follow_merges: the id of a merged-away record finds the record it became.

    Raises:
        NonUniqueIdProperty: `id_property` does not identify records.
        ObjectNotFound: the record id is no number.
        ResourceNotFound: there is no such record.

    """
    shelf = portal.shelf(kind)
    if id_property not in BY_RECORD_ID:
        demand_unique(portal, kind, id_property)
        found = shelf.owner(id_property, record_id)
        if found is None and portal.switches.email_miss_is_object_not_found:
            raise ObjectNotFound(record_id)
    else:
        if not digits.are_all(record_id):
            raise ObjectNotFound(record_id)
        found = shelf.any(record_id)
        if found is None and follow_merges:
            found = shelf.survivor(record_id)
    if found is None or found.archived is not archived:
        raise ResourceNotFound
    return found


def demand_unique(portal: Portal, kind: ObjectType, id_property: str) -> None:
    """Refuse an `idProperty` that does not identify records.

    Raises:
        NonUniqueIdProperty: the values of the property are not unique.

    """
    if id_property not in portal.shelf(kind).schema.unique:
        raise NonUniqueIdProperty(kind.type_id, id_property)
