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

    def step(self) -> float:
        """Carry each portal's orders on a little; return how long to rest."""
        rests = [self._step(portal) for portal in self._orders.portals()]
        return min([LOOK_S, *rests])

    def _step(self, portal: str) -> float:
        try:
            return self._orders.step(portal)
        except StoreDown:
            raise
        except Exception:  # an order that cannot be read holds up no other portal
            log.error("foreman_failed", portal=portal, exc_info=True)
            return LOOK_S

    def stop(self) -> None:
        """Stop after the step that is being taken."""
        self._stopped.set()
