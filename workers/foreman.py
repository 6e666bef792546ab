"""Carries out what was ordered: replays of many dead letters, in small steps."""

from __future__ import annotations

import threading

from app import logs
from app.errors import StoreDown
from app.repair.orders import Orders
from app.services import Services

# How soon a new order is begun.
LOOK_S = 0.5

log = logs.get()


class Foreman(threading.Thread):
    """Looks for orders until it is stopped; beside the ticker, in every worker."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="foreman", daemon=True)
        self._orders = Orders(services)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Step; a store that is away is asked again."""
        pause_s = LOOK_S
        while not self._stopped.wait(pause_s):
            pause_s = LOOK_S
            try:
                pause_s = self.step()
            except StoreDown as error:
                log.warning("foreman_waits_for_store", error=str(error))
            except Exception:  # an order that cannot be read must not end the thread
                log.error("foreman_failed", exc_info=True)

    def step(self) -> float:
        """Carry each portal's orders on a little; return how long to rest."""
        rests = [self._orders.step(portal) for portal in self._orders.portals()]
        return min([LOOK_S, *rests])

    def stop(self) -> None:
        """Stop after the step that is being taken."""
        self._stopped.set()
