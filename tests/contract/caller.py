"""A process that calls the sandbox as fast as it may; prints what came of it."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import redis
import requests

from app.errors import Throttled
from app.hubspot.client import HubSpot
from app.hubspot.protocol import Request
from app.hubspot.throttle import RatePlan, Throttle

THREADS = 4
WHAT = Request("GET", "/account-info/v3/details")


@dataclass(frozen=True, slots=True)
class Orders:
    """What one process is to do.

    Attributes:
        url: of the sandbox.
        token: for the sandbox.
        portal_id: whose limit is shared.
        store_url: of the store that the limiter shares.
        until: epoch seconds.
        foreign_per_s: calls of a client that knows no limiter; 0 for our client.

    """

    url: str
    token: str
    portal_id: str
    store_url: str
    until: float
    foreign_per_s: float = 0.0

    def argument(self) -> str:
        return json.dumps(asdict(self))


def ours(orders: Orders) -> list[int]:
    """Call with all threads through the shared limiter; return every status."""
    store = redis.Redis.from_url(orders.store_url)
    with HubSpot(
        orders.url,
        orders.token,
        orders.portal_id,
        throttle=Throttle(store, RatePlan(calls=190)),
        max_wait_s=60,
    ) as hubspot:

        def calls(_: int) -> list[int]:
            statuses = []
            while time.time() < orders.until:
                try:
                    statuses.append(hubspot.send(WHAT).status)
                except Throttled as error:
                    statuses.append(error.status or 0)
            return statuses

        with ThreadPoolExecutor(THREADS) as pool:
            return [each for part in pool.map(calls, range(THREADS)) for each in part]


def foreign(orders: Orders) -> list[int]:
    """Call at a steady pace, whatever anybody says; return every status."""
    statuses = []
    due = time.time()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {orders.token}"
        while due < orders.until:
            time.sleep(max(0.0, due - time.time()))
            answer = session.get(f"{orders.url}{WHAT.path}", timeout=30)
            statuses.append(answer.status_code)
            due += 1 / orders.foreign_per_s
    return statuses


def main(argument: str) -> None:
    orders = Orders(**json.loads(argument))
    found = foreign(orders) if orders.foreign_per_s else ours(orders)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
