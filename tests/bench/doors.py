"""The doors that ours is compared with, on the same server with the same options.

python -m tests.bench.doors no-op     answers 204, and that is all
python -m tests.bench.doors naive     one Celery message for each event
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

from flask import Flask, Response, request

from app import settings
from app.hubspot import signature
from app.settings import Settings
from app.web.server import Server
from tests.bench import naive

ROUTE = "/webhooks/hubspot"


def no_op(ours: Settings) -> Flask:
    """Return the least that Flask can do."""
    app = Flask("no-op")
    app.add_url_rule(ROUTE, "receive", lambda: ("", 204), methods=["POST"])
    return app


def naive_door(ours: Settings) -> Flask:
    """Return a door that checks the signature and sends a message for each event."""
    app = Flask("naive")
    naive.app.conf.broker_url = ours.redis_url

    def receive() -> Response:
        body = request.get_data(cache=False)
        signature.verify(
            headers=request.headers,
            method=request.method,
            uri=ours.webhook_base + request.path,
            body=body,
            secrets=ours.hubspot_client_secret,
            now=time.time(),
        )
        for event in json.loads(body):
            naive.handle.delay(event)
        return Response(status=204)

    app.add_url_rule(ROUTE, "receive", receive, methods=["POST"])
    return app


class ComparedServer(Server):
    """gunicorn exactly as `hubkeeper web` runs it, with another application."""

    def __init__(self, ours: Settings, build: Callable[[Settings], Flask]) -> None:
        self._build = build
        super().__init__(ours)

    def load(self) -> Flask:
        """Build the application, after the fork."""
        return self._build(self.settings)


DOORS = {"no-op": no_op, "naive": naive_door}

if __name__ == "__main__":
    ComparedServer(settings.from_environ(os.environ), DOORS[sys.argv[1]]).run()
