"""What is forwarded to URLs of the user's: signed, once, and never to the inside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from app.hubspot.signature import sign_v3
from tests.integration.machine.conftest import Machine
from workers.changes import Forward, SetProperties

SECRET = "shared"


@dataclass(slots=True)
class Receiver:
    """Somebody's server, which answers what it is told."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append((dict(self.headers), body))
            status, headers = told.answers.pop(0) if told.answers else (204, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Be quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _allowed(machine: Machine) -> None:
    machine.more |= {"forward_secret": SECRET, "forward_private": True}


def test_a_message_is_signed_and_says_what_happened(
    machine: Machine, receiver: Receiver
) -> None:
    machine.settle_on(Forward(receiver.url, {"hello": "world"}, key="greeting"))
    ada = machine.contact()

    machine.work(ada)

    ((headers, body),) = receiver.got
    timestamp = headers["X-HubSpot-Request-Timestamp"]
    expected = sign_v3(SECRET, "POST", receiver.url, body, timestamp)
    assert expected == headers["X-HubSpot-Signature-v3"]
    said = orjson.loads(body)
    assert ("world", ada) == (said["hello"], said["contactId"])
    assert ["contact.creation"] == [e["subscriptionType"] for e in said["events"]]


def test_a_message_is_sent_once_under_its_key(
    machine: Machine, receiver: Receiver
) -> None:
    machine.settle_on(Forward(receiver.url, {}, key="greeting"))
    ada = machine.contact()
    machine.work(ada)
    machine.work(ada)
    machine.settle_on(Forward(receiver.url, {}, key="another"))
    machine.work(ada)

    assert 2 == len(receiver.got)


@pytest.mark.parametrize("answer", [(500, {}), (429, {"Retry-After": "3"}), (503, {})])
def test_a_receiver_on_a_bad_day_gets_it_later_and_nothing_else_waits(
    machine: Machine, receiver: Receiver, answer: tuple[int, dict[str, str]]
) -> None:
    receiver.answers = [answer]
    machine.settle_on(Forward(receiver.url, {}), SetProperties(company="Acme"))
    ada = machine.contact()

    machine.work(ada)

    keys = {headers["Idempotency-Key"] for headers, _ in receiver.got}
    assert (2, 1) == (len(receiver.got), len(keys))
    assert "Acme" == machine.read(ada)["company"]
    assert [] == machine.dead()


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 410])
def test_a_receiver_that_refuses_makes_a_dead_letter_and_stops_nobody_else(
    machine: Machine, receiver: Receiver, status: int
) -> None:
    receiver.answers = [(status, {"Location": receiver.url})]
    machine.settle_on(Forward(receiver.url, {}))

    machine.work(machine.contact())

    assert f"answered {status}" in machine.dead()[0].error
    assert 1 == len(receiver.got)
    assert machine.services.throttle.paused(machine.portal) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/hook", "only https://"),
        ("https://127.0.0.1:{port}/hook", "is not a public address"),
        ("https://localhost:{port}/hook", "is not a public address"),
        ("ftp://example.com/", "only https://"),
    ],
)
def test_nothing_is_forwarded_to_the_inside(
    machine: Machine, receiver: Receiver, url: str, reason: str
) -> None:
    machine.more["forward_private"] = False
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    machine.settle_on(Forward(url.format(port=port), {}))

    machine.tell(machine.contact())
    machine.work()

    assert [] == receiver.got
    assert reason in machine.dead()[0].error


def test_nothing_is_forwarded_unsigned(machine: Machine, receiver: Receiver) -> None:
    machine.more["forward_secret"] = ""
    machine.settle_on(Forward(receiver.url, {}))

    machine.work(machine.contact())

    assert [] == receiver.got
    assert "FORWARD_SECRET" in machine.dead()[0].error


def test_a_deleted_contact_can_still_be_forwarded(
    machine: Machine, receiver: Receiver
) -> None:
    machine.settle_on(Forward(receiver.url, {}), on=("contact.deletion",))
    ada = machine.contact()
    machine.sandbox.control.delete("contacts", [ada])

    machine.work(ada, "contact.deletion")

    assert ada == orjson.loads(receiver.got[0][1])["contactId"]
