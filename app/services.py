"""The composition root: from settings to connected parts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
import requests
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.clients import Clients
from app.events import keys
from app.events.archive import Archive, ArchiveOptions
from app.events.books import Books
from app.events.dead import DeadLetters
from app.events.deliveries import Deliveries
from app.events.forgotten import Forgotten
from app.events.illness import Illnesses
from app.events.inbox import Inbox, InboxOptions
from app.events.journal import Journal
from app.events.ledger import Ledger
from app.events.memory import Memory
from app.events.scripts import Scripts
from app.events.sweeps import Sweeps
from app.events.swings import Swings
from app.events.trail import Trail
from app.events.vault import Vault
from app.events.writes import Writes
from app.hubspot.client import HubSpot
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


@dataclass(frozen=True, slots=True)
class Services:
    """What a worker, the ops commands and the tests need.

    Attributes:
        clients: gives the client of a portal.
        remarks: what was left out or stopped, and why.
        plans: what dry runs would have done.
        swings: which properties are written to and fro.
        memory: what was looked up lately.
        trail: where contacts stand, and what became of them.
        sweeps: how far backfill and reconcile are.
        illnesses: what keeps a whole portal from being worked on.
        deliveries: what came to the door.
        archive: what was accepted, as it came.
        forgotten: whom we were told to forget lately.

    """

    settings: Settings
    store: redis.Redis
    scripts: Scripts
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
    trail: Trail
    sweeps: Sweeps
    illnesses: Illnesses
    deliveries: Deliveries
    archive: Archive
    forgotten: Forgotten


def open_door(settings: Settings) -> Door:
    """Connect a web process; it rather answers 503 than waits for the store."""
    store = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=DOOR_TIMEOUT_S,
        socket_connect_timeout=DOOR_TIMEOUT_S / 2,
        # Once more on a connection that died in the pool; storing twice is harmless.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        # What the library is called is read from a file, for every connection.
        driver_info=None,
    )
    _make_ready(store, settings.web_threads + 1)
    scripts = Scripts(store, vault=Vault(settings.store_keys))
    return Door(
        settings,
        Inbox(scripts, inbox_options(settings)),
        deliveries(settings, scripts),
        archive(settings, scripts),
    )


def _make_ready(store: redis.Redis, connections: int) -> None:
    """Connect before there is a crowd: it may take all files there are."""
    pool = store.connection_pool
    held: list[Any] = []
    with contextlib.suppress(redis.RedisError, OSError):
        for _ in range(connections):
            held.append(pool.get_connection())
    for connection in held:
        pool.release(connection)


def connect(
    settings: Settings,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Services:
    """Connect everything else; nothing is called before it is needed.

    Args:
        settings: what the environment says.
        session: carries the calls to HubSpot; None for one of its own.
        sleep: waits for the throttle.

    """
    store = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=WORKER_TIMEOUT_S,
        # A script that was run and not answered must not be run again unseen: what a
        # second claim takes in hand, or a second reservation finds, nobody expects.
        retry=Retry(NoBackoff(), 0),
    )
    scripts = Scripts(store, vault=Vault(settings.store_keys))
    return assemble(settings, store, scripts, session, sleep)


def assemble(
    settings: Settings,
    store: redis.Redis,
    scripts: Scripts,
    session: requests.Session | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Services:
    """Put the parts together on a given store and, for tests, HTTP session."""
    books = Books(scripts)
    throttle = Throttle(store, rate_plan(settings), sleep=sleep)
    memory = Memory(scripts)
    return Services(
        settings=settings,
        store=store,
        scripts=scripts,
        inbox=Inbox(scripts, inbox_options(settings)),
        dead=DeadLetters(scripts),
        books=books,
        ledger=Ledger(scripts),
        writes=Writes(scripts),
        throttle=throttle,
        clients=Clients(settings, throttle, books, memory, session),
        remarks=Journal(scripts, "remarks", MOST_SHOWN),
        plans=Journal(scripts, "plans", MOST_SHOWN),
        swings=Swings(scripts),
        memory=memory,
        trail=Trail(scripts),
        sweeps=Sweeps(scripts),
        illnesses=Illnesses(scripts),
        deliveries=deliveries(settings, scripts),
        archive=archive(settings, scripts),
        forgotten=Forgotten(scripts),
    )


def deliveries(settings: Settings, scripts: Scripts) -> Deliveries:
    """Return the request log, as long as the settings say."""
    return Deliveries(scripts, settings.keep_s, settings.keep_deliveries)


def archive(settings: Settings, scripts: Scripts) -> Archive:
    """Return the archive, as large as the settings say."""
    options = ArchiveOptions(settings.archive_mb * 1024 * 1024, settings.archive_s)
    return Archive(scripts, options, scripts.vault.seal, scripts.vault.open)


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
        most_finished=settings.keep_finished,
    )


def rate_plan(settings: Settings) -> RatePlan:
    """Return what the settings say about HubSpot's limits."""
    return RatePlan(
        calls=settings.rate_calls,
        search_per_s=settings.rate_searches,
        associations=min(settings.rate_calls, MOST_ASSOCIATION_CALLS),
    )
