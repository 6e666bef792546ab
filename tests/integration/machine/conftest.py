"""One round after another, on a real store and a real sandbox, with given rules."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import orjson
import pytest
import redis

from app import services
from app.events import wire
from app.events.dead import DeadLetter
from app.events.journal import Entry
from app.events.scripts import Scripts
from app.sandbox.config import SandboxConfig
from app.sandbox.limits import PLANS
from app.sandbox.testing import Sandbox, running
from app.services import Services
from app.settings import Settings
from workers.action import Action, reactor
from workers.changes import Change
from workers.reconcile import reconcile
from workers.rules.rule import Rule

CREATION = ("contact.creation",)
MOST_ROUNDS = 30


@dataclass(slots=True)
class Machine:
    """A portal, the events of its contacts, and the rules that are tried on them."""

    sandbox: Sandbox
    store: redis.Redis
    rules: list[Rule] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    _serial: count[int] = field(default_factory=lambda: count(1))
    _services: dict[Any, Services] = field(default_factory=dict)

    @property
    def portal(self) -> str:
        return self.sandbox.config.portal_id

    @property
    def services(self) -> Services:
        """What a worker process has, connected once for the same settings."""
        key = tuple(self.more.items())
        if key not in self._services:
            self._services[key] = self._connect()
        return self._services[key]

    def _connect(self) -> Services:
        settings = Settings(
            hubspot_access_token=self.sandbox.config.token,
            hubspot_api_url=self.sandbox.url,
            linger_s=0,
            rate_calls=0,
            rate_searches=0,
            **self.more,
        )
        return services.assemble(settings, self.store, Scripts(self.store))

    def settle_on(
        self,
        *changes: Change,
        on: tuple[str, ...] = CREATION,
        reads: tuple[str, ...] = (),
        name: str = "rule",
        **rule: Any,
    ) -> None:
        """Add a rule that always wants these changes."""

        @reactor(on=on, reads=reads)
        def always(contact: object, events: object) -> Iterator[Change]:
            yield from changes

        self.follow(always, name, **rule)

    def follow(self, action: Action, name: str = "rule", **rule: Any) -> None:
        """Add a rule that takes an action."""
        self.rules.append(replace(Rule.of(action), name=name, **rule))

    def contact(self, **properties: str) -> str:
        """Let a person create a contact."""
        values = {"lastname": "Lovelace", **properties}
        (made,) = self.sandbox.control.create("contacts", [{"properties": values}])
        return made

    def make(self, object_type: str, *to: tuple[str, int], **properties: str) -> str:
        """Let a person create another record, associated with (id, type id)s."""
        links = [
            {
                "to": {"id": to_id},
                "types": [
                    {
                        "associationCategory": "HUBSPOT_DEFINED",
                        "associationTypeId": type_id,
                    }
                ],
            }
            for to_id, type_id in to
        ]
        body = {"properties": properties, "associations": links}
        (made,) = self.sandbox.control.create(object_type, [body])
        return made

    def edit(self, contact_id: str, **properties: str) -> None:
        """Let a person change a contact, without a webhook."""
        change = {"id": contact_id, "properties": properties}
        self.sandbox.control.update("contacts", [change])

    def tell(
        self, contact_id: str, kind: str = "contact.creation", **more: object
    ) -> None:
        """Accept a webhook's event."""
        raw = {
            "eventId": next(self._serial),
            "portalId": int(self.portal),
            "subscriptionType": kind,
            "objectId": int(contact_id),
            "occurredAt": int(time.time() * 1000),
            **more,
        }
        self.services.inbox.accept(wire.parse(orjson.dumps([raw])))

    def work(self, contact_id: str = "", kind: str = "contact.creation") -> None:
        """Take rounds until nothing waits; with a contact, tell of it first."""
        if contact_id:
            self.tell(contact_id, kind)
        for _ in range(MOST_ROUNDS):
            if not self.rush():
                break
            reconcile(self.services, self.rules, self.portal)
        law = self.services.books.law(self.portal)
        assert law.holds, str(law)

    def rush(self) -> int:
        """Make everything that waits due now; return how much there is."""
        waiting = 0
        for lane in ("live", "bulk", "suspect", "leased"):
            key = f"hk:{{{self.portal}}}:{lane}"
            for contact in self.store.zrange(key, 0, -1):
                self.store.zadd(key, {contact: 0})
                waiting += 1
        return waiting

    def read(self, contact_id: str) -> Mapping[str, str]:
        """Return a contact's properties; "" for no value."""
        return Values(self.record("contacts", contact_id)["properties"])

    def record(self, object_type: str, record_id: str) -> dict[str, Any]:
        """Return a record with its associations."""
        found = self.sandbox.control.dump(object_type)
        return next(record for record in found if record["id"] == record_id)

    def linked(self, contact_id: str, object_type: str) -> list[str]:
        """Return the ids of the contact's records of a type."""
        links = self.record("contacts", contact_id)["associations"]
        return sorted({link["id"] for link in links.get(object_type, [])})

    def writes(self) -> int:
        """Return how many calls so far could have changed something."""
        harmless = ("/batch/read", "/search", "/labels")
        return sum(
            each["method"] != "GET" and not each["path"].endswith(harmless)
            for each in self.sandbox.control.requests()
        )

    def dead(self) -> list[DeadLetter]:
        return list(self.services.dead.all(self.portal))

    def remarks(self) -> list[Entry]:
        return self.services.remarks.latest(self.portal)


class Values(dict[str, str]):
    """Properties, with "" for those without a value."""

    def __missing__(self, name: str) -> str:
        return ""

    def __getitem__(self, name: str) -> str:
        return dict.get(self, name) or ""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    config = SandboxConfig(plan=PLANS["unlimited"], search_lag_s=0)
    with running(config) as started:
        yield started


@pytest.fixture
def machine(sandbox: Sandbox, store: redis.Redis) -> Machine:
    sandbox.control.reset()
    return Machine(sandbox, store)
