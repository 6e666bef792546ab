"""The Celery application: `celery -A workers worker`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from celery.signals import setup_logging

from app import logs, services, settings
from app.watch.watcher import Watcher
from workers.ticker import Ticker, Waker

QUEUE = "hubkeeper"
# A wake-up that nobody took in this time is stale; the ticker has sent another.
WAKE_UP_EXPIRES_S = 10
# A round that takes this long hangs; its process is replaced, its contacts come back.
ROUND_LIMIT_S = 600

NEEDS = ("hubspot_access_token",)


def load_settings() -> settings.Settings:
    """Read what a worker must know.

    Raises:
        ConfigError: names every wrong or missing setting.

    """
    return settings.from_environ(os.environ, needs=NEEDS)


app = Celery("hubkeeper", include=["workers.tasks"])
app.conf.update(
    broker_url=os.environ.get("REDIS_URL") or settings.Settings().redis_url,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue=QUEUE,
    task_ignore_result=True,
    task_time_limit=ROUND_LIMIT_S,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
)


def send_wake_up(portal: str) -> None:
    """Send a message that says "look at this portal", and nothing else."""
    app.send_task("workers.reconcile", args=[portal], expires=WAKE_UP_EXPIRES_S)


class TickerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs a ticker beside the processes of every worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.ticker: Ticker | None = None

    def start(self, parent: Any) -> None:
        """Start ticking once the processes are there."""
        connected = services.connect(load_settings())
        self.ticker = Ticker(connected, Waker(connected, send_wake_up))
        self.ticker.start()

    def stop(self, parent: Any) -> None:
        """Stop ticking; rounds in progress are finished first."""
        if self.ticker:
            self.ticker.stop()


app.steps["worker"].add(TickerStep)


@setup_logging.connect  # type: ignore[untyped-decorator]
def use_our_logs(**_: Any) -> None:
    """Keep Celery from setting up logging of its own."""
    logs.setup(load_settings().log_level)


class WatcherStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Watches the service beside the processes of every worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.watcher: Watcher | None = None

    def start(self, parent: Any) -> None:
        """Start watching once the processes are there."""
        self.watcher = Watcher(services.connect(load_settings()))
        self.watcher.start()

    def stop(self, parent: Any) -> None:
        """Leave it to others."""
        if self.watcher:
            self.watcher.stop()


app.steps["worker"].add(WatcherStep)
