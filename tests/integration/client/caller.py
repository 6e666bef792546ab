"""Calls from a process of its own, as fast as the throttle lets it; prints when."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import redis

from app.hubspot.throttle import RatePlan, Throttle

THREADS = 4


def main(url: str, plan: str, family: str, lasting_s: str) -> None:
    """Print the moments of all calls, by the store's clock, as a JSON list."""
    store = redis.Redis.from_url(url)
    throttle = Throttle(store, RatePlan(**json.loads(plan)))

    def moment() -> float:
        seconds, micros = store.time()
        return float(seconds) + float(micros) / 1_000_000

    def calls(_: int) -> list[float]:
        moments = []
        while moment() < until:
            throttle.acquire("20000001", family, max_wait_s=60)
            moments.append(moment())
        return moments

    until = moment() + float(lasting_s)
    with ThreadPoolExecutor(THREADS) as pool:
        found = [each for part in pool.map(calls, range(THREADS)) for each in part]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
