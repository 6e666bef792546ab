"""Delivers webhooks of its own, signed, until each got a 2xx; remembers which did."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests

from app.cli.local import SANDBOX
from app.hubspot import signature

# HubSpot gives up on an answer after 5 s and on a delivery after a day; here it is
# less and sooner.
PATIENCE_S = 1.5
MOST_ATTEMPTS = 60
AGAIN_S = 0.3
# One delivery in so many is sent once more although it was answered, and late.
REPEATED = 6

Payload = dict[str, Any]


@dataclass(slots=True)
class Postman:
    """Sends deliveries from a few threads.

    Attributes:
        url: that is called and signed.
        acked: when each event got its 2xx, by eventId; `time.monotonic()`.
        tried: every event that was sent at least once.
        given_up: those that were sent in vain too often.
        refused: answers that a delivery of HubSpot must never get, in words.
        repeats: how many events were sent again although they were answered.

    """

    url: str
    acked: dict[int, float] = field(default_factory=dict)
    tried: set[int] = field(default_factory=set)
    given_up: set[int] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    repeats: int = 0
    _over: threading.Event = field(default_factory=threading.Event)
    _serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(8, "postman")
    )
    _sent: list[Future[None]] = field(default_factory=list)
    _late: list[list[Payload]] = field(default_factory=list)

    def event(self, contact_id: str, kind: str, **more: object) -> Payload:
        """Return an event the way HubSpot writes it."""
        return {
            "eventId": next(self._serial),
            "subscriptionId": 3329278,
            "portalId": int(SANDBOX.portal_id),
            "appId": int(SANDBOX.app_id),
            "occurredAt": int(time.time() * 1000),
            "subscriptionType": kind,
            "attemptNumber": 0,
            "objectId": int(contact_id),
            "changeSource": "CRM_UI",
            "sourceId": "userId:777",
            **more,
        }

    def send(self, events: Sequence[Payload], rng: random.Random) -> None:
        """Deliver events in random portions, in the background."""
        mixed = list(events)
        rng.shuffle(mixed)
        while mixed:
            size = rng.randint(1, 20)
            part, mixed = mixed[:size], mixed[size:]
            self._sent.append(self._pool.submit(self._deliver, part))
            if not rng.randrange(REPEATED):
                self._late.append(part)

    def repeat(self) -> None:
        """Send some deliveries of earlier episodes once more, long after."""
        late, self._late = self._late, []
        self.repeats += sum(map(len, late))
        self._sent += [self._pool.submit(self._deliver, part, 3) for part in late]

    def wait(self) -> None:
        """Wait until every delivery is answered with 2xx, or given up."""
        sent, self._sent = self._sent, []
        for each in sent:
            each.result()

    def stop(self) -> None:
        """Send nothing any more, not even what was not answered yet."""
        self._over.set()
        self._pool.shutdown(cancel_futures=True)

    def _deliver(self, events: list[Payload], first_attempt: int = 0) -> None:
        with requests.Session() as session:
            for attempt in range(first_attempt, MOST_ATTEMPTS):
                status = self.post(session, events, attempt)
                answered = status is not None and 200 <= status < 300
                if answered or self._over.wait(AGAIN_S):
                    return
        with self._lock:
            self.given_up.update(event["eventId"] for event in events)

    def post(
        self, session: requests.Session, events: list[Payload], attempt: int = 0
    ) -> int | None:
        """Make one attempt; return the status, None for no answer at all."""
        body = orjson.dumps([{**event, "attemptNumber": attempt} for event in events])
        with self._lock:
            self.tried.update(event["eventId"] for event in events)
        answer = _post(session, self.url, body)
        now = time.monotonic()
        with self._lock:
            if answer is None:
                return None
            if 200 <= answer.status_code < 300:
                self.acked.update((event["eventId"], now) for event in events)
            elif answer.status_code != 503:
                self.refused.append(f"{answer.status_code}: {answer.text[:200]}")
            return answer.status_code


def _post(
    session: requests.Session,
    url: str,
    body: bytes,
    now: Callable[[], float] = time.time,
) -> requests.Response | None:
    timestamp = str(int(now() * 1000))
    proof = signature.sign_v3(SANDBOX.client_secret, "POST", url, body, timestamp)
    headers = {
        "Content-Type": "application/json",
        signature.TIMESTAMP: timestamp,
        signature.SIGNATURE_V3: proof,
    }
    try:
        return session.post(url, body, headers=headers, timeout=PATIENCE_S)
    except requests.RequestException:
        return None
