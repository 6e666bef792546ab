"""Every kind of accident, and the seeded choice of what happens when.

An accident does something, takes a while, and undoes it; several overlap. What it was
meant for is found when its time comes: "the worker that has contacts in hand" is
another process each time, so a seed repeats the plan, not every instant of it.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import redis
import requests

from app.cli.local import SANDBOX
from app.errors import StoreDown
from tests.chaos.fleet import LEASE_S, SKEWED, WEBS, WORKERS, Fleet
from tests.chaos.postman import Postman
from tests.chaos.proxy import Trick

PORTAL = SANDBOX.portal_id
# HubSpot is never so quick that a round is over before anything can happen to it.
SLOW: Mapping[str, object] = {"kind": "slow", "delay_s": 0.06}
# batch/create, batch/update and batch/archive.
WRITES = "*/batch/*[tv]e"
# By how much a clock is wrong, seconds.
JUMPS = (-86_400, -600, -30, 30, 600, 86_400)
LOOK_S = 0.01
MOST_LOOKED_S = 1.0


@dataclass(slots=True)
class Scene:
    """What an accident can lay hands on.

    Attributes:
        rng: decides how long things take, and whom they meet.
        edit: people edit some contacts at once.
        arrive: more contacts come.
        findings: what an accident itself saw that must not be.

    """

    fleet: Fleet
    postman: Postman
    rng: random.Random
    edit: Callable[[], None]
    arrive: Callable[[], None]
    findings: list[str]

    def worker_at_work(self) -> tuple[str, int]:
        """Return a worker that has contacts in hand, and the process that has them.

        If nobody takes any for a while, any worker.
        """
        fleet = self.fleet
        inbox = fleet.connect().inbox
        deadline = time.monotonic() + MOST_LOOKED_S
        while time.monotonic() < deadline:
            with contextlib.suppress(StoreDown):
                for token in inbox.holders(PORTAL):
                    pid = int(token.split(":")[1])
                    name = fleet.name_of(pid)
                    if name in WORKERS:
                        return name, pid
            time.sleep(LOOK_S)
        name = self.rng.choice([n for n in WORKERS if n in fleet.children])
        return name, fleet.pool_child(name) or fleet.children[name].pid


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of accident.

    Attributes:
        happen: does it, and undoes it.
        weight: how often it is chosen, beside the others.
        hits_workers: whether a contact may lose its worker by it.

    """

    happen: Callable[[Scene], None]
    weight: int = 2
    hits_workers: bool = False


def kill_worker(scene: Scene) -> None:
    name, _ = scene.worker_at_work()
    scene.fleet.kill(name)
    scene.fleet.start(name)


def kill_pool_child(scene: Scene) -> None:
    name, pid = scene.worker_at_work()
    scene.fleet.kill_one(pid, name)


def freeze_worker(scene: Scene) -> None:
    """It sleeps longer than its lease; others take over, people go on typing."""
    name, _ = scene.worker_at_work()
    seconds = LEASE_S + scene.rng.uniform(0.3, 1.5)
    scene.fleet.freeze(name, seconds, meanwhile=scene.edit)


def freeze_worker_shortly(scene: Scene) -> None:
    name, _ = scene.worker_at_work()
    scene.fleet.freeze(name, scene.rng.uniform(0.1, LEASE_S / 2))


def kill_web(scene: Scene) -> None:
    name = scene.rng.choice(WEBS)
    scene.fleet.kill(name)
    scene.fleet.start(name)


def freeze_web(scene: Scene) -> None:
    scene.fleet.freeze(scene.rng.choice(WEBS), scene.rng.uniform(0.2, 2.0))


def kill_store(scene: Scene) -> None:
    with scene.fleet.alone_with("store"):
        scene.fleet.kill("store")
        time.sleep(scene.rng.uniform(0, 0.7))
        scene.fleet.start("store")


def freeze_store(scene: Scene) -> None:
    scene.fleet.freeze("store", scene.rng.uniform(0.2, 1.5))


def fill_store(scene: Scene) -> None:
    """The store is full: the door must say 503, and mean it."""
    with scene.fleet.alone_with("store"), scene.fleet.client() as store:
        with contextlib.suppress(redis.RedisError):
            store.config_set("maxmemory", "1mb")
            _must_refuse(scene, "a store without memory")
            time.sleep(scene.rng.uniform(0.1, 0.7))
        _until_done(lambda: store.config_set("maxmemory", "0"))


def fill_disk(scene: Scene) -> None:
    """The store's file cannot grow any more, in the middle of a write."""
    with scene.fleet.alone_with("store") as process:
        scene.fleet.limit_file_size(scene.rng.randrange(1, 20_000))
        deadline = time.monotonic() + MOST_LOOKED_S
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(LOOK_S)
        if process.poll() is None:  # hardly anything was written
            scene.fleet.limit_file_size(0)
            _must_refuse(scene, "a store without disk")
            scene.fleet.kill("store")
        scene.fleet.signals["disk full"] += 1
        time.sleep(scene.rng.uniform(0, 0.4))
        scene.fleet.start("store")


def freeze_hubspot(scene: Scene) -> None:
    scene.fleet.freeze("sandbox", scene.rng.uniform(0.5, 2.0))


def move_clock(scene: Scene) -> None:
    """A worker's time of day jumps, by seconds or by a day, while it works."""
    fleet, offset = scene.fleet, scene.rng.choice(JUMPS)
    with fleet.alone_with(SKEWED):
        for skewed in (True, False):
            fleet.kill(SKEWED)
            fleet.skewed = skewed
            fleet.set_clock(0)
            fleet.start(SKEWED)
            if skewed:
                fleet.wait_for(SKEWED)
                fleet.set_clock(offset)
                scene.arrive()
                time.sleep(scene.rng.uniform(2.0, 3.0))


