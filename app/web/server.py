"""Runs the web process: gunicorn with threads, because it waits for the store."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from app import services
from app.settings import Settings
from app.watch import watcher
from app.web.application import create_app


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, set up from our settings instead of a file of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what it must know."""
        options: dict[str, Any] = {
            "bind": f"{self.settings.bind}:{self.settings.port}",
            "workers": self.settings.web_processes,
            "threads": self.settings.web_threads,
            "worker_class": "gthread",
            "keepalive": 30,
            "graceful_timeout": 10,
            "loglevel": "warning",
            # HubSpot gives up after five seconds; a thread that takes this long hangs.
            "timeout": 30,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application, after the fork."""
        watcher.start(self.settings)
        return create_app(services.open_door(self.settings))


def serve(settings: Settings) -> None:
    """Serve until a signal says stop."""
    Server(settings).run()
