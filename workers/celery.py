"""The Celery application: `celery -A workers worker`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from typing import Any

from billiard.process import active_children
from celery import Celery, bootsteps
from celery.signals import setup_logging, worker_process_init, worker_shutting_down
from kombu.exceptions import OperationalError

from app import logs, services, settings
from app.errors import StoreDown
from app.watch.watcher import Watcher
from workers.foreman import Foreman
from workers.stop import Stop
from workers.ticker import Ticker, Waker

QUEUE = "hubkeeper"
# A wake-up that nobody took in this time is stale; the ticker has sent another.
WAKE_UP_EXPIRES_S = 10
# A round that takes this long hangs; its process is replaced, its contacts come back.
ROUND_LIMIT_S = 600

NEEDS = ("hubspot_access_token",)

# Made before the pool is forked, so that its processes see it.
STOP = Stop()


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
    """Send a message that says "look at this portal", and nothing else.

    Raises:
        StoreDown: the broker, which is the store as well, took no message.

    """
    try:
        app.send_task("workers.reconcile", args=[portal], expires=WAKE_UP_EXPIRES_S)
    except OperationalError as error:
        raise StoreDown(f"broker: {error}") from error


def send_sweep() -> None:
    """Send a message that says "look for changes whose webhooks never came"."""
    app.send_task("workers.sweep", expires=load_settings().reconcile_every_s)


class TickerStep(bootsteps.StartStopStep):  # type: ignore[misc]
    """Runs a ticker beside the processes of every worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.ticker: Ticker | None = None
        self.foreman: Foreman | None = None

    def start(self, parent: Any) -> None:
        """Start ticking once the processes are there."""
        connected = services.connect(load_settings())
        waker = Waker(connected, send_wake_up)
        self.ticker = Ticker(connected, waker, send_sweep)
        self.ticker.start()
        self.foreman = Foreman(connected)
        self.foreman.start()

    def stop(self, parent: Any) -> None:
        """Stop ticking, and give the duty to another worker's ticker."""
        if self.ticker:
            self.ticker.stop()
        if self.foreman:
            self.foreman.stop()


app.steps["worker"].add(TickerStep)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop_in_time(**_: Any) -> None:
    """Let the pool's rounds end by themselves, or hand back what they have in hand.

    Celery waits for its tasks without a limit (a warm shutdown); the limit is ours.
    """
    if not STOP.ordered:
        STOP.order(load_settings().stop_s)
        STOP.nudge(_pool)


def _pool() -> Iterable[int]:
    return [child.pid for child in active_children()]


@worker_process_init.connect  # type: ignore[untyped-decorator]
def stop_with_the_others(**_: Any) -> None:
    """Leave it to the parent to say when to stop.

    A service manager may send SIGTERM to every process of the worker; one that died of
    it would keep its contacts from the others until the lease runs out.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    STOP.listen()


@setup_logging.connect  # type: ignore[untyped-decorator]
def use_our_logs(**_: Any) -> None:
    """Keep Celery from setting up logging of its own, and hear of its errors."""
    logs.setup(load_settings().log_level)
    logs.adopt("celery", "kombu")


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
