"""Endpoints about associations: of one record, and in batches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.sandbox.api import shapes
from app.sandbox.api.objects import type_of
from app.sandbox.api.route import Area, Handler, Route
from app.sandbox.api.shapes import Json
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import association, association_batch, digits, lookup
from app.sandbox.crm.association_batch import Ends, Linked, Pair
from app.sandbox.crm.association_types import LinkType, LinkTypes
from app.sandbox.crm.links import Neighbours
from app.sandbox.crm.record import Record
from app.sandbox.errors import Invalid, NoPermission

# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
PAGE = 500


def connect_default(
    call: Call, from_type: str, from_id: str, to_type: str, to_id: str
) -> Reply:
    """Associate two records without a label."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    one, other = association.both(call.portal, (ends.start, from_id), (ends.end, to_id))
    link = association.default_type(call.portal, ends.start, ends.end)
    association.connect(call.portal, one, other, [link], call.portal.integration)
    return shapes.envelope(call, started_ms, _both_ways(one, other, link))


def connect_labeled(
    call: Call, from_type: str, from_id: str, to_type: str, to_id: str
) -> Reply:
    """Associate two records with exactly the labels given."""
    ends = ends_of(call, from_type, to_type)
    links = []
    for spec in call.expect(list, call.json(), at=0):
        link = association.link_type(call.portal, ends.start, *type_of(call, spec))
        association.demand_end(link, ends.end)
        links.append(link)
    one, other = association.both(call.portal, (ends.start, from_id), (ends.end, to_id))
    association.replace(call.portal, one, other, links, call.portal.integration)
    return Reply(201, _labels_between(one, other, links))


def list_of_one(call: Call, from_type: str, from_id: str, to_type: str) -> Reply:
    """Answer the associations of one record with one kind of records."""
    ends = ends_of(call, from_type, to_type)
    record = lookup.one(call.portal, ends.start, from_id)
    neighbours = call.portal.links.of(record, ends.end)
    limit = call.arg("limit", str(PAGE))
    if not digits.are_all(limit) or not 1 <= int(limit) <= PAGE:
        raise Invalid(f"limit must be between 1 and {PAGE}, not {limit}")
    body = _page(call.portal.link_types, neighbours, call.arg("after"), int(limit))
    body["results"] = body.pop("to")
    return Reply(200, body)


def disconnect(
    call: Call, from_type: str, from_id: str, to_type: str, to_id: str
) -> Reply:
    """Take every association of two records away."""
    association_batch.archive(ends_of(call, from_type, to_type), [(from_id, to_id)])
    return Reply(204)


def batch_create(call: Call, from_type: str, to_type: str) -> Reply:
    """Associate pairs of records with types."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    linked = association_batch.create(ends, _typed_pairs(call))
    results = [_labels_between(*done) for done in linked.done]
    status = 200 if call.version == "2026-09" else 201
    return shapes.envelope(call, started_ms, results, linked.errors, status)


def batch_create_default(call: Call, from_type: str, to_type: str) -> Reply:
    """Associate pairs of records without a label; answers 200 to failures, too."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    linked = association_batch.create_default(ends, pairs_of(call))
    reply = shapes.envelope(call, started_ms, _specs(linked), linked.errors)
    return replace(reply, status=200)


