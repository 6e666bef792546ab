"""Endpoints about one record, and the list of all."""

from __future__ import annotations

from itertools import islice
from typing import Any

from app.sandbox.api import shapes
from app.sandbox.api.route import Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import digits, lookup, writing
from app.sandbox.crm import draft as drafts
from app.sandbox.crm.batch import Done
from app.sandbox.crm.draft import Wish
from app.sandbox.crm.record import Record
from app.sandbox.errors import Invalid

# https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50
DEFAULT_PAGE = 10


def list_records(call: Call, object_type: str) -> Reply:
    """Answer one page of all records, in order of their ids."""
    kind = call.kind(object_type)
    limit = page_size(call)
    start = call.arg("after")
    if start and not digits.are_all(start):
        raise Invalid(f"{start} is not a valid paging cursor")
    shelf = call.portal.shelf(kind)
    ahead = shelf.from_id(start, archived=call.flag("archived"))
    found = list(islice(ahead, limit + 1))
    body: Json = {"results": [_read(call, record) for record in found[:limit]]}
    if len(found) > limit:
        after = found[limit].id
        body["paging"] = shapes.next_link(call, after)
    return Reply(200, body)


def page_size(call: Call) -> int:
    """Return the `limit` of a list.

    Raises:
        Invalid: it is no number, or more than one page holds (our own words).

    """
    most = MAX_PAGE_WITH_HISTORY if call.names("propertiesWithHistory") else MAX_PAGE
    text = call.arg("limit", str(DEFAULT_PAGE))
    if not digits.are_all(text) or not 1 <= int(text) <= most:
        raise Invalid(f"limit must be between 1 and {most}, not {text}")
    return int(text)


def create(call: Call, object_type: str) -> Reply:
    """Create one record, with associations if wanted."""
    kind = call.kind(object_type)
    body = call.object()
    properties = properties_of(call, body)
    draft = drafts.to_create(
        call.portal, kind, properties, wishes_of(call, body), call.rights
    )
    drafts.admit(call.portal, draft)
    record = writing.create(call.portal, draft, call.portal.integration)
    done = Done(record, tuple(draft.values), draft.checked.normalized)
    location = f"{call.base_url}{call.path.rstrip('/')}/{record.id}"
    return Reply(
        201, shapes.written(call.portal, done, whole=True), {"Location": location}
    )


def read(call: Call, object_type: str, record_id: str) -> Reply:
    """Answer one record."""
    record = lookup.one(
        call.portal,
        call.kind(object_type),
        record_id,
        call.arg("idProperty"),
        archived=call.flag("archived"),
        follow_merges=True,
    )
    return Reply(200, _read(call, record))


def update(call: Call, object_type: str, record_id: str) -> Reply:
    """Change properties of one record."""
    portal, kind = call.portal, call.kind(object_type)
    properties = properties_of(call, call.object())
    record = lookup.one(
        portal, kind, record_id, call.arg("idProperty"), follow_merges=True
    )
    draft = drafts.to_update(portal, record, properties, call.rights)
    drafts.admit(portal, draft)
    done = Done(record, tuple(draft.values), draft.checked.normalized)
    writing.update(portal, draft, portal.integration)
    return Reply(200, shapes.written(portal, done, whole=False))


def archive(call: Call, object_type: str, record_id: str) -> Reply:
    """Archive one record; archiving it again does no harm."""
    portal, kind = call.portal, call.kind(object_type)
    gone = portal.shelf(kind).any(record_id)
    if gone is None or not gone.archived:
        record = lookup.one(portal, kind, record_id)
        writing.archive(portal, record, portal.integration)
    return Reply(204)


def properties_of(call: Call, item: dict[str, Any]) -> dict[str, object]:
    """Return the `properties` of a write: scalars by name.

    Raises:
        UnreadableJson: they are something else.

    """
    found: dict[str, object] = call.expect(
        dict, item.get("properties", {}), "properties"
    )
    for name, value in found.items():
        if isinstance(value, (dict, list)):
            call.expect(str, value, name)
    return found


def wishes_of(call: Call, item: dict[str, Any]) -> list[Wish]:
    """Return the `associations` of a create.

    Raises:
        UnreadableJson: they are of another shape.

    """
    wishes = []
    for wish in call.expect(list, item.get("associations") or [], "associations"):
        target = call.expect(dict, call.expect(dict, wish, "associations").get("to"))
        types = [type_of(call, one) for one in call.expect(list, wish.get("types"))]
        wishes.append(Wish(str(target.get("id")), types))
    return wishes


def type_of(call: Call, item: Any) -> tuple[str, object]:
    """Return category and id of an association type."""
    spec = call.expect(dict, item, "types")
    return str(spec.get("associationCategory")), spec.get("associationTypeId")


def _read(call: Call, record: Record) -> Json:
    asked, with_history = call.names("properties"), call.names("propertiesWithHistory")
    names = shapes.wanted_names(record.kind, [*asked, *with_history])
    shape = shapes.record(call.portal, record, names)
    if with_history:
        shape["propertiesWithHistory"] = shapes.histories(
            call.portal, record, with_history
        )
    associations = shapes.associations(call.portal, record, call.names("associations"))
    if associations:
        shape["associations"] = associations
    return shape


ROUTES = (
    Route("GET", "objects", "/<object_type>", list_records),
    Route("POST", "objects", "/<object_type>", create, "write"),
    Route("GET", "objects", "/<object_type>/<record_id>", read),
    Route("PATCH", "objects", "/<object_type>/<record_id>", update, "write"),
    Route("DELETE", "objects", "/<object_type>/<record_id>", archive, "write"),
)
