"""Endpoints where a developer manages the app's webhooks."""

from __future__ import annotations

from typing import Any

from app.sandbox.api import shapes
from app.sandbox.api.route import Handler, Route
from app.sandbox.api.wire import Call, Reply
from app.sandbox.crm import digits, moment
from app.sandbox.errors import Invalid, ResourceNotFound, UnknownSubscriptions
from app.sandbox.managed_subscription import Managed, Target, Wanted
from app.sandbox.webhook_settings import DEFAULT_CONCURRENCY, WebhookSettings

Json = dict[str, object]


def settings(call: Call, app_id: str) -> Reply:
    """Answer where webhooks go."""
    return Reply(200, _settings(_of(call, app_id).target()))


def put_settings(call: Call, app_id: str) -> Reply:
    """Say where webhooks go, and how many at a time.

    The number may stand where older clients put it, or nowhere.
    """
    webhooks, body = _of(call, app_id), call.object()
    call.demand(body, ["targetUrl"])
    throttling = call.expect(dict, body.get("throttling") or {}, "throttling")
    given = throttling or body
    concurrency = given.get("maxConcurrentRequests", DEFAULT_CONCURRENCY)
    url = call.expect(str, body["targetUrl"], "targetUrl")
    most = _whole(call, concurrency, "maxConcurrentRequests")
    return Reply(200, _settings(webhooks.aim(url, most)))


def delete_settings(call: Call, app_id: str) -> Reply:
    """Deliver nowhere; the subscriptions are paused."""
    _of(call, app_id).disarm()
    return Reply(204)


def subscriptions(call: Call, app_id: str) -> Reply:
    """Answer all subscriptions."""
    listed = [_subscription(each) for each in _of(call, app_id).listed()]
    return Reply(200, {"results": listed})


def subscribe(call: Call, app_id: str) -> Reply:
    """Make a subscription; without a word about it, it is paused."""
    webhooks, body = _of(call, app_id), call.object()
    call.demand(
        body, ["eventType", "active"] if call.version == "2026-09" else ["eventType"]
    )
    names = ("eventType", "propertyName", "objectTypeId", "eventTypeName")
    wanted = Wanted(*(_text(call, body, name) for name in names))
    active = call.expect(bool, body.get("active") or False, "active")
    return Reply(201, _subscription(webhooks.subscribe(wanted, active=active)))


def subscription(call: Call, app_id: str, subscription_id: str) -> Reply:
    """Answer one subscription."""
    return Reply(200, _subscription(_of(call, app_id).one(subscription_id)))


def patch(call: Call, app_id: str, subscription_id: str) -> Reply:
    """Pause a subscription, or let it go on."""
    webhooks, body = _of(call, app_id), call.object()
    found = webhooks.one(subscription_id)
    if body.get("active") is not None:
        active = call.expect(bool, body["active"], "active")
        webhooks.activate([(found.id, active)])
    return Reply(200, _subscription(webhooks.one(found.id)))


def unsubscribe(call: Call, app_id: str, subscription_id: str) -> Reply:
    """Take a subscription away."""
    _of(call, app_id).unsubscribe(subscription_id)
    return Reply(204)


def batch_update(call: Call, app_id: str) -> Reply:
    """Pause many subscriptions, or let them go on."""
    started_ms, webhooks = call.portal.now_ms(), _of(call, app_id)
    states = []
    for item in call.inputs():
        call.demand(item, ["id", "active"])
        active = call.expect(bool, item["active"], "active")
        states.append((str(_whole(call, item["id"], "id")), active))
    unknown = webhooks.activate(states)
    known = dict.fromkeys(i for i, _ in states if i not in unknown)
    results = [_subscription(webhooks.one(i)) for i in known]
    errors = [UnknownSubscriptions(unknown).entry()] if unknown else []
    return shapes.envelope(call, started_ms, results, errors)


def _of(call: Call, app_id: str) -> WebhookSettings:
    if app_id != call.portal.app_id:
        raise ResourceNotFound
    return call.app.webhooks


def _text(call: Call, body: dict[str, Any], name: str) -> str:
    found: str = call.expect(str, body.get(name) or "", name)
    return found


def _whole(call: Call, value: Any, name: str) -> int:
    """Return a whole number that may be written as text."""
    if isinstance(value, str) and digits.are_all(value):
        return int(value)
    if isinstance(value, bool):
        raise Invalid(f"{name} must be a number")
    found: int = call.expect(int, value, name)
    return found


def _settings(target: Target) -> Json:
    body: Json = {
        "targetUrl": target.url,
        "throttling": {"maxConcurrentRequests": target.concurrency},
        "createdAt": moment.iso(target.created_at_ms),
    }
    return _updated(body, target.updated_at_ms)


def _subscription(found: Managed) -> Json:
    wanted = found.wanted
    optional = {
        "propertyName": wanted.property_name,
        "objectTypeId": wanted.object_type_id,
        "eventTypeName": wanted.event_type_name,
    }
    body: Json = {
        "id": found.id,
        "eventType": wanted.event_type,
        **{name: value for name, value in optional.items() if value},
        "active": found.active,
        "createdAt": moment.iso(found.created_at_ms),
    }
    return _updated(body, found.updated_at_ms)


def _updated(body: Json, at_ms: int) -> Json:
    return {**body, "updatedAt": moment.iso(at_ms)} if at_ms else body


def _read(method: str, path: str, handler: Handler) -> Route:
    scopes = ("developers-read", "private-apps-read")
    return Route(method, "webhooks", path, handler, caller="developer", scopes=scopes)


def _write(method: str, path: str, handler: Handler) -> Route:
    scopes = ("developers-write", "private-apps-write")
    return Route(
        method, "webhooks", path, handler, "write", caller="developer", scopes=scopes
    )


_ONE = "/subscriptions/<subscription_id>"

ROUTES = (
    _read("GET", "/settings", settings),
    _write("PUT", "/settings", put_settings),
    _write("DELETE", "/settings", delete_settings),
    _read("GET", "/subscriptions", subscriptions),
    _write("POST", "/subscriptions", subscribe),
    _write("POST", "/subscriptions/batch/update", batch_update),
    _read("GET", _ONE, subscription),
    _write("PATCH", _ONE, patch),
    _write("DELETE", _ONE, unsubscribe),
)
