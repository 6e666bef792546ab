"""The rate limiter on a real store: several processes, one allowance."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from app.errors import StoreDown, Throttled
from app.hubspot.throttle import CALLS_SLACK_S, RatePlan, Throttle

PORTAL = "20000001"
SMALL = RatePlan(calls=20, per_s=1.0, associations=5, search_per_s=4)


def headers(most: int, remaining: int, interval_ms: int = 1000) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(most),
        "x-hubspot-ratelimit-remaining": str(remaining),
        "x-hubspot-ratelimit-interval-milliseconds": str(interval_ms),
    }


def no_sleep(_: float) -> None:
    pytest.fail("slept although there was room")


def impatient(store: redis.Redis, plan: RatePlan = SMALL) -> Callable[..., None]:
    """Return an acquire that raises Throttled rather than wait."""
    throttle = Throttle(store, plan, sleep=no_sleep)

    def acquire(family: str = "objects", lane: str = "live") -> None:
        throttle.acquire(PORTAL, family, lane=lane, max_wait_s=0.0)

    return acquire


def granted(
    acquire: Callable[..., None], family: str = "objects", lane: str = "live"
) -> int:
    """Count the calls that go out at once."""
    for count in range(500):
        try:
            acquire(family, lane)
        except Throttled:
            return count
    return 500


def worst(moments: Sequence[float], window_s: float) -> int:
    """Return the most calls that any window saw."""
    ordered = sorted(moments)
    return max(
        sum(start <= each < start + window_s for each in ordered) for start in ordered
    )


def store_time(store: redis.Redis) -> float:
    seconds, micros = store.time()
    return float(seconds) + float(micros) / 1_000_000


def moments_of_calls(
    url: str, plan: RatePlan, family: str, lasting_s: float, processes: int
) -> list[float]:
    """Let several processes call for so long; return when each call went out."""
    arguments = [url, json.dumps(dataclasses.asdict(plan)), family, str(lasting_s)]
    command = [sys.executable, str(Path(__file__).with_name("caller.py")), *arguments]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(processes)
    ]
    printed = [each.communicate()[0] for each in running]
    assert [each.returncode for each in running] == [0] * processes
    return [moment for text in printed for moment in json.loads(text)]


@pytest.mark.parametrize(
    ("family", "limit"), [("objects", 20), ("search", 4), ("associations", 5)]
)
def test_no_window_sees_one_call_too_many_whoever_calls(
    store_url: str, store: redis.Redis, family: str, limit: int
) -> None:
    """Three processes with four threads each share one allowance."""
    moments = moments_of_calls(store_url, SMALL, family, 4.0, processes=3)
    assert worst(moments, 1.0) <= limit
    windows = (max(moments) - min(moments)) / (1.0 + CALLS_SLACK_S)
    assert len(moments) >= 0.8 * limit * windows


def test_calls_that_wait_go_out_as_soon_as_the_window_moves(store: redis.Redis) -> None:
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        time.sleep(seconds)

    throttle = Throttle(store, SMALL, sleep=sleep, jitter=lambda: 0.0)
    for _ in range(21):
        throttle.acquire(PORTAL)
    assert len(naps) <= 2
    assert sum(naps) <= 1.0 + CALLS_SLACK_S + 0.002


def test_portals_do_not_share_an_allowance(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL, sleep=no_sleep)
    for portal in ("1", "2"):
        for _ in range(20):
            throttle.acquire(portal, max_wait_s=0.0)


def test_too_long_a_wait_is_told_and_not_waited(store: redis.Redis) -> None:
    acquire = impatient(store)
    assert granted(acquire) == 20
    with pytest.raises(Throttled, match="allowance of calls") as caught:
        acquire()
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 1.0 + CALLS_SLACK_S


def test_bulk_work_leaves_room_for_live_work(store: redis.Redis) -> None:
    acquire = impatient(store, RatePlan(calls=100))
    assert granted(acquire, lane="bulk") == 95
    assert granted(acquire, lane="live") == 5


def test_association_calls_count_twice_and_object_calls_once(
    store: redis.Redis,
) -> None:
    acquire = impatient(store)
    assert granted(acquire, "associations") == 5
    assert granted(acquire, "objects") == 15


@pytest.mark.parametrize(("counts", "left"), [(False, 20), (True, 16)])
def test_search_has_a_limit_of_its_own(
    store: redis.Redis, counts: bool, left: int
) -> None:
    plan = RatePlan(calls=20, search_per_s=4, search_counts_as_call=counts)
    acquire = impatient(store, plan)
    assert granted(acquire, "search") == 4
    assert left == granted(acquire, "objects")


def test_calls_of_the_day_come_to_an_end(store: redis.Redis) -> None:
    acquire = impatient(store, RatePlan(calls=20, daily=7))
    assert granted(acquire) == 7
    with pytest.raises(Throttled, match="of the day") as caught:
        acquire()
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 86_400


def test_unlimited_plan_limits_nothing_but_obeys_a_pause(store: redis.Redis) -> None:
    acquire = impatient(store, RatePlan.unlimited())
    for family in ("objects", "search", "associations"):
        assert granted(acquire, family) == 500
    Throttle(store, SMALL).pause(PORTAL, 60, "because")
    assert granted(acquire) == 0


def test_pause_stops_everybody_and_says_why(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL)
    assert throttle.paused(PORTAL) is None
    throttle.pause(PORTAL, 60, "HubSpot refuses the token")
    paused = Throttle(store, SMALL).paused(PORTAL)
    assert paused is not None
    left_s, reason = paused
    assert 59 < left_s <= 60
    assert reason == "HubSpot refuses the token"
    with pytest.raises(Throttled, match="refuses the token") as caught:
        impatient(store)()
    assert caught.value.retry_after is not None
    assert 59 < caught.value.retry_after <= 60
    assert throttle.paused("another") is None


@pytest.mark.parametrize("order", [(600, 10), (10, 600)])
def test_the_longest_pause_counts(store: redis.Redis, order: Sequence[int]) -> None:
    throttle = Throttle(store, SMALL)
    for seconds in order:
        throttle.pause(PORTAL, seconds, f"for {seconds}")
    paused = throttle.paused(PORTAL)
    assert paused is not None
    assert (paused[0] > 590, paused[1]) == (True, "for 600")


def test_pause_without_length_does_not_stop_anybody(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL)
    throttle.pause(PORTAL, 0, "nothing")
    assert throttle.paused(PORTAL) is None


def test_portal_goes_on_when_it_is_told_to(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL)
    throttle.pause(PORTAL, 60, "because")
    throttle.resume(PORTAL)
    assert throttle.paused(PORTAL) is None
    assert granted(impatient(store)) == 20


def test_those_who_wait_go_on_after_a_short_pause(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL)
    throttle.pause(PORTAL, 0.2, "shortly")
    throttle.acquire(PORTAL, max_wait_s=5)
    assert throttle.paused(PORTAL) is None


def test_smaller_allowance_than_planned_is_learnt(store: redis.Redis) -> None:
    Throttle(store, SMALL).observe(PORTAL, headers(most=12, remaining=12))
    assert granted(impatient(store)) == 12


def test_larger_allowance_counts_only_for_a_plan_that_grows(store: redis.Redis) -> None:
    Throttle(store, SMALL).observe(PORTAL, headers(most=40, remaining=40))
    assert granted(impatient(store)) == 20
    store.delete(f"hk:{{{PORTAL}}}:rate:calls")
    assert granted(impatient(store, RatePlan(calls=20, per_s=1.0, grows=True))) == 40


def test_calls_of_other_apps_take_room_from_ours(store: redis.Redis) -> None:
    """HubSpot counts 13 calls, of which 3 are ours; the others may make one more."""
    acquire = impatient(store)
    for _ in range(3):
        acquire()
    Throttle(store, SMALL).observe(PORTAL, headers(most=20, remaining=7))
    assert granted(acquire) == 6


def test_other_apps_are_noticed_by_the_one_who_calls(store: redis.Redis) -> None:
    """An answer is looked at again only if it says more than the last grant."""
    throttle = Throttle(store, SMALL, sleep=no_sleep)
    for remaining in (19, 18, 7):
        throttle.acquire(PORTAL, max_wait_s=0.0)
        throttle.observe(PORTAL, headers(20, remaining))
    assert granted(impatient(store)) == 6


def test_other_apps_are_forgotten_after_a_window(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL)
    throttle.observe(PORTAL, headers(most=20, remaining=0))
    acquire = impatient(store)
    assert granted(acquire) == 1
    throttle.acquire(PORTAL, max_wait_s=5)
    throttle.acquire(PORTAL, max_wait_s=5)
    assert granted(acquire) == 18


def test_own_calls_are_not_taken_for_those_of_others(store: redis.Redis) -> None:
    throttle = Throttle(store, SMALL, sleep=no_sleep)
    for made in range(1, 21):
        throttle.acquire(PORTAL, max_wait_s=0.0)
        throttle.observe(PORTAL, headers(20, 20 - made))


@pytest.mark.parametrize(
    "odd",
    [
        {},
        headers(most=1, remaining=0, interval_ms=60_000),
        {"x-hubspot-ratelimit-max": "many", "x-hubspot-ratelimit-remaining": "0"},
        {"x-hubspot-ratelimit-max": "0", "x-hubspot-ratelimit-remaining": "0"},
        {"x-hubspot-ratelimit-max": "1"},
    ],
)
def test_headers_that_make_no_sense_change_nothing(
    store: redis.Redis, odd: dict[str, str]
) -> None:
    Throttle(store, SMALL).observe(PORTAL, odd)
    assert granted(impatient(store)) == 20


@pytest.mark.parametrize("family", ["search", "associations"])
def test_headers_of_calls_with_another_limit_are_left_alone(
    store: redis.Redis, family: str
) -> None:
    Throttle(store, SMALL).observe(PORTAL, headers(most=1, remaining=0), family)
    assert granted(impatient(store)) == 20


def test_limiter_recovers_when_the_clock_of_the_store_is_set_back(
    store: redis.Redis,
) -> None:
    """After a failover the new store may live in the past of the old one."""
    ahead = store_time(store) + 3600
    store.rpush(f"hk:{{{PORTAL}}}:rate:calls", *[f"{ahead:.6f}"] * 20)
    assert granted(impatient(store)) == 20


def test_everything_is_kept_under_the_portals_hash_tag_and_expires(
    store: redis.Redis,
) -> None:
    throttle = Throttle(store, RatePlan(calls=20, per_s=1.0, daily=100))
    for family in ("objects", "search", "associations"):
        throttle.acquire(PORTAL, family)
    throttle.observe(PORTAL, headers(most=20, remaining=1))
    throttle.pause(PORTAL, 5, "x")
    throttle.pause(PORTAL, 5, "x", family="search")
    names = {name.decode() for name in store.scan_iter()}
    assert {name.rpartition(":rate:")[0] for name in names} == {f"hk:{{{PORTAL}}}"}
    assert {name.rpartition(":rate:")[2] for name in names} == {
        "allowance",
        "associations",
        "calls",
        "daily",
        "foreign",
        "pause",
        "pause:search",
        "search",
    }
    assert all(store.ttl(name) > -1 for name in names)


def test_store_that_does_not_answer_is_told_as_such() -> None:
    nowhere = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    throttle = Throttle(nowhere, SMALL)
    for attempt in (
        lambda: throttle.acquire(PORTAL),
        lambda: throttle.pause(PORTAL, 1, "x"),
        lambda: throttle.paused(PORTAL),
        lambda: throttle.resume(PORTAL),
        lambda: throttle.observe(PORTAL, headers(10, 1)),
    ):
        with pytest.raises(StoreDown):
            attempt()


def test_grants_are_in_the_order_of_the_stores_clock(store: redis.Redis) -> None:
    """Many threads at once: every grant has a place of its own in the window."""
    throttle = Throttle(store, SMALL)
    threads = [
        threading.Thread(target=throttle.acquire, args=(PORTAL,)) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [float(each) for each in store.lrange(f"hk:{{{PORTAL}}}:rate:calls", 0, -1)]
    assert len(kept) == 20
    assert all(earlier <= later for earlier, later in pairwise(kept))
