"""The dashboard: the pages, who sees them, and what goes along with each."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import (
    Blueprint,
    Response,
    g,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from app.errors import HubkeeperError, RequestRejected, Sealed, StoreDown
from app.repair.filter import Unclear
from app.web.ops import shown
from app.web.ops.deeds import Deeds
from app.web.ops.desk import Busy, Desk
from app.web.ops.gate import Gate
from app.web.ops.pages import Pages

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What is there for everybody.
FREE = ("ops.static", "ops.login", "ops.enter")
View = Callable[..., str | AnyResponse]
STATUS: dict[type[HubkeeperError], int] = {Unclear: 400, Sealed: 409}


def build(desk: Desk, gate: Gate) -> Blueprint:
    """Return the pages as a blueprint."""
    blueprint = Blueprint(
        "ops", __name__, url_prefix="/ops", template_folder="../templates"
    )
    asset = partial(send_from_directory, f"{blueprint.root_path}/../static")
    blueprint.add_url_rule("/static/<path>", "static", asset)
    blueprint.add_url_rule("/login", "login", login, methods=["GET"])
    enter = partial(take_token, gate)
    blueprint.add_url_rule("/login", "enter", enter, methods=["POST"])
    blueprint.add_url_rule("/logout", "logout", partial(leave, gate), methods=["POST"])
    _add_pages(blueprint, Pages(desk), Deeds(desk))
    blueprint.before_request(partial(demand_session, gate))
    desk.serve(blueprint, FREE)
    blueprint.after_request(secured)
    for kind in (HubkeeperError, HTTPException, LookupError):
        blueprint.register_error_handler(kind, problem)
    for name, filter_ in shown.FILTERS.items():
        blueprint.add_app_template_filter(filter_, name)
    return blueprint


def _add_pages(blueprint: Blueprint, pages: Pages, deeds: Deeds) -> None:
    letter, order = "/dead/<portal>/<id_>", "/orders/<portal>/<id_>"
    rows: tuple[tuple[str, str, View], ...] = (
        ("GET", "/", pages.overview),
        ("GET", "/deliveries", pages.deliveries),
        ("GET", "/deliveries/<id_>", pages.delivery),
        ("GET", "/dead", pages.dead),
        ("GET", letter, pages.letter),
        ("POST", f"{letter}/show", deeds.show),
        ("POST", f"{letter}/edit", deeds.edit),
        ("POST", f"{letter}/replay", deeds.replay),
        ("POST", f"{letter}/discard", deeds.discard),
        ("GET", "/plan", pages.plan),
        ("GET", "/orders", pages.orders),
        ("POST", "/orders", deeds.place),
        ("GET", order, pages.order),
        ("POST", f"{order}/stop", deeds.stop),
        ("GET", "/contact", pages.contact),
        ("GET", "/audit", pages.audit),
    )
    for method, path, view in rows:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])


def demand_session(gate: Gate) -> AnyResponse | None:
    """Let nobody else see a page, or change anything."""
    g.session = gate.session(request)
    if request.endpoint in FREE:
        return None
    if g.session is None:
        return redirect(url_for("ops.login"), 303)
    if request.method == "POST":
        gate.check_form(request, g.session)
    g.who = g.session.who
    return None


def login() -> str:
    """Ask for the token."""
    return render_template("login.html")


def take_token(gate: Gate) -> AnyResponse | tuple[str, int]:
    """Let in whoever has the token."""
    try:
        gate.check(request.form.get("token", "").strip(), request.remote_addr or "")
    except RequestRejected as error:
        return render_template("login.html", problem=str(error)), error.status
    response = redirect(url_for("ops.overview"), 303)
    gate.let_in(response, request.form.get("name", ""))
    return response


def leave(gate: Gate) -> AnyResponse:
    """End the session."""
    response = redirect(url_for("ops.login"), 303)
    gate.let_out(response)
    return response


def secured(response: Response) -> Response:
    """Let no page be kept, framed, or run what is not ours."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def problem(error: Exception) -> tuple[str, int]:
    """Show what went wrong, in words."""
    status = STATUS.get(type(error), 500)  # type: ignore[arg-type]
    said = str(error)
    if isinstance(error, HTTPException):
        status, said = error.code or 500, error.description or error.name
    elif isinstance(error, RequestRejected):
        status = error.status
    elif type(error) is LookupError:
        status = 404
    elif isinstance(error, StoreDown | Busy):
        status = 503
    elif not isinstance(error, HubkeeperError):
        raise error
    return render_template("problem.html", said=said), status
