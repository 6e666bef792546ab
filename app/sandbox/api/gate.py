"""The way every API request takes: who calls, how often, what goes wrong."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Request, Response

from app.sandbox.api import catalogue, scopes
from app.sandbox.api.route import Route
from app.sandbox.api.wire import JSON_TYPE, Call, Reply
from app.sandbox.config import SandboxConfig
from app.sandbox.crm.portal import Portal
from app.sandbox.developer_app import DeveloperApp
from app.sandbox.errors import (
    ApiError,
    NotAuthenticated,
    RateLimited,
    ResourceNotFound,
)
from app.sandbox.faults import GATEWAY_PAGE, Fault, Faults
from app.sandbox.limits import Limiter
from app.sandbox.oauth_token import Token
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
        config: ids.
        portal: the account behind it.
        app: the app that may call it.
        limiter: counts calls.
        faults: trouble that was ordered.
        recorder: keeps what passed.
        clock: epoch seconds.
        sleep: waits; `threading.Event.wait` of a stopping server will do.

    """

    config: SandboxConfig
    portal: Portal
    app: DeveloperApp
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
            self.app,
            self.limiter,
            version=version,
            base_url=f"{request.scheme}://{request.host}",
            path=request.path,
            raw=request.get_data(),
            args=request.args.to_dict(flat=False),
            accept=request.headers.get("Accept", ""),
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
        call.token = self._authenticate(route, request)
        if route is None:
            raise catalogue.refusal(request.method, call.path)
        counts = route.caller == "app"
        if call.token and counts and route.family != "search":
            self.recorder.arrived(call.token.value, at)
        if fault is not None:
            trouble = self._suffer(fault)
            if trouble is not None:
                return trouble
        if counts:
            headers.update(self.limiter.take(route.family))
        if call.token:
            if call.token.use != "private":
                _without_daily(headers)
            scopes.demand(route, self.portal, call.token, variables)
        with self.portal.at_work():
            return route.handler(call, **variables)

    def _authenticate(self, route: Route | None, request: Request) -> Token | None:
        if route is not None and route.caller == "anyone":
            return None
        key = request.args.get("hapikey")
        if route is not None and route.caller == "developer" and key is not None:
            token = self.app.developer(key)
            if token is None:
                raise NotAuthenticated
            return token
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated
        return self.app.tokens.caller(value.strip())

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


def _without_daily(headers: dict[str, str]) -> None:
    """Take away what HubSpot does not tell to callers with OAuth tokens."""
    for name in [name for name in headers if "-RateLimit-Daily" in name]:
        del headers[name]
