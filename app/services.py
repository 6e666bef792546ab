"""The composition root: from settings to connected parts."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import redis
import requests
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.errors import Denied, StoreDown
from app.events import keys
from app.events.archive import Archive, ArchiveOptions
from app.events.books import Books
from app.events.dead import DeadLetters
from app.events.deliveries import Deliveries
from app.events.inbox import Inbox, InboxOptions
from app.events.journal import Journal
from app.events.ledger import Ledger
from app.events.memory import Memory
from app.events.scripts import Scripts
from app.events.swings import Swings
from app.events.writes import Writes
from app.hubspot.client import CallRecord, HubSpot
from app.hubspot.throttle import RatePlan, Throttle
from app.hubspot.version import ApiVersion
from app.settings import Settings

# HubSpot waits five seconds for an answer; one second is ours to find the store.
DOOR_TIMEOUT_S = 0.7
WORKER_TIMEOUT_S = 10.0
# How many remarks and plans of a portal are kept for people to see.
MOST_SHOWN = 1_000
# Per ten seconds; accounts with a smaller allowance have the same for associations.
# https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
MOST_ASSOCIATION_CALLS = 150


@dataclass(frozen=True, slots=True)
class Door:
    """What the web process needs."""

    settings: Settings
    inbox: Inbox
    deliveries: Deliveries
    archive: Archive


class Clients:
    """The HubSpot client of each portal; a token opens exactly one portal."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        books: Books,
        session: requests.Session | None = None,
    ) -> None:
        self._settings = settings
        self._throttle = throttle
        self._books = books
        self._session = session
        self._clients: dict[str, HubSpot] = {}

    def of(self, portal: str) -> HubSpot:
        """Return the portal's client, once it is sure that the token is of this portal.

        Raises:
            Denied: the token belongs to another portal; its contacts have the same
                ids, and writing to them would be worse than not writing at all.
            HubSpotError: HubSpot could not be asked.

        """
        if portal not in self._clients:
            client = self.unchecked(portal)
            owner = client.account.details().portal_id
            if owner != portal:
                raise Denied(
                    f"HUBSPOT_ACCESS_TOKEN is of portal {owner}, the event of {portal};"
                    " remove the webhook there, or run a hubkeeper with its token"
                )
            self._clients[portal] = client
        return self._clients[portal]

    def unchecked(self, portal: str) -> HubSpot:
        """Return a client that shares the portal's limits, whoever owns the token."""

        def count(call: CallRecord) -> None:
            # An answer that has come is worth more than its place in the statistics.
            with contextlib.suppress(StoreDown):
                self._books.record_call(portal, call.route, call.inputs)

        return HubSpot(
            self._settings.hubspot_api_url,
            self._settings.hubspot_access_token,
            portal,
            version=ApiVersion.of(self._settings.hubspot_api_version),
            throttle=self._throttle,
            session=self._session,
            timeout=(3.05, self._settings.http_timeout_s),
            on_call=count,
        )


@dataclass(frozen=True, slots=True)
class Services:
    """What a worker, the ops commands and the tests need.

    Attributes:
        clients: gives the client of a portal.
        remarks: what was left out or stopped, and why.
        plans: what dry runs would have done.
        swings: which properties are written to and fro.
        memory: what was looked up lately.
        deliveries: what came to the door.
        archive: what was accepted, as it came.

    """

    settings: Settings
    store: redis.Redis
    inbox: Inbox
    dead: DeadLetters
    books: Books
    ledger: Ledger
    writes: Writes
    throttle: Throttle
    clients: Clients
    remarks: Journal
    plans: Journal
    swings: Swings
    memory: Memory
    deliveries: Deliveries
    archive: Archive


def open_door(settings: Settings) -> Door:
    """Connect a web process; it rather answers 503 than waits for the store."""
    store = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=DOOR_TIMEOUT_S,
        socket_connect_timeout=DOOR_TIMEOUT_S / 2,
        # Once more on a connection that died in the pool; storing twice is harmless.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    scripts = Scripts(store)
    return Door(
        settings,
        Inbox(scripts, inbox_options(settings)),
        deliveries(settings, scripts),
        archive(settings, scripts),
    )


def connect(settings: Settings) -> Services:
    """Connect everything else; nothing is called before it is needed."""
    store = redis.Redis.from_url(settings.redis_url, socket_timeout=WORKER_TIMEOUT_S)
    return assemble(settings, store, Scripts(store))


def assemble(
    settings: Settings,
    store: redis.Redis,
    scripts: Scripts,
    session: requests.Session | None = None,
) -> Services:
    """Put the parts together on a given store and, for tests, HTTP session."""
    books = Books(scripts)
    throttle = Throttle(store, rate_plan(settings))
    return Services(
        settings=settings,
        store=store,
        inbox=Inbox(scripts, inbox_options(settings)),
        dead=DeadLetters(scripts),
        books=books,
        ledger=Ledger(scripts),
        writes=Writes(scripts),
        throttle=throttle,
        clients=Clients(settings, throttle, books, session),
        remarks=Journal(scripts, "remarks", MOST_SHOWN),
        plans=Journal(scripts, "plans", MOST_SHOWN),
        swings=Swings(scripts),
        memory=Memory(scripts),
        deliveries=deliveries(settings, scripts),
        archive=archive(settings, scripts),
    )


def deliveries(settings: Settings, scripts: Scripts) -> Deliveries:
    """Return the request log, as long as the settings say."""
    return Deliveries(scripts, settings.keep_s, settings.keep_deliveries)


def archive(settings: Settings, scripts: Scripts) -> Archive:
    """Return the archive, as large as the settings say."""
    most_bytes = settings.archive_mb * 1024 * 1024
    return Archive(scripts, ArchiveOptions(most_bytes, settings.archive_s))


def without_limits(settings: Settings) -> HubSpot:
    """Return a client for a call or two, before there is a store to share limits in."""
    return HubSpot(
        settings.hubspot_api_url,
        settings.hubspot_access_token,
        keys.NOWHERE,
        version=ApiVersion.of(settings.hubspot_api_version),
    )


def inbox_options(settings: Settings) -> InboxOptions:
    """Return what the settings say about the inbox."""
    return InboxOptions(
        linger_s=settings.linger_s,
        lease_s=settings.lease_s,
        most_waiting=settings.max_waiting_events,
    )


def rate_plan(settings: Settings) -> RatePlan:
    """Return what the settings say about HubSpot's limits."""
    return RatePlan(
        calls=settings.rate_calls,
        search_per_s=settings.rate_searches,
        associations=min(settings.rate_calls, MOST_ASSOCIATION_CALLS),
    )
