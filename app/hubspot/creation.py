"""Creating a record once, although the first try ended in an accident.

A call without an answer may have been carried out: created again, a contact ends in
a conflict and a note is there twice. So these look, before the error goes on its way.
https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from app.errors import HubSpotError, Refused, ServerBroken, Unreachable
from app.hubspot.associations import Associations
from app.hubspot.objects import Objects
from app.hubspot.record import NewRecord, Record

# "Contact already exists. Existing ID: 501", and where two writes met or the address
# is a further one: "Cannot set PropertyValueCoordinates{...} on 7. 501 already has that
# value."
_EXISTING = re.compile(r"Existing ID: (\d+)|(\d+) already has that value")


def existing_id(error: HubSpotError) -> str | None:
    """Return the id of the record that was in the way of a create or an update."""
    for named in error.context.get("existingId", ()):
        return named
    found = _EXISTING.search(str(error))
    return (found[1] or found[2]) if found else None


def create_unique(
    objects: Objects,
    new: NewRecord,
    id_property: str = "email",
    properties: Sequence[str] = (),
) -> Record:
    """Create the record, or return the one that has its value of `id_property`.

    The one that is there already is returned as it is, nothing is written to it.

    Args:
        objects: of the record's type.
        new: has a value of `id_property`.
        id_property: "email", or another property with unique values.
        properties: names, to read of one that is there already.

    Raises:
        HubSpotError: it was not created, or that could not be found out.

    """
    value = new.properties[id_property]
    try:
        return objects.create(new)
    except (Unreachable, ServerBroken) as accident:
        return _look(
            accident, lambda: objects.read(value, properties, id_property=id_property)
        )
    except Refused as refusal:
        known = existing_id(refusal)
        if known is None and refusal.status != 409:
            raise
        if known is None:
            return _look(
                refusal,
                lambda: objects.read(value, properties, id_property=id_property),
            )
        return _look(refusal, lambda: objects.read(known, properties))


def create_associated(
    objects: Objects,
    new: NewRecord,
    associations: Associations,
    same: Sequence[str],
) -> Record:
    """Create an activity that has nothing unique, but is associated with a record.

    After an accident the activities of that record are looked through for one with the
    same values; then that is returned.

    Args:
        objects: of the activity's type, e.g. "notes".
        new: its first association leads to the record.
        associations: from the record's type to the activity's.
        same: names of the properties that tell activities apart, e.g. "hs_timestamp"
            and "hs_note_body".

    Raises:
        HubSpotError: it was not created, or that could not be found out.

    """
    try:
        return objects.create(new)
    except (Unreachable, ServerBroken) as accident:
        return _look(accident, lambda: _twin(objects, new, associations, same))


def _look(accident: HubSpotError, find: Callable[[], Record | None]) -> Record:
    """Return what is found; raise the accident when nothing is."""
    try:
        found = find()
    except Refused as refusal:
        if refusal.status != 404:
            raise
        found = None
    if found is None:
        raise accident
    return found


def _twin(
    objects: Objects, new: NewRecord, associations: Associations, same: Sequence[str]
) -> Record | None:
    ids = [each.to_id for each in associations.of(new.associations[0].to_id)]
    read = objects.batch_read(ids, same)
    wanted = [_comparable(new.properties.get(name)) for name in same]
    for record in read.records.values():
        if wanted == [_comparable(record.properties.get(name)) for name in same]:
            return record
    for error in read.errors.values():
        # One that is gone is not the twin; of one that could not be read nobody knows.
        if error.status != 404:
            raise error
    return None


def _comparable(value: str | None) -> str:
    """Return a moment as milliseconds, however it is written; all else as it is."""
    text = (value or "").strip()
    if text.isdecimal():
        return text
    try:
        return str(round(datetime.fromisoformat(text).timestamp() * 1000))
    except ValueError:
        return text
