"""Endpoints about many records of one kind."""

from __future__ import annotations

from app.sandbox.api import shapes
from app.sandbox.api.objects import properties_of, wishes_of
from app.sandbox.api.route import Route
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import batch
from app.sandbox.crm.batch import Input, Job


def read(call: Call, object_type: str) -> Reply:
    """Answer the records with the given ids or unique values."""
    portal, kind = call.portal, call.kind(object_type)
    started_ms, body, inputs = portal.now_ms(), call.object(), call.inputs()
    with_history = [str(name) for name in call.listed("propertiesWithHistory")]
    asked = [str(name) for name in call.listed("properties")]
    batch.demand_size(len(inputs), histories=bool(with_history))
    found, errors = batch.read(
        portal,
        kind,
        [str(item.get("id")) for item in inputs],
        str(body.get("idProperty") or ""),
        archived=call.flag("archived"),
    )
    names = shapes.wanted_names(kind, [*asked, *with_history])
    results = [shapes.record(portal, record, names) for record in found]
    if with_history:
        for shape, record in zip(results, found, strict=True):
            history = shapes.histories(portal, record, with_history)
            shape["propertiesWithHistory"] = history
    return shapes.envelope(call, started_ms, results, errors)


def create(call: Call, object_type: str) -> Reply:
    """Create records."""
    started_ms, job = call.portal.now_ms(), _job(call, object_type)
    return shapes.batch(call, started_ms, batch.create(job, _inputs(call)), 201)


def update(call: Call, object_type: str) -> Reply:
    """Change records."""
    started_ms, job = call.portal.now_ms(), _job(call, object_type)
    return shapes.batch(call, started_ms, batch.update(job, _inputs(call)), 200)


def upsert(call: Call, object_type: str) -> Reply:
    """Change records that a unique value names, create those that are missing."""
    started_ms, job = call.portal.now_ms(), _job(call, object_type)
    return shapes.batch(call, started_ms, batch.upsert(job, _inputs(call)), 200)


def archive(call: Call, object_type: str) -> Reply:
    """Archive records."""
    job, inputs = _job(call, object_type), call.inputs()
    batch.demand_size(len(inputs))
    batch.archive(job, [str(item.get("id")) for item in inputs])
    return Reply(204)


def _job(call: Call, object_type: str) -> Job:
    kind = call.kind(object_type)
    return Job(call.portal, kind, call.portal.integration, call.rights)


def _inputs(call: Call) -> list[Input]:
    return [
        Input(
            id=str(item.get("id") or ""),
            properties=properties_of(call, item),
            id_property=str(item.get("idProperty") or ""),
            trace_id=str(item.get("objectWriteTraceId") or ""),
            wishes=wishes_of(call, item),
        )
        for item in call.inputs()
    ]


ROUTES = (
    Route("POST", "objects", "/<object_type>/batch/read", read),
    Route("POST", "objects", "/<object_type>/batch/create", create, "write"),
    Route("POST", "objects", "/<object_type>/batch/update", update, "write"),
    Route("POST", "objects", "/<object_type>/batch/upsert", upsert, "write"),
    Route("POST", "objects", "/<object_type>/batch/archive", archive, "write"),
)
