"""Puts the sandbox together and serves it: one process, one portal, many threads."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

from flask import Flask

from app.sandbox import control, delivery_options
from app.sandbox.api import blueprint
from app.sandbox.api.gate import Gate
from app.sandbox.config import SandboxConfig
from app.sandbox.crm.portal import Portal
from app.sandbox.faults import Faults
from app.sandbox.limits import Limiter
from app.sandbox.recorder import Recorder
from app.sandbox.sender import Sender, SenderOptions
from app.sandbox.webhooks import WebhookSender
from app.sandbox.wsgi import Server


def sender_for(config: SandboxConfig) -> WebhookSender:
    """Return the sender of signed webhooks that `config` describes."""
    own = SenderOptions(
        target_url=config.webhook_target,
        client_secret=config.client_secret,
        app_id=config.app_id,
        portal_id=config.portal_id,
        seed=config.seed,
    )
    return Sender(delivery_options.changed(own, config.sender_options))


def create_app(
    config: SandboxConfig,
    sender: WebhookSender | None = None,
    *,
    clock: Callable[[], float] = time.time,
    sleep: Callable[[float], object] = time.sleep,
) -> Flask:
    """Return the sandbox as a WSGI application.

    Args:
        config: what the sandbox plays.
        sender: takes the changes; it must be started by whoever made it. None makes
            one of one's own, started at once.
        clock: epoch seconds.
        sleep: waits for faults that take their time.

    """
    if sender is None:
        sender = sender_for(config)
        sender.start()
    portal = Portal(config, sender.emit, clock)
    gate = Gate(
        config=config,
        portal=portal,
        limiter=Limiter(config.plan, f"{config.app_id}:{config.portal_id}", clock),
        faults=Faults(config.seed),
        recorder=Recorder(),
        clock=clock,
        sleep=sleep,
    )
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(control.build(control.Control(gate, sender)))
    app.register_blueprint(blueprint.build(gate))
    return app


def serve(config: SandboxConfig) -> None:
    """Serve the sandbox until SIGTERM or Ctrl-C."""
    sender = sender_for(config)
    sender.start()
    stopping = threading.Event()
    app = create_app(config, sender, sleep=stopping.wait)
    server = Server(config.host, config.port, app)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    thread = threading.Thread(target=server.run, name="sandbox", daemon=True)
    thread.start()
    print(f"sandbox of portal {config.portal_id} on {server.url}", flush=True)
    stopping.wait()
    server.stop()
    sender.stop()
