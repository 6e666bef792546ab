"""Endpoints about associations as version 3 has them: types by name, one at a time."""

from __future__ import annotations

from app.sandbox.api import shapes
from app.sandbox.api.associations import ends_of, pairs_of
from app.sandbox.api.route import Area, Handler, Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import association, association_batch
from app.sandbox.crm.association_batch import Ends, Pair
from app.sandbox.crm.association_types import LinkType
from app.sandbox.crm.links import Neighbours
from app.sandbox.errors import InvalidAssociationType


def types(call: Call, from_type: str, to_type: str) -> Reply:
    """Answer the association types between two kinds of records, by name."""
    ends = ends_of(call, from_type, to_type)
    links = call.portal.link_types.between(ends.start, ends.end)
    named = [{"id": str(link.id), "name": link.name} for link in links]
    return Reply(200, {"results": named})


def batch_create(call: Call, from_type: str, to_type: str) -> Reply:
    """Associate pairs of records with a type each."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    wanted = [
        (pair, [(link.category, link.id)]) for pair, link in _typed_pairs(call, ends)
    ]
    linked = association_batch.create(ends, wanted)
    results: list[Json] = [
        {"from": {"id": one.id}, "to": {"id": other.id}, "type": link.name}
        for one, other, links in linked.done
        for link in links
    ]
    status = 200 if call.portal.switches.association_v3_create_is_200 else 201
    return shapes.envelope(call, started_ms, results, linked.errors, status)


def batch_read(call: Call, from_type: str, to_type: str) -> Reply:
    """Answer the associations of many records; of companies only the primary one."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    ids = [str(item.get("id")) for item in call.inputs()]
    found, errors = association_batch.read(ends, ids)
    results: list[Json] = [
        {"from": {"id": record_id}, "to": _targets(ends, neighbours)}
        for record_id, neighbours in found
    ]
    return shapes.envelope(call, started_ms, results, errors)


def batch_archive(call: Call, from_type: str, to_type: str) -> Reply:
    """Take a type away from pairs of records."""
    ends = ends_of(call, from_type, to_type)
    wanted = [
        (pair, [(link.category, link.id)]) for pair, link in _typed_pairs(call, ends)
    ]
    association_batch.archive_labels(ends, wanted)
    return Reply(204)


def connect(
    call: Call, from_type: str, from_id: str, to_type: str, to_id: str, type_id: str
) -> Reply:
    """Associate two records with one type."""
    ends = ends_of(call, from_type, to_type)
    link = _link(ends, type_id)
    one, other = association.both(call.portal, (ends.start, from_id), (ends.end, to_id))
    association.connect(call.portal, one, other, [link], call.portal.integration)
    names = shapes.wanted_names(one.kind, [])
    shape = shapes.record(call.portal, one, names)
    shape["associations"] = shapes.associations(call.portal, one, [to_type])
    return Reply(200, shape)


def disconnect(
    call: Call, from_type: str, from_id: str, to_type: str, to_id: str, type_id: str
) -> Reply:
    """Take one type away from two records."""
    ends = ends_of(call, from_type, to_type)
    link = _link(ends, type_id)
    wanted = [((from_id, to_id), [(link.category, link.id)])]
    association_batch.archive_labels(ends, wanted)
    return Reply(204)


def _typed_pairs(call: Call, ends: Ends) -> list[tuple[Pair, LinkType]]:
    links = [_link(ends, str(item.get("type"))) for item in call.inputs()]
    return list(zip(pairs_of(call), links, strict=True))


def _link(ends: Ends, wanted: str) -> LinkType:
    """Return the type with this name or id."""
    links = ends.portal.link_types.between(ends.start, ends.end)
    for link in links:
        if wanted in (link.name, str(link.id)):
            return link
    raise InvalidAssociationType(wanted, ends.start.plural, ends.end.plural)


def _targets(ends: Ends, neighbours: Neighbours) -> list[Json]:
    known = ends.portal.link_types
    narrow = known.primary(ends.start, ends.end) is not None
    narrow = narrow and ends.portal.switches.association_v3_reads_primary_only
    return [
        {"id": other_id, "type": known[type_id].name}
        for other_id, type_ids in neighbours.items()
        for type_id in sorted(type_ids)
        if known[type_id].primary or not narrow
    ]


_TWO = "/<from_type>/<to_type>"
_ONE = "/<from_type>/<from_id>/associations/<to_type>/<to_id>/<type_id>"


def _read(method: str, path: str, handler: Handler) -> Route:
    return Route(method, "associations_v3", path, handler, family="associations")


def _write(method: str, area: Area, path: str, handler: Handler) -> Route:
    return Route(method, area, path, handler, "write", "associations")


ROUTES = (
    _read("GET", f"{_TWO}/types", types),
    _read("POST", f"{_TWO}/batch/read", batch_read),
    _write("POST", "associations_v3", f"{_TWO}/batch/create", batch_create),
    _write("POST", "associations_v3", f"{_TWO}/batch/archive", batch_archive),
    _write("PUT", "links_v3", _ONE, connect),
    _write("DELETE", "links_v3", _ONE, disconnect),
)
