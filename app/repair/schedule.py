"""Reconciles by itself, every RECONCILE_EVERY_S, one bounded piece at a time.

There is one sweep that never ends: each piece goes on where the last one stopped, so
a night without workers is caught up with in the morning. Its cursor is in the store;
the mark that says when the next piece is due only says when, and losing it costs
nothing.
"""

from __future__ import annotations

import time
from dataclasses import replace

from app import logs
from app.errors import HubSpotError, LeaseLost
from app.events import keys
from app.events.scripts import store_errors
from app.events.sweeps import Sweep
from app.repair import start
from app.repair.sweep import Sweeper
from app.repair.wait import Wait
from app.services import Services

NAME = "schedule"
# A worker has other things to do, too: 4,000 contacts in one piece.
PAGES = 20
# A piece that has to wait is not begun again sooner than this.
SOONEST_S = 5.0

log = logs.get()


def is_due(services: Services) -> bool:
    """Tell the first who asks, once in a while, that a piece is due.

    Raises:
        StoreDown: the store did not answer.

    """
    every_s = services.settings.reconcile_every_s
    if not every_s:
        return False
    with store_errors():
        return bool(
            services.store.set(keys.RECONCILE, "1", nx=True, px=int(every_s * 1000))
        )


def run(services: Services) -> None:
    """Do one piece; whatever is in its way, a later one goes on from there.

    Raises:
        StoreDown: the store did not answer.

    """
    try:
        portal = start.portal_of(services)
        sweeper = _take_up(services, portal)
    except HubSpotError as error:
        log.warning("reconcile_waits", error=str(error))
        return
    before = sweeper.sweep.found
    try:
        held_up = _piece(sweeper)
    except (HubSpotError, LeaseLost) as error:
        log.warning("reconcile_stopped", portal=portal, error=str(error))
        return
    sweep = sweeper.sweep
    if held_up:
        log.info("reconcile_waits", portal=portal, error=held_up.why)
        _soon(services, max(held_up.seconds, SOONEST_S))
    elif not sweep.ended_at:
        _soon(services, 0.0)
    log.info("reconciled", portal=portal, contacts=sweep.found - before)


def _take_up(services: Services, portal: str) -> Sweeper:
    """Return the sweep, from where it is up to what search shows by now."""
    every_s, now = services.settings.reconcile_every_s, time.time()
    sweep = services.sweeps.take(portal, NAME)
    if sweep is None:
        sweep = services.sweeps.begin(portal, NAME, since=now - every_s)
    hubspot = start.client(services, portal)
    # Whoever was created in the last span and changed in this one is new here as well.
    new_since = _stands_at(sweep) - every_s
    walk = start.changed(services, hubspot, sweep, goal=0.0, new_since=new_since)
    sweep = replace(sweep, ended_at=0.0)
    return Sweeper(services, sweep, walk, start.quota(services, hubspot))


def _stands_at(sweep: Sweep) -> float:
    """Return up to which change the sweep has come, epoch seconds."""
    at_ms = sweep.cursor.partition("/")[0]
    return int(at_ms) / 1000 if at_ms else sweep.since


def _piece(sweeper: Sweeper) -> Wait | None:
    for _ in range(PAGES):
        held_up = sweeper.step()
        if held_up or sweeper.sweep.ended_at:
            return held_up
    return None


def _soon(services: Services, seconds: float) -> None:
    """Let the next piece be due after so many seconds, rather than a whole span."""
    with store_errors():
        if seconds:
            services.store.set(keys.RECONCILE, "1", px=max(1, int(seconds * 1000)))
        else:
            services.store.delete(keys.RECONCILE)
