"""The way every API request takes: who calls, how often, what goes wrong."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Request, Response

from app.sandbox.api import catalogue
from app.sandbox.api.route import Route
from app.sandbox.api.wire import JSON_TYPE, Call, Reply
from app.sandbox.config import SandboxConfig
from app.sandbox.crm import object_types
from app.sandbox.crm.portal import Portal
from app.sandbox.errors import (
    ApiError,
    MissingScopes,
    NotAuthenticated,
    RateLimited,
    ResourceNotFound,
    UnknownObjectType,
    UnknownTypeId,
)
from app.sandbox.faults import GATEWAY_PAGE, Fault, Faults
from app.sandbox.limits import Limiter
from app.sandbox.recorder import Entry, Recorder

# Set in a request's environment, it makes the server close without an answer.
DROP = "sandbox.drop"

DEFAULT_HANG_S = 30.0
_HTML = {"Content-Type": "text/html;charset=iso-8859-1"}
_NOT_FOUND_PAGE = b"<html><body><h2>HTTP ERROR 404 Resource not found</h2></body>"


@dataclass(frozen=True, slots=True)
class Gate:
    """The way in.

    Attributes:
        config: token and ids.
        portal: the account behind it.
        limiter: counts calls.
        faults: trouble that was ordered.
        recorder: keeps what passed.
        clock: epoch seconds.
        sleep: waits; `threading.Event.wait` of a stopping server will do.

    """

    config: SandboxConfig
    portal: Portal
    limiter: Limiter
    faults: Faults
    recorder: Recorder
    clock: Callable[[], float]
    sleep: Callable[[float], object]

    def answer(
        self, route: Route | None, version: str, request: Request, **variables: str
    ) -> Response:
        """Answer one request; `route` is None where no endpoint takes it."""
        at, started = self.clock(), time.perf_counter()
        call = Call(
            self.portal,
            version=version,
            base_url=request.host_url.rstrip("/"),
            path=request.path,
            raw=request.get_data(),
            args=request.args.to_dict(flat=False),
        )
        correlation_id = str(uuid.uuid4())
        fault = self.faults.strike(request.method, call.path, call.raw)
        headers: dict[str, str] = {}
        try:
            reply = self._reply(route, call, request, fault, headers, at, variables)
        except ApiError as error:
            reply = self._refusal(error, request.method, correlation_id)
        if fault is not None and fault.kind in ("timeout", "drop_after_write"):
            request.environ[DROP] = True
        entry = Entry(
            at=at,
            method=request.method,
            path=call.path,
            route=route.template if route else f"{request.method} (unknown)",
            status=0 if DROP in request.environ else reply.status,
            inputs=call.input_count,
            duration_s=time.perf_counter() - started,
        )
        self.recorder.note(entry)
        response = Response(reply.content(), reply.status)
        response.headers["Content-Type"] = JSON_TYPE
        response.headers["X-HubSpot-Correlation-Id"] = correlation_id
        response.headers.update({**headers, **reply.headers})
        return response

    def _reply(
        self,
        route: Route | None,
        call: Call,
        request: Request,
        fault: Fault | None,
        headers: dict[str, str],
        at: float,
        variables: Mapping[str, str],
    ) -> Reply:
        token = self._authenticate(request)
        if route is None:
            raise catalogue.refusal(request.method, call.path)
        if route.family != "search":
            self.recorder.arrived(token, at)
        if fault is not None:
            trouble = self._suffer(fault)
            if trouble is not None:
                return trouble
        headers.update(self.limiter.take(route.family))
        self._demand_scope(route, variables)
        with self.portal.at_work():
            return route.handler(call, **variables)

    def _authenticate(self, request: Request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() != self.config.token:
            raise NotAuthenticated
        return token.strip()

    def _suffer(self, fault: Fault) -> Reply | None:
        """Wait, and return or raise the answer that the fault forces."""
        delay_s = fault.delay_s
        if fault.kind == "timeout":
            delay_s = delay_s or DEFAULT_HANG_S
        if delay_s:
            self.sleep(delay_s)
        error = fault.error(self._group, self.clock())
        if error is not None:
            raise error
        if fault.kind == "502":
            return Reply(502, GATEWAY_PAGE, _HTML)
        return Reply(504) if fault.kind == "timeout" else None

    def _demand_scope(self, route: Route, variables: Mapping[str, str]) -> None:
        missing = self.portal.switches.missing_scopes
        if not missing:
            return
        name = variables.get("object_type") or variables.get("from_type")
        try:
            scope = object_types.infer(name).scope if name else "oauth"
        except (UnknownObjectType, UnknownTypeId):
            return
        needed = scope if scope in ("oauth", "tickets") else f"{scope}.{route.access}"
        if needed in missing:
            raise MissingScopes([needed])

    def _refusal(self, error: ApiError, method: str, correlation_id: str) -> Reply:
        html = self.portal.switches.missing_id_is_html and method == "GET"
        if html and isinstance(error, ResourceNotFound):
            return Reply(404, _NOT_FOUND_PAGE, _HTML)
        headers = dict(error.headers)
        if isinstance(error, RateLimited) and self.portal.switches.retry_after_on_429:
            headers["Retry-After"] = "10" if error.policy != "SECONDLY" else "1"
        return Reply(error.status, error.body(correlation_id), headers)

    @property
    def _group(self) -> str:
        return f"{self.config.app_id}:{self.config.portal_id}"
