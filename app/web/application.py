"""Builds the Flask application; every error leaves it in HubSpot-like JSON."""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix

from app import logs
from app.errors import Backlogged, RequestRejected, StoreDown
from app.services import Door
from app.web import health, ops, webhook
from app.web.answer import answer
from app.web.logbook import Logbook

log = logs.get()


def create_app(door: Door) -> Flask:
    """Return the application of one web process."""
    app = Flask("hubkeeper", static_folder=None, template_folder=None)
    app.extensions["hubkeeper"] = door
    app.extensions["logbook"] = Logbook(door.deliveries)
    app.config["MAX_CONTENT_LENGTH"] = door.settings.max_body_bytes
    app.register_blueprint(webhook.blueprint)
    app.register_blueprint(health.blueprint)
    ops.open_for(app, door.settings)
    app.register_error_handler(RequestRejected, _rejected)
    app.register_error_handler(StoreDown, _store_down)
    app.register_error_handler(Backlogged, _backlogged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)
    hops = door.settings.trusted_proxies
    if hops:
        fixed = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.wsgi_app = fixed  # type: ignore[method-assign]
    return app


def _rejected(error: RequestRejected) -> Response:
    return answer(error.status, str(error), error.category)


def _store_down(error: StoreDown) -> Response:
    log.error("store_down", error=str(error))
    return answer(503, "The store is away; send this again.", "STORE_DOWN")


def _backlogged(error: Backlogged) -> Response:
    log.error("backlog_full", error=str(error))
    return answer(503, "Too much is waiting already; send this again.", "BACKLOG_FULL")


def _http_error(error: HTTPException) -> Response:
    name = error.name.upper().replace(" ", "_")
    return answer(error.code or 500, _words(error), name)


def _words(error: HTTPException) -> str:
    """Say what is here instead to whoever has followed a wrong link."""
    if isinstance(error, MethodNotAllowed):
        taken = sorted({*(error.valid_methods or ())} - {"HEAD", "OPTIONS"})
        return f"This path answers to {' and '.join(taken)} only."
    if error.description == NotFound.description:
        return f"There is nothing at this path; webhooks go to {webhook.PATH}."
    return error.description or error.name


def _bug(error: Exception) -> Response:
    log.error("bug", exc_info=error)
    return answer(500, "Internal error.", "INTERNAL_ERROR")
