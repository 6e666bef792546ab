"""The JSON shapes that several endpoints answer with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import moment
from app.sandbox.crm.batch import Done, Outcome
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record

Json = dict[str, object]

# What HubSpot computes of a record, it tells with every write.
_COMPUTED = ("hs_all_", "hs_email_", "hs_is_", "hs_full_", "hs_object_")


def record(
    portal: Portal,
    found: Record,
    names: Iterable[str],
    values: Mapping[str, str] | None = None,
) -> Json:
    """Return a record with the properties `names`: null where unset.

    Names that the object does not know are dropped without a word.

    Args:
        portal: the account.
        found: the record.
        names: property names.
        values: the properties as search sees them, None for as they are.

    """
    kind = found.kind
    active = portal.shelf(kind).schema.active
    values = found.properties if values is None else values
    get = values.get
    shape: Json = {
        "id": found.id,
        "properties": {name: get(name) for name in names if name in active},
        "createdAt": moment.iso(found.created_at_ms),
        "updatedAt": values[kind.modified],
        "archived": found.archived,
    }
    if found.archived:
        shape["archivedAt"] = moment.iso(found.archived_at_ms)
    shape["url"] = portal.url(kind, found.id)
    return shape


def wanted_names(kind: ObjectType, asked: Sequence[str]) -> list[str]:
    """Return the properties to answer with: those asked for and some always."""
    return sorted({*kind.always, *asked} if asked else kind.defaults)


def histories(portal: Portal, found: Record, names: Iterable[str]) -> Json:
    """Return `propertiesWithHistory`: the versions of each property, newest first."""
    active = portal.shelf(found.kind).schema.active
    return {
        name: [
            {
                "value": version.value,
                "timestamp": moment.iso(version.at_ms),
                "sourceType": version.source_type,
                "sourceId": version.source_id,
            }
            for version in reversed(found.history.get(name, []))
        ]
        for name in names
        if name in active
    }


def associations(portal: Portal, found: Record, asked: Iterable[str]) -> Json:
    """Return `associations` by plural name; kinds without any are left out."""
    shape: Json = {}
    for name in asked:
        kind = portal.kinds.infer(name)
        results = [
            {"id": other_id, "type": portal.link_types[type_id].name}
            for other_id, types in portal.links.of(found, kind).items()
            for type_id in sorted(types)
        ]
        if results:
            shape[kind.plural] = {"results": results}
    return shape


def written(portal: Portal, done: Done, *, whole: bool) -> Json:
    """Return a record that was just written.

    Args:
        portal: the account.
        done: the write.
        whole: answer with all stored properties, as creates do, rather than with
            those written and computed.

    """
    found = done.record
    stored = found.properties
    always = found.kind.always
    told = (
        stored
        if whole
        else [n for n in stored if n in always or n.startswith(_COMPUTED)]
    )
    # A value that was just cleared is told as "", not as null.
    values = {**dict.fromkeys(done.given, ""), **stored}
    shape = record(portal, found, sorted({*told, *done.given}), values)
    if done.new is not None:
        shape["new"] = done.new
    if done.trace_id and portal.switches.echo_trace_id:
        shape["objectWriteTraceId"] = done.trace_id
    if done.normalized:
        shape["warnings"] = [_warning(n, *pair) for n, pair in done.normalized.items()]
    return shape


def _warning(name: str, raw: str, normalized: str) -> Json:
    return {
        "category": "PROPERTY_VALUE_NORMALIZED",
        "message": f"{name} was normalized",
        "context": {
            "propertyName": [name],
            "rawValue": [raw],
            "normalizedValue": [normalized],
        },
    }


def next_link(call: Call, after: str) -> Json:
    """Return `paging` that leads to the next page, on this very server."""
    kept = [(name, value) for name, value in call.query() if name != "after"]
    query = urlencode([*kept, ("after", after)])
    link = f"{call.base_url}{call.path}?{query}"
    return {"next": {"after": after, "link": link}}


def envelope(
    call: Call,
    started_ms: int,
    results: Sequence[Json],
    errors: Sequence[Json] = (),
    status: int = 200,
) -> Reply:
    """Return a batch answer: 207 as soon as one input failed."""
    body: Json = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": moment.iso(started_ms),
        "completedAt": moment.iso(call.portal.now_ms()),
    }
    if errors:
        per_input = call.portal.switches.num_errors_counts_inputs
        body["numErrors"] = (
            sum(_inputs(e) for e in errors) if per_input else len(errors)
        )
        body["errors"] = errors
        if call.version != "2026-09" or call.portal.switches.multi_status_in_2026_09:
            status = 207
    return Reply(status, body)


def _inputs(error: Json) -> int:
    """Return how many inputs an error stands for."""
    context = error.get("context")
    return len(context["ids"]) if isinstance(context, dict) and "ids" in context else 1


def batch(call: Call, started_ms: int, outcome: Outcome, status: int) -> Reply:
    """Return the answer to a batch of writes."""
    whole = status == 201
    results = [
        written(call.portal, done, whole=whole or bool(done.new))
        for done in outcome.done
    ]
    order = call.portal.switches.batch_result_order
    is_upsert = any(done.new is not None for done in outcome.done)
    if order == "reversed" or (order == "reversed_upsert" and is_upsert):
        results.reverse()
    return envelope(call, started_ms, results, outcome.errors, status)
