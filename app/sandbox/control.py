"""The control plane under /sandbox/: what a person, or a test, does to the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

import orjson
from flask import Blueprint, Response, request

from app.sandbox import edits
from app.sandbox.api.gate import Gate
from app.sandbox.api.wire import JSON_TYPE
from app.sandbox.crm import moment, object_types
from app.sandbox.crm.record import Record
from app.sandbox.errors import ApiError
from app.sandbox.faults import Fault
from app.sandbox.limits import plan_from
from app.sandbox.webhooks import WebhookSender

DEFAULT_DUMP = 10_000

Json = dict[str, Any]
Answer = Json | tuple[Json, int]


class Control:
    """The handlers; each returns JSON, or JSON and a status."""

    def __init__(self, gate: Gate, sender: WebhookSender) -> None:
        self._gate = gate
        self._portal = gate.portal
        self._sender = sender

    def health(self) -> Answer:
        """Say that the sandbox is there, and which account it plays."""
        return {"status": "ok", "portal_id": self._portal.portal_id}

    def reset(self) -> Answer:
        """Empty the account; limits, switches and faults are as at the start."""
        self._portal.reset()
        self._gate.limiter.switch_to(self._gate.config.plan)
        self._gate.faults.put([])
        self._gate.recorder.clear()
        return {"status": "reset"}

    def seed(self) -> Answer:
        """Put records there as if they had always been there: no webhooks."""
        counts = {}
        with self._portal.at_work():
            for name, rows in _body().items():
                kind = object_types.infer(name)
                counts[name] = edits.seed(self._portal, kind, rows)
            self._portal.journal.forget()
        return {"seeded": counts}, 201

    def create(self, object_type: str) -> Answer:
        """Create records the way a person or an import does."""
        body = _body()
        with self._portal.at_work():
            ids, errors = edits.create(
                self._portal,
                object_types.infer(object_type),
                edits.inputs_of(body),
                edits.origin_of(body),
            )
        return {"results": [{"id": i} for i in ids], "errors": errors}, 201

    def update(self, object_type: str) -> Answer:
        """Change records the way a person does."""
        body = _body()
        with self._portal.at_work():
            ids, errors = edits.update(
                self._portal,
                object_types.infer(object_type),
                edits.inputs_of(body),
                edits.origin_of(body),
            )
        return {"results": [{"id": i} for i in ids], "errors": errors}

    def delete(self, object_type: str) -> Answer:
        """Archive records the way a person does."""
        body = _body()
        with self._portal.at_work():
            ids = edits.archive(
                self._portal,
                object_types.infer(object_type),
                edits.inputs_of(body),
                edits.origin_of(body),
            )
        return {"results": [{"id": i} for i in ids]}

    def dump(self, object_type: str) -> Answer:
        """Answer whole records, associations included, without any limit."""
        kind = object_types.infer(object_type)
        limit = int(request.args.get("limit", DEFAULT_DUMP))
        names = [n for n in request.args.get("properties", "").split(",") if n]
        archived = request.args.get("archived") == "true"
        with self._portal.at_work():
            shelf = self._portal.shelf(kind)
            ahead = shelf.from_id(request.args.get("after", ""), archived=archived)
            found = list(islice(ahead, limit + 1))
            body: Json = {"results": [self._whole(r, names) for r in found[:limit]]}
        if len(found) > limit:
            body["paging"] = {"next": {"after": found[limit].id}}
        return body

    def _whole(self, record: Record, names: list[str]) -> Json:
        neighbours = self._portal.links.by_kind(record)
        stored = record.properties
        return {
            "id": record.id,
            "properties": {n: stored.get(n) for n in names} if names else stored,
            "createdAt": moment.iso(record.created_at_ms),
            "updatedAt": moment.iso(record.updated_at_ms),
            "archived": record.archived,
            "associations": {
                object_types.infer(type_id).plural: [
                    {"id": other, "types": sorted(types)}
                    for other, types in linked.items()
                ]
                for type_id, linked in neighbours.items()
                if linked
            },
        }

    def requests(self) -> Answer:
        """Answer the API requests that are still remembered."""
        since = float(request.args.get("since", 0))
        return {"results": self._gate.recorder.since(since)}

    def requests_summary(self) -> Answer:
        """Answer the counts of all API requests."""
        return self._gate.recorder.summary()

    def forget_requests(self) -> Answer:
        """Start counting requests anew."""
        self._gate.recorder.clear()
        return self._gate.recorder.summary()

    def put_faults(self) -> Answer:
        """Set the faults, all at once."""
        faults = [Fault.from_json(raw) for raw in _body().get("faults", [])]
        self._gate.faults.put(faults)
        return self.faults()

    def faults(self) -> Answer:
        """Answer the faults that are set, and how often each struck."""
        return {"faults": self._gate.faults.listed()}

    def clear_faults(self) -> Answer:
        """Take all faults away."""
        self._gate.faults.put([])
        return self.faults()

    def put_limits(self) -> Answer:
        """Change the rate limits and the lag of search; the windows start empty."""
        body = _body()
        self._portal.search_lag_s = float(
            body.pop("search_lag_s", self._portal.search_lag_s)
        )
        if body:
            limiter = self._gate.limiter
            limiter.switch_to(plan_from(body, limiter.plan))
        return self.limits()

    def limits(self) -> Answer:
        """Answer the rate limits and the lag of search."""
        lag = {"search_lag_s": self._portal.search_lag_s}
        return asdict(self._gate.limiter.plan) | lag

    def put_switches(self) -> Answer:
        """Flip switches; those not named stay as they are."""
        self._portal.switches = self._portal.switches.flipped(_body())
        return self.switches()

    def switches(self) -> Answer:
        """Answer all switches."""
        return asdict(self._portal.switches)

    def deliveries(self) -> Answer:
        """Answer what the webhook sender did."""
        return dict(self._sender.report())

    def put_webhooks(self) -> Answer:
        """Tell the webhook sender where to deliver, and how."""
        try:
            self._sender.configure(**_body())
        except TypeError as error:
            raise ValueError(str(error)) from error
        return self.deliveries()

    def drain_status(self) -> Answer:
        """Answer whether everything was delivered or given up."""
        return {"idle": self._sender.idle()}


def build(control: Control) -> Blueprint:
    """Return the control plane as a blueprint."""
    blueprint = Blueprint("control", __name__, url_prefix="/sandbox")
    objects = "/objects/<object_type>"
    rows: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
        ("GET", "/health", control.health),
        ("POST", "/reset", control.reset),
        ("POST", "/seed", control.seed),
        ("POST", objects, control.create),
        ("PATCH", objects, control.update),
        ("DELETE", objects, control.delete),
        ("GET", objects, control.dump),
        ("GET", "/requests", control.requests),
        ("GET", "/requests/summary", control.requests_summary),
        ("DELETE", "/requests", control.forget_requests),
        ("PUT", "/faults", control.put_faults),
        ("GET", "/faults", control.faults),
        ("DELETE", "/faults", control.clear_faults),
        ("PUT", "/limits", control.put_limits),
        ("GET", "/limits", control.limits),
        ("PUT", "/switches", control.put_switches),
        ("GET", "/switches", control.switches),
        ("GET", "/deliveries", control.deliveries),
        ("PUT", "/webhooks", control.put_webhooks),
        ("POST", "/webhooks/drain-status", control.drain_status),
    )
    for method, rule, handler in rows:
        blueprint.add_url_rule(rule, handler.__name__, _view(handler), methods=[method])
    blueprint.add_url_rule("/<path:anything>", "nothing", _nothing)
    return blueprint


def _nothing(anything: str) -> Response:
    return _response({"error": f"the control plane has no /sandbox/{anything}"}, 404)


def _view(handler: Callable[..., Answer]) -> Callable[..., Response]:
    def view(**variables: str) -> Response:
        try:
            answer = handler(**variables)
        except (ApiError, ValueError) as error:
            return _response({"error": str(error)}, 400)
        return _response(*answer) if isinstance(answer, tuple) else _response(answer)

    return view


def _response(body: Mapping[str, Any], status: int = 200) -> Response:
    content = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    return Response(content, status, content_type=JSON_TYPE)


def _body() -> Json:
    raw = request.get_data()
    body = orjson.loads(raw) if raw else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body
