"""Endpoints about association labels: which there are, and making one's own."""

from __future__ import annotations

from app.sandbox.api.associations import ends_of
from app.sandbox.api.route import Handler, Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import association_labels, digits
from app.sandbox.crm.association_batch import Ends
from app.sandbox.crm.association_types import USER_DEFINED, LinkType
from app.sandbox.errors import InvalidAssociations


def list_all(call: Call, from_type: str, to_type: str) -> Reply:
    """Answer the association types between two kinds of records."""
    ends = ends_of(call, from_type, to_type)
    links = call.portal.link_types.between(ends.start, ends.end)
    return Reply(200, {"results": [shape(link) for link in links]})


def create(call: Call, from_type: str, to_type: str) -> Reply:
    """Make a label."""
    ends, body = ends_of(call, from_type, to_type), call.object()
    call.demand(body, ("label", "name"))
    made = call.portal.link_types.add_label(
        ends.start,
        ends.end,
        str(body["label"]),
        str(body["name"]),
        str(body.get("inverseLabel") or ""),
    )
    return Reply(200, {"results": [shape(link) for link in made]})


def update(call: Call, from_type: str, to_type: str) -> Reply:
    """Give a label other words."""
    ends, body = ends_of(call, from_type, to_type), call.object()
    call.demand(body, ("associationTypeId", "label"))
    link = _own(ends, str(body["associationTypeId"]))
    inverse = str(body.get("inverseLabel") or "")
    call.portal.link_types.rename(link, str(body["label"]), inverse)
    return Reply(204)


def archive(call: Call, from_type: str, to_type: str, type_id: str) -> Reply:
    """Take a label away, from the records that have it, too."""
    ends = ends_of(call, from_type, to_type)
    association_labels.remove(call.portal, _own(ends, type_id))
    return Reply(204)


def shape(link: LinkType) -> Json:
    """Write an association type."""
    return {"category": link.category, "typeId": link.id, "label": link.label}


def _own(ends: Ends, text: str) -> LinkType:
    """Return a label that people made for these two kinds of records."""
    link = ends.portal.link_types.get(int(text)) if digits.are_all(text) else None
    fits = link is not None and (link.start, link.end) == (ends.start, ends.end)
    if link is None or not fits or link.category != USER_DEFINED:
        raise InvalidAssociations.spec(USER_DEFINED, text)
    return link


_ALL = "/<from_type>/<to_type>/labels"


def _write(method: str, path: str, handler: Handler) -> Route:
    return Route(method, "labels", path, handler, "write", "associations")


ROUTES = (
    Route("GET", "labels", _ALL, list_all, family="associations"),
    _write("POST", _ALL, create),
    _write("PUT", _ALL, update),
    _write("DELETE", f"{_ALL}/<type_id>", archive),
)
