"""Runs the web process: gunicorn with threads, because it waits for the store."""

from __future__ import annotations

import resource
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app import services
from app.settings import Settings
from app.watch import watcher
from app.web.application import create_app
from app.web.worker import DoorWorker

# Connections of one process; those that say nothing cost a file and some memory.
MOST_CONNECTIONS = 4096
# Files that are no connections: logs, the store, the poller.
SPARE_FILES = 96


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, set up from our settings instead of a file of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.flask: Flask | None = None
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it must know."""
        options: dict[str, Any] = {
            "bind": f"{self.settings.bind}:{self.settings.port}",
            "workers": self.settings.web_processes,
            "threads": self.settings.web_threads,
            "worker_class": DoorWorker,
            "worker_connections": connections(),
            "keepalive": 30,
            "graceful_timeout": 10,
            "loglevel": "warning",
            # HubSpot gives up after five seconds; a thread that takes this long hangs.
            "timeout": 30,
            "worker_exit": lambda _arbiter, worker: worker.app.leave(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, after the fork."""
        watcher.start(self.settings)
        self.flask = create_app(services.open_door(self.settings))
        return self.flask

    def too_slow(self, size: int) -> None:
        """Let the request log know of a request that never reached the application."""
        if self.flask:
            self.flask.extensions["logbook"].too_slow(size)

    def leave(self) -> None:
        """Write down what is not written yet, when a web process ends."""
        if self.flask:
            self.flask.extensions["logbook"].close()


def connections() -> int:
    """Return how many connections a process may have, as far as its files allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(MOST_CONNECTIONS, soft - SPARE_FILES)


def serve(settings: Settings) -> None:
    """Serve until a signal says stop."""
    Server(settings).run()
