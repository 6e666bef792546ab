"""The web page at /: look at the account, edit it by hand, watch the webhooks go out.

Everything is rendered here and works without a script; the one small script there is
only fetches the page again and puts in what changed.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from functools import partial

from flask import (
    Blueprint,
    Response,
    abort,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from app.sandbox.api.gate import Gate
from app.sandbox.control_endpoint import Endpoint
from app.sandbox.errors import ApiError
from app.sandbox.faults import KINDS
from app.sandbox.page import forms, listing, portrait, traffic
from app.sandbox.webhooks import WebhookSender

HOME = "contacts"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Page = str | AnyResponse | tuple[str, int]


class Site:
    """The pages; each method answers one of them."""

    def __init__(
        self, gate: Gate, sender: WebhookSender, endpoints: tuple[Endpoint, ...]
    ) -> None:
        self._gate = gate
        self._portal = gate.portal
        self._sender = sender
        self._endpoints = endpoints
        self.token = secrets.token_urlsafe()

    def home(self) -> Page:
        """Show the contacts to a browser; a program gets what HubSpot answers."""
        if request.accept_mimetypes.accept_html and "text/html" in str(
            request.accept_mimetypes
        ):
            return self.records(HOME)
        return self._gate.answer(None, "", request)

    def records(self, object_type: str, problem: str = "") -> Page:
        """Show the newest records of one kind, or those that hold some text."""
        kind = self._portal.kinds.infer(object_type)
        found = listing.records(self._portal, kind, request.args.get("q", ""))
        fields = forms.empty(self._portal, kind)
        shown = render_template(
            "records.html", found=found, fields=fields, kind=kind, problem=problem
        )
        return (shown, 400) if problem else shown

    def create(self, object_type: str) -> Page:
        """Create a record the way a person does."""
        kind = self._portal.kinds.infer(object_type)
        try:
            record_id = forms.create(self._portal, kind, request.form)
        except (ApiError, ValueError) as error:
            return self.records(object_type, str(error))
        return self._to(kind.type_id, record_id)

    def record(self, object_type: str, record_id: str, problem: str = "") -> Page:
        """Show one record and all that is known of it."""
        kind = self._portal.kinds.infer(object_type)
        shown = portrait.of(self._portal, kind, record_id)
        if shown is None:
            abort(404)
        letters = traffic.letters(self._sender, shown.subject)
        page = render_template(
            "record.html",
            record=shown,
            fields=forms.filled(self._portal, kind, record_id),
            kind=kind,
            letters=letters,
            problem=problem,
        )
        return (page, 400) if problem else page

    def edit(self, object_type: str, record_id: str) -> Page:
        """Change a record."""
        return self._done(forms.edit, object_type, record_id)

    def merge(self, object_type: str, record_id: str) -> Page:
        """Merge another record into this one."""
        return self._done(forms.merge, object_type, record_id)

    def delete(self, object_type: str, record_id: str) -> Page:
        """Archive a record."""
        return self._done(forms.delete, object_type, record_id)

    def restore(self, object_type: str, record_id: str) -> Page:
        """Bring a record back from the recycle bin."""
        return self._done(forms.restore, object_type, record_id)

    def _done(self, do: Callable[..., str], object_type: str, record_id: str) -> Page:
        kind = self._portal.kinds.infer(object_type)
        try:
            result = do(self._portal, kind, record_id, request.form)
        except (ApiError, ValueError) as error:
            return self.record(object_type, record_id, str(error))
        return self._to(kind.type_id, result)

    def deliveries(self, problem: str = "") -> Page:
        """Show the webhooks and what was answered."""
        return self._shown(
            "deliveries.html",
            problem,
            letters=traffic.letters(self._sender),
            report=self._sender.report(),
            target_url=self._sender.target_url,
        )

    def aim(self) -> Page:
        """Change where webhooks are delivered."""
        try:
            self._sender.configure(target_url=request.form.get("target_url", ""))
        except ValueError as error:
            return self.deliveries(str(error))
        return redirect(url_for("page.deliveries"), 303)

    def requests(self) -> Page:
        """Show the last API requests."""
        recorder = self._gate.recorder
        return self._shown(
            "requests.html", "", calls=traffic.calls(recorder), **recorder.summary()
        )

    def faults(self, problem: str = "") -> Page:
        """Show the trouble that is ordered."""
        return self._shown(
            "faults.html", problem, faults=self._gate.faults.listed(), kinds=KINDS
        )

    def order_fault(self) -> Page:
        """Order one more kind of trouble."""
        try:
            forms.order_fault(self._gate.faults, request.form)
        except ValueError as error:
            return self.faults(str(error))
        return redirect(url_for("page.faults"), 303)

    def clear_faults(self) -> Page:
        """Take all trouble away."""
        self._gate.faults.put([])
        return redirect(url_for("page.faults"), 303)

    def control(self) -> Page:
        """Show every call of the control plane."""
        return self._shown("control.html", "", endpoints=self._endpoints)

    def _shown(self, template: str, problem: str, **values: object) -> Page:
        page = render_template(template, problem=problem, **values)
        return (page, 400) if problem else page

    def _to(self, type_id: str, record_id: str) -> Page:
        target = url_for("page.record", object_type=type_id, record_id=record_id)
        return redirect(target, 303)


def build(
    gate: Gate, sender: WebhookSender, endpoints: tuple[Endpoint, ...]
) -> Blueprint:
    """Return the pages as a blueprint."""
    blueprint = Blueprint("page", __name__, template_folder="templates")
    site = Site(gate, sender, endpoints)
    records, record = "/records/<object_type>", "/records/<object_type>/<record_id>"
    rows: tuple[tuple[str, str, Callable[..., Page]], ...] = (
        ("GET", records, site.records),
        ("POST", records, site.create),
        ("GET", record, site.record),
        ("POST", f"{record}/edit", site.edit),
        ("POST", f"{record}/merge", site.merge),
        ("POST", f"{record}/delete", site.delete),
        ("POST", f"{record}/restore", site.restore),
        ("GET", "/deliveries", site.deliveries),
        ("POST", "/deliveries/target", site.aim),
        ("GET", "/requests", site.requests),
        ("GET", "/faults", site.faults),
        ("POST", "/faults", site.order_fault),
        ("POST", "/faults/clear", site.clear_faults),
        ("GET", "/control", site.control),
    )
    blueprint.add_url_rule("/", "home", site.home, methods=["GET"])
    for method, rule, view in rows:
        path = f"/sandbox/page{rule}"
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
    asset = partial(send_from_directory, f"{blueprint.root_path}/static")
    blueprint.add_url_rule("/sandbox/page/static/<path>", "static", asset)
    blueprint.before_request(partial(_demand_token, site.token))
    blueprint.after_request(_secured)
    blueprint.register_error_handler(ApiError, _not_found)
    constants = {"csrf": site.token, "portal_id": gate.portal.portal_id}
    blueprint.context_processor(lambda: constants)
    return blueprint


def _demand_token(token: str) -> None:
    """Take a form only from one of our own pages."""
    given = request.form.get("csrf", "")
    if request.method == "POST" and not hmac.compare_digest(
        given.encode(), token.encode()
    ):
        abort(403)


def _secured(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _not_found(error: Exception) -> tuple[str, int]:
    return str(error), 404
