"""Puts the sandbox together and serves it: one process, one portal, many threads."""

from __future__ import annotations

import gc
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from app.sandbox import beginning, control, delivery_options
from app.sandbox.api import blueprint
from app.sandbox.api.gate import Gate
from app.sandbox.clock import Clock
from app.sandbox.config import SandboxConfig
from app.sandbox.crm.portal import Portal
from app.sandbox.developer_app import DeveloperApp
from app.sandbox.faults import Faults
from app.sandbox.limits import Limiter
from app.sandbox.page import site
from app.sandbox.recorder import Recorder
from app.sandbox.sender import Sender, SenderOptions
from app.sandbox.snapshot import Snapshot
from app.sandbox.webhooks import WebhookSender
from app.sandbox.wsgi import Server

# Looks at the young records for garbage before one look at all of them.
LOOKS_BEFORE_A_LONG_ONE = 10_000


def sender_for(config: SandboxConfig, clock: Clock) -> WebhookSender:
    """Return the sender of signed webhooks that `config` describes."""
    own = SenderOptions(
        target_url=config.webhook_target,
        client_secret=config.client_secret,
        app_id=config.app_id,
        portal_id=config.portal_id,
        seed=config.seed,
    )
    options = delivery_options.changed(own, config.sender_options)
    return Sender(options, clock=clock.now, signing_clock=time.time)


def gate_to(
    config: SandboxConfig,
    sender: WebhookSender,
    clock: Clock,
    sleep: Callable[[float], object] = time.sleep,
) -> Gate:
    """Return the way into a new account.

    Args:
        config: what the sandbox plays.
        sender: takes the changes; it must be started by whoever made it.
        clock: the sandbox's time.
        sleep: waits for faults that take their time.

    Raises:
        ValueError: a fault of the configuration makes no sense.

    """
    portal = Portal(config, sender, clock.now)
    group = f"{config.app_id}:{config.portal_id}"
    gate = Gate(
        config=config,
        portal=portal,
        app=DeveloperApp(config, sender.configure, clock.now),
        limiter=Limiter(config.plan, group, clock.now),
        faults=Faults(config.seed),
        recorder=Recorder(),
        clock=clock.now,
        sleep=sleep,
    )
    beginning.begin(gate)
    return gate


def create_app(gate: Gate, sender: WebhookSender, clock: Clock) -> Flask:
    """Return the sandbox as a WSGI application."""
    app = Flask(__name__, static_folder=None)
    plane = control.Control(gate, sender, clock)
    app.register_blueprint(control.build(plane))
    app.register_blueprint(site.build(gate, sender, plane.endpoints()))
    app.register_blueprint(blueprint.build(gate))
    return app


def serve(
    config: SandboxConfig, load: Path | None = None, save: Path | None = None
) -> None:
    """Serve the sandbox until SIGTERM or Ctrl-C.

    Args:
        config: what the sandbox plays.
        load: file with the state to start from, None for a new account.
        save: file that the state is written to at the end, None for none.

    Raises:
        ValueError: there is no state in `load`, or the configuration makes no sense.

    """
    # Records live long. Looking through all of them again and again takes a quarter of
    # the time, and holds calls up until they seem to break a rate limit.
    gc.set_threshold(*gc.get_threshold()[:2], LOOKS_BEFORE_A_LONG_ONE)
    stopping = threading.Event()
    clock = Clock(config.clock_speed)
    sender = sender_for(config, clock)
    gate = gate_to(config, sender, clock, stopping.wait)
    snapshot = Snapshot(gate, clock)
    if load is not None:
        snapshot.load(load)
    server = Server(config.host, config.port, create_app(gate, sender, clock))
    sender.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    thread = threading.Thread(target=server.run, name="sandbox", daemon=True)
    thread.start()
    print(f"sandbox of portal {config.portal_id} on {server.url}", flush=True)
    stopping.wait()
    server.stop()
    sender.stop()
    if save is not None:
        snapshot.save(save)
