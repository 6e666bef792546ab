"""The sandbox's time, which may pass faster than the world's."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from app.hubspot import signature
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import Plan
from app.sandbox.testing import running
from tests.integration.sandbox.conftest import CONTACTS, Clock

TOKEN = {"Authorization": "Bearer sandbox-token"}


def test_time_passes_as_fast_as_it_is_told_to():
    world = Clock()
    with running(SandboxConfig(clock_speed=60), clock=world) as sandbox:
        start = sandbox.control.put_clock()["now"]
        world.time += 1
        minute = sandbox.control.put_clock(speed=2)["now"]
        world.time += 1
        after = sandbox.control.put_clock(advance_s=3_600)["now"]

    assert [60, 3_602] == [minute - start, after - minute]


def test_limits_and_lag_go_by_it():
    """An account that is out of calls has them again ten of its own seconds later."""
    config = SandboxConfig(plan=Plan(2), search_lag_s=5)
    with running(config, clock=Clock()) as sandbox:
        search = {"url": f"{sandbox.url}{CONTACTS}/search", "headers": TOKEN}
        sandbox.control.create("contacts", [{"properties": {"city": "Ulm"}}])
        found = [requests.post(json={}, **search).json()["total"]]
        statuses = [
            requests.get(sandbox.url + CONTACTS, headers=TOKEN).status_code
            for _ in range(3)
        ]
        sandbox.control.put_clock(advance_s=10)
        statuses.append(requests.get(sandbox.url + CONTACTS, headers=TOKEN).status_code)
        found.append(requests.post(json={}, **search).json()["total"])

    assert [200, 200, 429, 200] == statuses
    assert [0, 1] == found


@pytest.mark.parametrize(
    "change",
    [{"speed": -1}, {"speed": "fast"}, {"advance_s": -5}, {"speed": 1e9}, {"x": 1}],
)
def test_time_does_not_do_everything(sandbox, change):
    with pytest.raises(ValueError, match=r"speed|advance_s|clock"):
        sandbox.control.put_clock(**change)


def test_a_reset_takes_the_speed_back(sandbox):
    sandbox.control.put_clock(speed=50)
    sandbox.control.reset()

    assert 1 == sandbox.control.call("GET", "/clock")["speed"]


class Receiver:
    """Refuses the first delivery, and checks the second as hubkeeper would."""

    def __init__(self, secret: str) -> None:
        self.answers: list[int] = []
        self.verified = False
        self.done = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.answers.append(503 if not outer.answers else 204)
                if len(outer.answers) == 2:
                    sent_at = int(self.headers[signature.TIMESTAMP]) / 1000
                    signed = signature.sign_v3(
                        secret,
                        "POST",
                        outer.url,
                        body,
                        self.headers[signature.TIMESTAMP],
                    )
                    outer.verified = (
                        abs(sent_at - time.time()) < 60
                        and signed == self.headers[signature.SIGNATURE_V3]
                    )
                self.send_response(outer.answers[-1])
                self.end_headers()
                if len(outer.answers) == 2:
                    outer.done.set()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,)).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def test_retries_come_by_it_but_signatures_go_by_the_worlds_clock():
    """A delivery is repeated an hour later, at once, and is not too old to be true."""
    config = SandboxConfig(sender_options={"retry_delays_s": [3_600]})
    receiver = Receiver(config.client_secret)
    try:
        with running(config) as sandbox:
            sandbox.control.put_webhooks(target_url=receiver.url)
            sandbox.control.put_clock(speed=36_000)
            sandbox.control.create("contacts", [{"properties": {}}])

            assert receiver.done.wait(20)
    finally:
        receiver.close()

    assert ([503, 204], True) == (receiver.answers, receiver.verified)
