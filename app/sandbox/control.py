"""The control plane under /sandbox/: what a person, or a test, does to the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, request

from app.sandbox import beginning, control_openapi, snapshot
from app.sandbox.api.gate import Gate
from app.sandbox.api.wire import JSON_TYPE
from app.sandbox.clock import Clock
from app.sandbox.control_account import Account
from app.sandbox.control_app import AppControl
from app.sandbox.control_endings import Endings
from app.sandbox.control_endpoint import Answer, Endpoint, Json, body
from app.sandbox.control_records import Records
from app.sandbox.control_settings import Settings
from app.sandbox.errors import ApiError
from app.sandbox.webhooks import WebhookSender

# What browsers say of a call that a page of this very server makes, or a person.
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
OWN_SITES = ("", "none", "same-origin")


class Control:
    """The whole sandbox: its health, its state as a file, what passed."""

    def __init__(self, gate: Gate, sender: WebhookSender, clock: Clock) -> None:
        self._gate = gate
        self._sender = sender
        self._clock = clock
        self._records = Records(gate.portal)
        self._endings = Endings(gate.portal)
        self._account = Account(gate.portal)
        self._settings = Settings(gate, sender, clock)
        self._app = AppControl(gate.app, gate.portal)
        self._snapshot = snapshot.Snapshot(gate, clock)

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return every call of the control plane."""
        since = {"since": "only what arrived then or later, epoch seconds"}
        saved: dict[str, Json] = {
            "format": {"type": "integer"},
            "state": {"type": "object", "description": "as GET /snapshot answers it"},
        }
        return (
            Endpoint("GET", "/health", self.health),
            Endpoint("GET", "/openapi.json", self.openapi),
            Endpoint("POST", "/reset", self.reset),
            Endpoint("GET", "/snapshot", self.take_snapshot),
            Endpoint("PUT", "/snapshot", self.put_snapshot, saved),
            *self._records.endpoints(),
            *self._endings.endpoints(),
            *self._account.endpoints(),
            Endpoint("GET", "/requests", self.requests, query=since),
            Endpoint("GET", "/requests/summary", self.requests_summary),
            Endpoint("DELETE", "/requests", self.forget_requests),
            *self._settings.endpoints(),
            *self._app.endpoints(),
        )

    def health(self) -> Answer:
        """Say that the sandbox is there, and which account it plays."""
        return {"status": "ok", "portal_id": self._gate.portal.portal_id}

    def openapi(self) -> Answer:
        """Describe the control plane as an OpenAPI document."""
        return control_openapi.document(self.endpoints())

    def reset(self) -> Answer:
        """Be as at the start: account, app, limits, switches, faults, webhooks."""
        beginning.begin(self._gate)
        self._clock.change(speed=self._gate.config.clock_speed)
        self._sender.reset()
        return {"status": "reset"}

    def take_snapshot(self) -> Answer:
        """Answer the whole state of the account, to be put back another day."""
        return self._snapshot.take()

    def put_snapshot(self) -> Answer:
        """Put the account into the state of a snapshot; no webhooks."""
        self._snapshot.put_back(body())
        return {"status": "restored"}

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


def build(control: Control) -> Blueprint:
    """Return the control plane as a blueprint."""
    blueprint = Blueprint("control", __name__, url_prefix=control_openapi.PREFIX)
    for endpoint in control.endpoints():
        view = _view(endpoint.handler)
        blueprint.add_url_rule(
            endpoint.path, endpoint.name, view, methods=[endpoint.method]
        )
    blueprint.add_url_rule("/<path:anything>", "nothing", _nothing)
    blueprint.before_request(_refuse_strangers)
    return blueprint


def _refuse_strangers() -> Response | None:
    """Refuse what some page on the web makes a person's browser send here."""
    harmless = request.method == "GET"
    if harmless or request.headers.get("Sec-Fetch-Site", "") in OWN_SITES:
        return None
    return _response({"error": "another site's page may not control the sandbox"}, 403)


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


def _response(content: Mapping[str, Any], status: int = 200) -> Response:
    encoded = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
    return Response(encoded, status, content_type=JSON_TYPE)