def deploy(scene: Scene) -> None:
    """A new version: each process is told to end and started anew, in turn."""
    fleet = scene.fleet
    for name in [n for n in (*WEBS, *WORKERS) if n in fleet.children]:
        fleet.terminate(name)
        fleet.start(name)
        fleet.wait_for(name)


def hubspot_says(*faults: Mapping[str, object]) -> Callable[[Scene], None]:
    """Return an accident in which HubSpot itself has a bad moment."""

    def happen(scene: Scene) -> None:
        control = scene.fleet.control()
        control.put_faults(*faults, SLOW)
        time.sleep(scene.rng.uniform(0.5, 1.2))
        control.put_faults(SLOW)
        control.close()

    return happen


def take_time(scene: Scene) -> None:
    """HubSpot is long at the last write of a round; people type while it is."""
    control = scene.fleet.control()
    late = {"kind": "slow", "path": "*/contacts/batch/update", "delay_s": 0.8}
    control.put_faults(late, SLOW)
    for _ in range(6):
        time.sleep(scene.rng.uniform(0.2, 0.4))
        scene.edit()
    control.put_faults(SLOW)
    control.close()


def cut(where: str, trick: Trick, path: str = "") -> Callable[[Scene], None]:
    """Return an accident on the way to HubSpot ("api") or from it ("door")."""

    def happen(scene: Scene) -> None:
        proxy = scene.fleet.api if where == "api" else scene.fleet.door
        proxy.plot(trick, scene.rng.randint(1, 4), path)
        time.sleep(scene.rng.uniform(0.3, 0.8))

    return happen


def _must_refuse(scene: Scene, what: str) -> None:
    """A delivery to a store that cannot take it must not be answered with 2xx.

    If it is, its event counts like every other one, and will be missed.
    """
    event = scene.postman.event("1", "contact.deletion")
    with requests.Session() as session:
        status = scene.postman.post(session, [event])
    if status not in (503, None):
        scene.findings.append(f"{what}: the door answered {status}, not 503")


def _until_done(act: Callable[[], object]) -> None:
    for _ in range(100):
        with contextlib.suppress(redis.RedisError):
            act()
            return
        time.sleep(0.1)


KINDS: Mapping[str, Kind] = {
    "kill -9 a worker": Kind(kill_worker, 4, hits_workers=True),
    "kill -9 a child of a worker": Kind(kill_pool_child, 4, hits_workers=True),
    "a worker sleeps past its lease": Kind(freeze_worker, 5, hits_workers=True),
    "a worker sleeps shortly": Kind(freeze_worker_shortly, 2),
    "kill -9 a web process": Kind(kill_web, 3),
    "a web process sleeps": Kind(freeze_web, 2),
    "kill -9 the store": Kind(kill_store, 4, hits_workers=True),
    "the store sleeps": Kind(freeze_store, 3, hits_workers=True),
    "the store's memory is full": Kind(fill_store, 3, hits_workers=True),
    "the store's disk is full": Kind(fill_disk, 2, hits_workers=True),
    "HubSpot sleeps": Kind(freeze_hubspot, 2, hits_workers=True),
    "a worker's clock jumps": Kind(move_clock, 2, hits_workers=True),
    "a deploy": Kind(deploy, 1),
    "429": Kind(hubspot_says({"kind": "429_secondly", "times": 2})),
    "429 for ten seconds": Kind(hubspot_says({"kind": "429_ten_secondly", "times": 1})),
    "401": Kind(hubspot_says({"kind": "401", "times": 1})),
    "423": Kind(hubspot_says({"kind": "423", "times": 2, "path": WRITES})),
    "477": Kind(hubspot_says({"kind": "477", "times": 1, "retry_after_s": 1})),
    "500 on writes": Kind(hubspot_says({"kind": "500", "path": WRITES})),
    "502, a page of HTML": Kind(hubspot_says({"kind": "502", "probability": 0.5})),
    "503": Kind(hubspot_says({"kind": "503", "times": 3})),
    "no answer in time": Kind(
        hubspot_says({"kind": "slow", "delay_s": 1.3, "times": 2})
    ),
    "HubSpot takes its time with writes": Kind(take_time),
    "closed after a while": Kind(
        hubspot_says({"kind": "timeout", "times": 2, "delay_s": 0.2})
    ),
    "done, but never said so": Kind(
        hubspot_says({"kind": "drop_after_write", "path": WRITES, "times": 2}), 4
    ),
    "cut before the call": Kind(cut("api", Trick.NEVER_SENT)),
    "cut after the call was sent": Kind(cut("api", Trick.SENT, "/batch/"), 4),
    "cut when HubSpot answered": Kind(cut("api", Trick.ANSWERED, "/batch/"), 4),
    "cut in HubSpot's answer": Kind(cut("api", Trick.HALF)),
    "garbage for an answer": Kind(cut("api", Trick.GARBLED)),
    "cut before the delivery": Kind(cut("door", Trick.NEVER_SENT)),
    "cut after the delivery was sent": Kind(cut("door", Trick.SENT), 3),
    "cut when the door answered": Kind(cut("door", Trick.ANSWERED), 3),
}


def choose(rng: random.Random, count: int) -> list[str]:
    """Return the names of accidents, in the order in which they happen."""
    weights = [kind.weight for kind in KINDS.values()]
    return rng.choices(list(KINDS), weights, k=count)
