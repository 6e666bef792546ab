"""Finds due work on a timer, in every worker, and wakes somebody up for it.

A wake-up carries nothing but the portal's name: a lost one, a dead worker or a
restarted store costs a tick. One ticker is on duty at a time; when its worker dies,
another takes over within a second.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

from app import logs
from app.errors import StoreDown
from app.events import keys
from app.events.scripts import store_errors
from app.repair import schedule
from app.services import Services
from workers import upkeep

TICK_S = 0.2
# How often a store that is away is asked.
STORE_AGAIN_S = 1.0
# A look at all portals is followed by this many times its length of rest.
IDLE_SHARE = 9
DUTY_MS = 1000
# How long a tick may take when the ticker has to stop.
LAST_TICK_S = 1.0
# One wake-up per portal is on its way at a time; the worker that gets it sends the
# next one at once if more is due. So the queue is fair to every portal, and short.
WAKE_MS = 2000

log = logs.get()


def _no_sweep() -> None:
    """Look for nothing."""


class Waker:
    """Sends wake-ups, at most one per portal at a time."""

    def __init__(self, services: Services, send: Callable[[str], None]) -> None:
        self._store = services.store
        self._send = send

    def wake(self, portal: str) -> None:
        """Have somebody look at the portal, unless a wake-up is on its way already."""
        key = keys.of(portal, "woken")
        with store_errors():
            first = self._store.set(key, "1", nx=True, px=WAKE_MS)
        if first:
            self._send(portal)

    def arrived(self, portal: str) -> None:
        """Say that the wake-up was received, so that the next one may be sent."""
        with store_errors():
            self._store.delete(keys.of(portal, "woken"))


class Ticker(threading.Thread):
    """Looks for due work until it is stopped.

    Args:
        services: where to look.
        waker: sends wake-ups.
        sweep: has somebody look for changes whose webhooks never came.

    """

    def __init__(
        self, services: Services, waker: Waker, sweep: Callable[[], None] = _no_sweep
    ) -> None:
        super().__init__(name="ticker", daemon=True)
        self._services = services
        self._waker = waker
        self._sweep = sweep
        self._name = uuid.uuid4().hex
        self._stopped = threading.Event()

    def run(self) -> None:
        """Tick; a store that is away is asked again at the next tick."""
        pause_s = TICK_S
        while not self._stopped.wait(pause_s):
            began = time.monotonic()
            try:
                self.tick()
            except StoreDown as error:
                log.warning("ticker_waits_for_store", error=str(error))
                pause_s = STORE_AGAIN_S
                continue
            except Exception as error:  # the broker's library raises its own kinds
                log.warning("ticker_failed", error=str(error))
            # With thousands of portals a look takes long; the store has other work.
            pause_s = max(TICK_S, IDLE_SHARE * (time.monotonic() - began))

    def tick(self) -> None:
        """Wake somebody for each portal with due work, if this ticker is on duty."""
        if not self._on_duty():
            return
        due = self._services.inbox.due()
        # Somebody must find out when an ill portal is well, even if nothing waits.
        ill = self._services.illnesses.among(list(due))
        for portal, contacts in due.items():
            wanted = contacts or portal in ill
            if wanted and not self._services.throttle.paused(portal):
                self._waker.wake(portal)
        upkeep.run(self._services)
        if schedule.is_due(self._services):
            self._sweep()

    def stop(self) -> None:
        """Stop, and let another ticker have the duty at once."""
        self._stopped.set()
        if self.is_alive():
            self.join(LAST_TICK_S)
        try:
            with store_errors():
                # Should another have taken over in between, two tick for a moment.
                if self._services.store.get(keys.TICKER) == self._name.encode():
                    self._services.store.delete(keys.TICKER)
        except StoreDown as error:  # the duty ends by itself within a second
            log.warning("ticker_keeps_duty", error=str(error))

    def _on_duty(self) -> bool:
        store = self._services.store
        with store_errors():
            if store.set(keys.TICKER, self._name, nx=True, px=DUTY_MS):
                return True
            if store.get(keys.TICKER) != self._name.encode():
                return False
            return bool(store.pexpire(keys.TICKER, DUTY_MS))
