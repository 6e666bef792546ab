"""POSTs what actions forward to URLs of the user's, signed, each message once.

The signature is made as HubSpot makes its own, version 3, so that the receiver can use
any library that checks those. A message that may have been taken although no answer
came is sent again: receivers tell it by its Idempotency-Key.
https://developers.hubspot.com/docs/apps/developer-platform/add-features/authentication/request-validation
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import orjson
import urllib3

from app.errors import GiveUp, NotTaken, Snooze
from app.events.ledger import Standing, Thing
from app.hubspot.signature import sign_v3
from workers.changes import Forward
from workers.plan import message_name
from workers.round import Job, Round
from workers.writeback.passage import NoWayThere, Passage

SIGNATURE = "X-HubSpot-Signature-v3"
TIMESTAMP = "X-HubSpot-Request-Timestamp"
# How long a message counts as sent.
REMEMBERED_S = 30 * 24 * 3600.0
THREADS = 8
# A round sends for this long at most; what is left waits for the next one.
PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one contact, ready to be sent."""

    job: Job
    url: str
    body: bytes
    key: str

    @property
    def thing(self) -> Thing:
        """Its name in the ledger, which says nothing about the contact."""
        return f"forward:{self.key}", "message"


def send(round_: Round, clock: Callable[[], float] = time.monotonic) -> None:
    """Send what was not sent yet; a message that is not taken fails its contact."""
    messages = [
        _message(job, change)
        for job in round_.at_work()
        for change in job.plan.forwards.values()
    ]
    if not messages:
        return
    entries = round_.ledger.reserve(
        round_.portal,
        round_.token,
        [message.thing for message in messages],
        ttl_s=REMEMBERED_S,
        grace_s=0,
    )
    due = [m for m in messages if entries[m.thing].standing is Standing.YOURS]
    until = clock() + PATIENCE_S
    post = _Post(round_.services.settings.forward_secret, _passage(round_))

    def try_one(message: Message) -> Exception | None:
        if clock() > until:
            return Snooze(1, "more to forward than one round has time for")
        return post(message)

    with ThreadPoolExecutor(THREADS, "forward") as pool:
        outcomes = list(pool.map(try_one, due))
    _conclude(round_, due, outcomes)


def _passage(round_: Round) -> Passage:
    return Passage(private=round_.services.settings.forward_private)


def _conclude(
    round_: Round, due: Sequence[Message], outcomes: Sequence[Exception | None]
) -> None:
    pairs = list(zip(due, outcomes, strict=True))
    sent = {m.thing: "sent" for m, failure in pairs if failure is None}
    round_.ledger.confirm(round_.portal, round_.token, sent, ttl_s=REMEMBERED_S)
    for message, failure in pairs:
        if failure is not None:
            message.job.fail(failure)
        elif message.job.outcome == "unchanged":
            message.job.outcome = "written"


def _message(job: Job, change: Forward) -> Message:
    events = [event.raw for event in job.claimed.events]
    payload = {**change.payload, "contactId": job.id, "events": events}
    mark = orjson.dumps([job.id, change.url, message_name(change)])
    key = hashlib.blake2b(mark, digest_size=16).hexdigest()
    return Message(job, change.url, orjson.dumps(payload), key)


class _Post:
    """Sends messages, and reads the verdict from the answer."""

    def __init__(self, secret: str, passage: Passage) -> None:
        self._secret = secret
        self._passage = passage

    def __call__(self, message: Message) -> Exception | None:
        if not self._secret:
            return GiveUp("FORWARD_SECRET is not set, and nothing is sent unsigned")
        timestamp = str(int(time.time() * 1000))
        signature = sign_v3(self._secret, "POST", message.url, message.body, timestamp)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "hubkeeper",
            "Idempotency-Key": message.key,
            SIGNATURE: signature,
            TIMESTAMP: timestamp,
        }
        try:
            status, retry_after = self._passage.post(message.url, message.body, headers)
        except NoWayThere as error:
            return GiveUp(str(error))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return NotTaken(
                f"{_host(message.url)} did not answer: {type(error).__name__}"
            )
        return _verdict(_host(message.url), status, retry_after)


def _verdict(host: str, status: int, retry_after: str) -> Exception | None:
    """Read the answer as HubSpot's answers are read."""
    if 200 <= status < 300:
        return None
    words = f"{host} answered {status} to what was forwarded"
    if status in (423, 429):
        return Snooze(float(retry_after) if retry_after.isdecimal() else 10.0, words)
    if status >= 500 or status == 408:
        return NotTaken(words)
    return GiveUp(words)


def _host(url: str) -> str:
    return urllib3.util.parse_url(url).host or "nobody"
