"""An inbox on a real store, and events to put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import orjson
import pytest
import redis

from app.events.books import Books
from app.events.dead import DeadLetters
from app.events.inbox import Inbox, InboxOptions
from app.events.ledger import Ledger
from app.events.model import Event
from app.events.scripts import Scripts
from app.events.wire import Oddity, parse

PORTAL = "20000001"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The parts of the store side by side."""

    inbox: Inbox
    books: Books
    dead: DeadLetters
    ledger: Ledger
    store: redis.Redis

    def with_options(self, **options: float) -> Inbox:
        """Give an inbox of other patience on the same store."""
        return Inbox(Scripts(self.store), InboxOptions(**options))  # type: ignore[arg-type]


@pytest.fixture
def shelf(store: redis.Redis) -> Shelf:
    scripts = Scripts(store)
    inbox = Inbox(scripts, InboxOptions(linger_s=0, lease_s=60))
    return Shelf(inbox, Books(scripts), DeadLetters(scripts), Ledger(scripts), store)


MakeEvent = Callable[..., Event | Oddity]


@pytest.fixture
def event() -> MakeEvent:
    """Make events that differ from one another unless they are told not to."""
    serial = count(1)

    def make(contact: int | str = 501, **fields: object) -> Event | Oddity:
        raw = {
            "eventId": next(serial),
            "subscriptionId": 7,
            "portalId": int(PORTAL),
            "appId": 11,
            "occurredAt": 1_795_166_400_123,
            "subscriptionType": "contact.propertyChange",
            "attemptNumber": 0,
            "objectId": contact,
            "propertyName": "email",
            "propertyValue": "ada@example.com",
            "changeSource": "CRM_UI",
            "sourceId": "userId:777",
            **fields,
        }
        return parse(orjson.dumps([raw]))[0]

    return make
