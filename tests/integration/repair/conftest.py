"""Dead letters of many kinds on a real store, and what repairs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

import orjson
import pytest
import redis

from app import services
from app.events import wire
from app.events.dead import DeadLetter
from app.events.letter import Burial
from app.events.scripts import Scripts
from app.repair import selection
from app.repair.filter import Filter
from app.repair.order import REPLAY, Order
from app.repair.orders import Orders
from app.services import Services
from app.settings import Settings

PORTAL = "20000001"
ME = "ada@desk"
MOST_STEPS = 1_000


@dataclass(slots=True)
class Ward:
    """A portal in which things die."""

    services: Services
    store: redis.Redis
    _serial: count[int] = field(default_factory=lambda: count(1))

    @property
    def orders(self) -> Orders:
        return Orders(self.services)

    def tell(self, contact: int | str, portal: str = PORTAL, **more: object) -> None:
        """Accept an event."""
        raw = {
            "eventId": next(self._serial),
            "portalId": int(portal),
            "subscriptionType": "contact.creation",
            "objectId": contact,
            "occurredAt": 1_795_166_400_123,
            **more,
        }
        self.services.inbox.accept(wire.parse(orjson.dumps([raw])))

    def bury(
        self, *contacts: int, portal: str = PORTAL, burial: Burial | None = None
    ) -> None:
        """Let one event of each contact die, all in the same moment."""
        for contact in contacts:
            self.tell(contact, portal)
        self.die(portal, burial)

    def die(self, portal: str = PORTAL, burial: Burial | None = None) -> None:
        """Let everything that waits die."""
        kind = burial or Burial("", "refused", "not valid", error_class="Refused")
        while True:
            claim = self.services.inbox.claim(portal, f"t{next(self._serial)}", 1_000)
            if not claim.contacts:
                return
            deaths = [replace(kind, contact_id=c.contact_id) for c in claim.contacts]
            self.services.inbox.bury(claim, deaths)

    def settle(self, portal: str = PORTAL) -> None:
        """Work off everything that waits."""
        while True:
            claim = self.services.inbox.claim(portal, f"t{next(self._serial)}", 1_000)
            if not claim.contacts:
                return
            ends = [(each.contact_id, "written") for each in claim.contacts]
            self.services.inbox.settle(claim, ends)

    def letters(self, **conditions: object) -> list[DeadLetter]:
        """Return the letters that a filter means."""
        filter_ = Filter(portal=PORTAL, **conditions)  # type: ignore[arg-type]
        return list(selection.each(self.services.dead, PORTAL, filter_))

    def order(
        self, verb: str = REPLAY, rate: float = 1e6, **conditions: object
    ) -> Order:
        """Place an order; without conditions for everything."""
        filter_ = Filter(portal=PORTAL, **conditions)  # type: ignore[arg-type]
        return self.orders.place(
            verb, filter_, ME, rate=rate, everything=filter_.is_empty
        )

    def carry_out(self, order: Order, until: Callable[[Order], bool]) -> Order:
        """Take steps, as workers do, until the order is so far."""
        for _ in range(MOST_STEPS):
            now = self.orders.get(order.portal, order.id)
            if until(now):
                return now
            self.orders.step(order.portal)
        raise AssertionError(f"it never came so far: {now}")

    def check(self) -> None:
        """The conservation law holds, in the books and in the store."""
        for portal in self.services.inbox.portals():
            law = self.services.books.law(portal)
            assert law.holds, str(law)


def connect(store: redis.Redis, **more: object) -> Services:
    settings = Settings(linger_s=0, **more)  # type: ignore[arg-type]
    return services.assemble(settings, store, Scripts(store))


@pytest.fixture
def ward(store: redis.Redis) -> Ward:
    return Ward(connect(store), store)
