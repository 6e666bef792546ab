"""The two tasks: a portal has due work; changes whose webhooks never came are due."""

from __future__ import annotations

import functools
import gc
import os
from dataclasses import dataclass
from pathlib import Path

from app import logs, services
from app.errors import Stopped, StoreDown
from app.events.illness import Illness
from app.hubspot import transport
from app.repair import recovery, schedule
from app.services import Services
from workers import registry
from workers.celery import STOP, app, load_settings, send_wake_up
from workers.providers.desk import Desk
from workers.reconcile import reconcile
from workers.rules.book import RuleBook
from workers.ticker import Waker

log = logs.get()

# How many objects are made before somebody looks for garbage. A round makes hundreds of
# thousands that live as long as it does: looking after every 700 finds nothing.
MOST_YOUNG = 50_000


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a worker process has at hand."""

    services: Services
    book: RuleBook
    desk: Desk
    waker: Waker


@functools.cache
def workshop() -> Workshop:
    """Connect once per worker process, after the fork."""
    settings = load_settings()
    session = transport.new_session(STOP.session())
    connected = services.connect(settings, session, STOP.nap)
    actions = registry.discover(extra=settings.action_modules)
    file = Path(settings.rules_file) if settings.rules_file else None
    own = registry.providers(settings.action_modules)
    book = RuleBook(actions, file, own, os.environ)
    desk = Desk(connected.store, book.providers, vault=connected.scripts.vault)
    # What is loaded now stays: looking through it for garbage in every round would take
    # a tenth of the worker's time.
    gc.freeze()
    gc.set_threshold(MOST_YOUNG)
    return Workshop(connected, book, desk, Waker(connected, send_wake_up))


def replay_what_died(services: Services, portal: str, illness: Illness) -> None:
    """Order a replay of what the illness of a portal has killed."""
    order = recovery.replay_after_recovery(services, portal, illness.since)
    if order:
        log.info("replay_ordered", portal=portal, order=order.id)


@app.task(name="workers.reconcile")  # type: ignore[untyped-decorator]
def look_at(portal: str) -> None:
    """Work off one claim; the rest waits its turn behind other portals."""
    try:
        shop = workshop()
        shop.waker.arrived(portal)
        wake = functools.partial(shop.waker.wake, portal)
        shop.book.refresh()
        shop.desk.use(shop.book.providers)
        reconcile(
            shop.services,
            shop.book.rules,
            portal,
            wake,
            shop.desk,
            stop=STOP,
            on_recovery=functools.partial(replay_what_died, shop.services),
        )
    except Stopped:
        return
    except StoreDown as error:
        log.warning("store_down", portal=portal, error=str(error))
    except Exception:  # Celery would keep it to itself
        log.error("round_failed", portal=portal, exc_info=True)


@app.task(name="workers.sweep")  # type: ignore[untyped-decorator]
def look_for_missed() -> None:
    """Find some of the changes that nobody told of; the rest is the next one's."""
    try:
        schedule.run(workshop().services)
    except Stopped:
        return
    except StoreDown as error:
        log.warning("store_down", error=str(error))
    except Exception:  # Celery would keep it to itself
        log.error("sweep_failed", exc_info=True)
