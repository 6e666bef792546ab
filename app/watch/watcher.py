"""The thread that watches: one in every web process, and one in every worker."""

from __future__ import annotations

import threading

from app import logs, services
from app.errors import HubkeeperError
from app.services import Services
from app.settings import Settings
from app.watch import rule
from app.watch.absence import Absence
from app.watch.watch import LOOK_S, Watch

log = logs.get()


class Watcher(threading.Thread):
    """Watches until it is stopped; a store that is away is asked again and again."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="watcher", daemon=True)
        settings = services.settings
        self._watch = Watch(services)
        store_down = rule.rules(settings)[rule.STORE_DOWN]
        self._absence = Absence(store_down, self._watch.ways, settings.runbook_url)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Watch."""
        while not self._stopped.wait(LOOK_S):
            try:
                self._watch.take_turn()
                self._absence.end()
            except HubkeeperError as error:
                self._absence.note(str(error))
            except Exception:  # whoever watches must not die of what he sees
                log.error("watch_failed", exc_info=True)

    def stop(self) -> None:
        """Stop, and leave it to others."""
        self._stopped.set()


def start(settings: Settings) -> Watcher:
    """Start a watcher with a connection of its own."""
    watcher = Watcher(services.connect(settings))
    watcher.start()
    return watcher
