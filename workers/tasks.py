"""The one task: somebody said that the portal has due work."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from app import logs, services
from app.errors import StoreDown
from app.services import Services
from workers import registry
from workers.celery import app, load_settings, send_wake_up
from workers.reconcile import reconcile
from workers.registry import Action
from workers.ticker import Waker

log = logs.get()


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a worker process has at hand."""

    services: Services
    actions: list[Action]
    waker: Waker


@functools.cache
def workshop() -> Workshop:
    """Connect once per worker process, after the fork."""
    settings = load_settings()
    connected = services.connect(settings)
    actions = registry.discover(extra=settings.action_modules)
    return Workshop(connected, actions, Waker(connected, send_wake_up))


@app.task(name="workers.reconcile")  # type: ignore[untyped-decorator]
def look_at(portal: str) -> None:
    """Work off one claim; the rest waits its turn behind other portals."""
    shop = workshop()
    try:
        shop.waker.arrived(portal)
        wake = functools.partial(shop.waker.wake, portal)
        reconcile(shop.services, shop.actions, portal, call_for_help=wake)
    except StoreDown as error:
        log.warning("store_down", portal=portal, error=str(error))
