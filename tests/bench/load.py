"""The load generator: keeps connections busy with deliveries built beforehand.

    python -m tests.bench.load '{"url": "http://127.0.0.1:8080/webhooks/hubspot", ...}'

says "ready" when all is built and connected, begins when it is given a line, and ends
with a JSON object. Any answer but 204 ends it with that answer.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import orjson

from app.hubspot import signature

# A creation and the property changes that come with it.
EVENTS_PER_CONTACT = 5
WARM_UPS_PER_CONNECTION = 2


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to send.

    Attributes:
        url: that is called and signed.
        secret: the app's client secret.
        portal: whose events these are.
        first_event: id of the first one; the others follow.
        events_each: events in one delivery.
        deliveries: at most so many, warm-up included.
        seconds: nothing is sent after this time.
        connections: requests on their way at a time.

    """

    url: str
    secret: str
    portal: str
    first_event: int
    events_each: int
    deliveries: int
    seconds: float
    connections: int = 32


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What was answered with 204.

    Attributes:
        accepted: events of all deliveries, warm-up included.
        deliveries: in the measured time.
        seconds: from the first byte sent to the last byte answered.
        median_s: half of the answers took longer.
        p99_s: one answer in a hundred took longer.
        slowest_s: no answer took longer.

    """

    accepted: int
    deliveries: int
    seconds: float
    median_s: float
    p99_s: float
    slowest_s: float


def event(number: int, plan: LoadPlan, now_ms: int) -> dict[str, object]:
    """Return one event the way HubSpot writes it."""
    return {
        "eventId": number,
        "subscriptionId": 3329278,
        "portalId": int(plan.portal),
        "appId": 1160452,
        "occurredAt": now_ms,
        "subscriptionType": "contact.propertyChange",
        "attemptNumber": 0,
        "objectId": 106_651_000_000 + number // EVENTS_PER_CONTACT,
        "propertyName": "firstname",
        "propertyValue": "ANNA-LENA",
        "changeSource": "CRM_UI",
        "sourceId": "userId:777",
    }


def requests(plan: LoadPlan) -> Iterator[bytes]:
    """Yield HTTP requests, signed now: they are good for five minutes."""
    target = urlsplit(plan.url)
    now_ms = int(time.time() * 1000)
    for index in range(plan.deliveries):
        first = plan.first_event + index * plan.events_each
        numbers = range(first, first + plan.events_each)
        body = orjson.dumps([event(number, plan, now_ms) for number in numbers])
        proof = signature.sign_v3(plan.secret, "POST", plan.url, body, str(now_ms))
        head = (
            f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"{signature.TIMESTAMP}: {now_ms}\r\n{signature.SIGNATURE_V3}: {proof}\r\n"
        )
        yield f"{head}\r\n".encode() + body


class Connection:
    """One kept-alive connection with at most one request on its way."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._answer = b""

    def send(self, request: bytes) -> None:
        """Send a request; the last one was answered, so the buffers are empty."""
        self._answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what is there; tell whether it is all of a 204, which has no body."""
        piece = self.socket.recv(65_536)
        self._answer += piece
        if not self._answer.startswith(b"HTTP/1.1 204"[: len(self._answer)]):
            raise SystemExit(f"answered {self._answer!r}")
        if not piece:
            raise SystemExit("the door closed a connection")
        return self._answer.endswith(b"\r\n\r\n")


def drive(
    connections: list[Connection], waiting: Iterator[bytes], deadline: float
) -> list[float]:
    """Send until the time or the requests run out; return seconds per answer."""
    took: list[float] = []
    with selectors.DefaultSelector() as selector:
        for each in connections:
            selector.register(each.socket, selectors.EVENT_READ, each)
            each.send(next(waiting))
        in_flight = len(connections)
        while in_flight:
            for key, _ in selector.select():
                each = key.data
                if not each.is_answered():
                    continue
                now = time.perf_counter()
                took.append(now - each.sent_at)
                following = next(waiting, None) if now < deadline else None
                if following is None:
                    in_flight -= 1
                else:
                    each.send(following)
    return took


def measure(plan: LoadPlan) -> LoadResult:
    """Build, connect, warm up, wait for the word, and go."""
    built = list(requests(plan))
    target = urlsplit(plan.url)
    connections = [
        Connection(str(target.hostname), target.port or 80)
        for _ in range(plan.connections)
    ]
    warm_ups = WARM_UPS_PER_CONNECTION * plan.connections
    drive(connections, iter(built[:warm_ups]), float("inf"))
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    took = drive(connections, iter(built[warm_ups:]), began + plan.seconds)
    seconds = time.perf_counter() - began
    took.sort()
    return LoadResult(
        accepted=(warm_ups + len(took)) * plan.events_each,
        deliveries=len(took),
        seconds=seconds,
        median_s=took[len(took) // 2],
        p99_s=took[len(took) * 99 // 100],
        slowest_s=took[-1],
    )


if __name__ == "__main__":
    print(json.dumps(asdict(measure(LoadPlan(**json.loads(sys.argv[1]))))))