def batch_read(call: Call, from_type: str, to_type: str) -> Reply:
    """Answer the associations of many records with one kind of records."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    inputs = call.inputs()
    after = {_id(item): str(item.get("after") or "") for item in inputs}
    found, errors = association_batch.read(ends, [_id(item) for item in inputs])
    types = call.portal.link_types
    results = [
        {"from": {"id": record_id}, **_page(types, neighbours, after[record_id], PAGE)}
        for record_id, neighbours in found
    ]
    return shapes.envelope(call, started_ms, results, errors)


def batch_archive(call: Call, from_type: str, to_type: str) -> Reply:
    """Take every association of pairs of records away."""
    started_ms, pairs = call.portal.now_ms(), []
    for item in call.inputs():
        for target in call.expect(list, item.get("to"), "to"):
            pairs.append((_id(item.get("from")), _id(target)))
    association_batch.archive(ends_of(call, from_type, to_type), pairs)
    return _nothing(call, started_ms)


def batch_archive_labels(call: Call, from_type: str, to_type: str) -> Reply:
    """Take labels of pairs of records away."""
    started_ms, ends = call.portal.now_ms(), ends_of(call, from_type, to_type)
    association_batch.archive_labels(ends, _typed_pairs(call))
    return _nothing(call, started_ms)


def ends_of(call: Call, from_type: str, to_type: str) -> Ends:
    """Return the two kinds of records that the path names."""
    return Ends(call.portal, call.kind(from_type), call.kind(to_type))


def _id(item: Any) -> str:
    return str(item.get("id")) if isinstance(item, dict) else str(item)


def pairs_of(call: Call) -> list[Pair]:
    """Return the `from` and `to` ids of the inputs."""
    return [(_id(item.get("from")), _id(item.get("to"))) for item in call.inputs()]


def _typed_pairs(call: Call) -> list[tuple[Pair, list[tuple[str, object]]]]:
    types = [
        [type_of(call, one) for one in call.expect(list, item.get("types"), "types")]
        for item in call.inputs()
    ]
    return list(zip(pairs_of(call), types, strict=True))


def _type(link: LinkType) -> Json:
    return {"category": link.category, "typeId": link.id, "label": link.label}


def _page(types: LinkTypes, neighbours: Neighbours, after: str, limit: int) -> Json:
    """Return one page of a record's neighbours; ids are numbers here."""
    start = int(after) if digits.are_all(after) else 0
    place = sorted(neighbours, key=int)
    ahead = [other for other in place if int(other) >= start]
    page: Json = {
        "to": [
            {
                "toObjectId": int(other),
                "associationTypes": [
                    _type(link)
                    for link in sorted(
                        (types[type_id] for type_id in neighbours[other]),
                        key=lambda link: (link.label is not None, link.id),
                    )
                ],
            }
            for other in ahead[:limit]
        ]
    }
    if len(ahead) > limit:
        page["paging"] = {"next": {"after": ahead[limit]}}
    return page


def _labels_between(one: Record, other: Record, links: list[LinkType]) -> Json:
    return {
        "fromObjectTypeId": one.kind.type_id,
        "fromObjectId": int(one.id),
        "toObjectTypeId": other.kind.type_id,
        "toObjectId": int(other.id),
        "labels": [link.label for link in links if link.label],
    }


def _specs(linked: Linked) -> list[Json]:
    return [
        spec
        for one, other, links in linked.done
        for link in links
        for spec in _both_ways(one, other, link)
    ]


def _both_ways(one: Record, other: Record, link: LinkType) -> list[Json]:
    return [
        {
            "from": {"id": start.id},
            "to": {"id": end.id},
            "associationSpec": {
                "associationCategory": link.category,
                "associationTypeId": type_id,
            },
        }
        for start, end, type_id in (
            (one, other, link.id),
            (other, one, link.reverse),
        )
    ]


def _nothing(call: Call, started_ms: int) -> Reply:
    """Dated versions answer an archive with an empty envelope, older ones with 204."""
    return shapes.envelope(call, started_ms, []) if call.dated else Reply(204)


_ONE = "/<from_type>/<from_id>/associations"
_TWO = "/<from_type>/<to_type>"


def _write(method: str, area: Area, path: str, handler: Handler) -> Route:
    def permitted(call: Call, **variables: str) -> Reply:
        if call.version == "2026-09" and not call.portal.switches.user_may_associate:
            raise NoPermission("Edit Associations")
        return handler(call, **variables)

    return Route(method, area, path, permitted, "write", "associations")


def _read(method: str, area: Area, path: str, handler: Handler) -> Route:
    return Route(method, area, path, handler, "read", "associations")


ROUTES = (
    _write("PUT", "links", f"{_ONE}/default/<to_type>/<to_id>", connect_default),
    _write("PUT", "links", f"{_ONE}/<to_type>/<to_id>", connect_labeled),
    _read("GET", "links", f"{_ONE}/<to_type>", list_of_one),
    _write("DELETE", "links", f"{_ONE}/<to_type>/<to_id>", disconnect),
    _write("POST", "associations", f"{_TWO}/batch/create", batch_create),
    _write(
        "POST", "associations", f"{_TWO}/batch/associate/default", batch_create_default
    ),
    _read("POST", "associations", f"{_TWO}/batch/read", batch_read),
    _write("POST", "associations", f"{_TWO}/batch/archive", batch_archive),
    _write(
        "POST", "associations", f"{_TWO}/batch/labels/archive", batch_archive_labels
    ),
)
