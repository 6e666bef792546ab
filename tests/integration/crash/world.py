"""A small portal with one contact of every kind, and what must become of it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import orjson
import pytest
import redis

from app import services
from app.events import scripts, wire
from app.events.books import Books, Law
from app.events.scripts import Scripts
from app.sandbox.testing import Sandbox
from app.services import Services
from app.settings import Settings
from tests.integration.crash.accident import Trip, TrippingSession, TrippingStore
from workers import reconcile, registry
from workers.round import Lease
from workers.rules.book import RuleBook
from workers.rules.rule import Rule

RULES = RuleBook(registry.discover()).rules
MOST_ROUNDS = 60

PEOPLE: Mapping[str, Mapping[str, str]] = {
    "first of a new company": {
        "email": "ada@nordwind-spedition.de",
        "firstname": "ADA",
    },
    "second of the same": {
        "email": "bob@mail.nordwind-spedition.de",
        "phone": "030/90 18 20",
        "country": "Germany",
    },
    "of a company that is there": {"email": "cyd@brightwater-tools.co.uk"},
    "of nobody": {"email": "dan@gmail.com", "lastname": "o'neill", "firstname": "DAN"},
    "with a note": {"email": "eve@brightwater-tools.co.uk", "firstname": "eve"},
    "deleted": {"email": "fay@nordwind-spedition.de"},
}
TOLD = ("email", "firstname", "lastname", "phone", "company", "hs_additional_emails")
# What names a record of other types.
NAMES = {"tasks": "hs_task_subject", "deals": "dealname"}
State = dict[str, Any]


@dataclass(slots=True)
class World:
    """The sandbox, the store, and the events that tell of the one to the other."""

    sandbox: Sandbox
    store: redis.Redis
    ids: dict[str, str] = field(default_factory=dict)
    source_of: Callable[[str], str] = scripts.source
    rules: Sequence[Rule] = RULES
    slept_s: float = 0.0
    _serial: count[int] = field(default_factory=lambda: count(1))

    @property
    def portal(self) -> str:
        return self.sandbox.config.portal_id

    @property
    def law(self) -> Law:
        return Books(Scripts(self.store)).law(self.portal)

    def begin(self, *, quiet: bool = False) -> None:
        """Start anew: everybody was just created, and the events are in the inbox.

        Quiet, nobody has told anything yet.
        """
        control = self.sandbox.control
        control.reset()
        self.store.flushall()
        control.create(
            "companies", [{"properties": {"domain": "brightwater-tools.co.uk"}}]
        )
        created = control.create(
            "contacts", [{"properties": p} for p in PEOPLE.values()]
        )
        self.ids = dict(zip(PEOPLE, created, strict=True))
        to_eve = {"to": {"id": self.ids["with a note"]}, "types": [_NOTE_TO_CONTACT]}
        note = {"hs_note_body": "called", "hs_timestamp": "1795166400000"}
        control.create("notes", [{"properties": note, "associations": [to_eve]}])
        control.delete("contacts", [self.ids["deleted"]])
        if not quiet:
            self.tell(*((contact, "contact.creation") for contact in PEOPLE))
            self.tell(("deleted", "contact.deletion"))

    def tell(self, *happenings: tuple[str, str], **change: object) -> None:
        """Accept events: (who, what), and the change that all of them tell of."""
        raw = [
            {
                "eventId": next(self._serial),
                "portalId": int(self.portal),
                "subscriptionType": kind,
                "objectId": int(self.ids[who]),
                "occurredAt": int(time.time() * 1000),
                **change,
            }
            for who, kind in happenings
        ]
        self.connect().inbox.accept(wire.parse(orjson.dumps(raw)))

    def change_phone(self) -> None:
        """Let a person change a phone number, and its webhook come in."""
        who = "second of the same"
        typed = "0 30 / 90 18 21"
        change = {"id": self.ids[who], "properties": {"phone": typed}}
        self.sandbox.control.update("contacts", [change])
        self.tell(
            (who, "contact.propertyChange"), propertyName="phone", propertyValue=typed
        )

    def delete_somebody(self) -> None:
        """Let a person delete a contact, and its webhook come in."""
        who = "first of a new company"
        self.sandbox.control.delete("contacts", [self.ids[who]])
        self.tell((who, "contact.deletion"))

    def connect(self, trip: Trip | None = None) -> Services:
        """Return what a worker process has, with accidents or without."""
        settings = Settings(
            hubspot_access_token=self.sandbox.config.token,
            hubspot_api_url=self.sandbox.url,
            linger_s=0,
            rate_calls=0,
            rate_searches=0,
        )
        if trip is None:
            return services.assemble(
                settings, self.store, Scripts(self.store, self.source_of)
            )
        store = TrippingStore(connection_pool=self.store.connection_pool)
        store.trip = trip
        return services.assemble(
            settings, store, Scripts(store, self.source_of), TrippingSession(trip)
        )

    def work(self, trip: Trip | None = None) -> None:
        """Let one worker take one round."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reconcile, "Lease", functools.partial(Lease, now=self.clock))
            reconcile.reconcile(self.connect(trip), self.rules, self.portal)

    def clock(self) -> float:
        """Return what the workers' monotonic clocks show, sleep included."""
        return time.monotonic() + self.slept_s

    def finish(self) -> None:
        """Let other workers do the rest, and time pass between them."""
        for _ in range(MOST_ROUNDS):
            self.let_time_pass()
            law = self.law
            if not law.waiting + law.working:
                return
            self.work()

    def let_time_pass(self) -> None:
        """Let every lease run out, every delay be over, and every grace end."""
        self.slept_s += 3600
        prefix = f"hk:{{{self.portal}}}:"
        for place in ("live", "bulk", "suspect", "leased"):
            for contact in self.store.zrange(prefix + place, 0, -1):
                self.store.zadd(prefix + place, {contact: 0})
        for key in self.store.scan_iter(f"{prefix}made:*"):
            for name, entry in self.store.hgetall(key).items():
                if entry.startswith(b"open "):
                    self.store.hset(key, name, b"open 0 " + entry.split(b" ")[2])

    def state(self) -> State:
        """Return what the CRM holds, without ids and times."""
        control = self.sandbox.control
        companies = {
            c["id"]: c["properties"]["domain"] for c in control.dump("companies")
        }
        notes = {
            n["id"]: n["properties"]["hs_note_body"] for n in control.dump("notes")
        }
        others = {
            kind: {each["id"]: each["properties"][name] for each in control.dump(kind)}
            for kind, name in NAMES.items()
        }
        return {
            "companies": sorted(companies.values()),
            **{kind: sorted(found.values()) for kind, found in others.items()},
            "contacts": {
                contact["properties"]["email"]: {
                    **_seen(contact, companies, notes),
                    **_linked(contact, others),
                }
                for contact in control.dump("contacts")
            },
        }


_NOTE_TO_CONTACT = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}


def _seen(
    contact: Mapping[str, Any], companies: Mapping[str, str], notes: Mapping[str, str]
) -> State:
    values, links = contact["properties"], contact["associations"]
    return {
        **{name: values.get(name) for name in TOLD},
        "company of": companies.get(values.get("associatedcompanyid") or ""),
        "companies": sorted(
            companies[link["id"]] for link in links.get("companies", [])
        ),
        "pinned": notes.get(values.get("hs_pinned_engagement_id") or ""),
        "notes": sorted(notes[link["id"]] for link in links.get("notes", [])),
    }


def _linked(
    contact: Mapping[str, Any], others: Mapping[str, Mapping[str, str]]
) -> State:
    links = contact["associations"]
    return {
        kind: sorted({names[link["id"]] for link in links.get(kind, [])})
        for kind, names in others.items()
    }
