"""Where ops requests are served: few at a time, so that webhooks find a thread."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Collection
from functools import partial

from flask import Blueprint, Response, g, request

from app import services
from app.errors import HubkeeperError
from app.services import Services
from app.settings import Settings

# Of the threads of a web process ops requests have one in so many, at least one.
SHARE_OF_THREADS = 4
PATIENCE_S = 0.5
# A page does not wait for HubSpot as long as a worker would.
HUBSPOT_TIMEOUT_S = 3.0


class Busy(HubkeeperError):
    """All places are taken; the same request will do in a moment."""


class Desk:
    """Connects on first use: a process that nobody asks pays nothing."""

    def __init__(self, settings: Settings) -> None:
        self._settings = dataclasses.replace(settings, http_timeout_s=HUBSPOT_TIMEOUT_S)
        self._connected: Services | None = None
        self._lock = threading.Lock()
        places = max(1, settings.web_threads // SHARE_OF_THREADS)
        self._places = threading.BoundedSemaphore(places)

    @property
    def services(self) -> Services:
        """What the commands use, connected."""
        with self._lock:
            if self._connected is None:
                self._connected = services.connect(self._settings)
            return self._connected

    def serve(self, blueprint: Blueprint, free: Collection[str] = ()) -> None:
        """Give each request of a blueprint a place, from its beginning to its end.

        Args:
            blueprint: whose requests.
            free: endpoints that do not touch the store, and need none.

        """
        blueprint.before_request(partial(self._take_place, free))
        blueprint.after_request(self._keep_place)
        blueprint.teardown_request(self._give_place)

    def _take_place(self, free: Collection[str]) -> None:
        if request.endpoint in free:
            return
        if not self._places.acquire(timeout=PATIENCE_S):
            raise Busy("others are looking already; try again in a moment")
        g.ops_place = True

    def _keep_place(self, response: Response) -> Response:
        """Let what is sent bit by bit have the place until the last bit."""
        if response.is_streamed and g.pop("ops_place", False):
            response.call_on_close(self._places.release)
        return response

    def _give_place(self, _error: BaseException | None) -> None:
        if g.pop("ops_place", False):
            self._places.release()
