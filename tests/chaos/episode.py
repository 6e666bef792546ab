"""One episode: load, accidents, quiet, and a look at everything."""

from __future__ import annotations

import contextlib
import functools
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.errors import HubkeeperError, StoreDown
from app.sandbox.testing import Control
from app.services import Services
from tests.chaos import crowd as crowds
from tests.chaos import faults, remains
from tests.chaos.crowd import Crowd, Typed
from tests.chaos.faults import PORTAL, SLOW, Scene
from tests.chaos.fleet import Fleet
from tests.chaos.postman import Postman

# Accidents begin within this time.
SPREAD_S = 0.9
QUIET_S = 45.0
# Nothing may happen for so long before it is called quiet.
STILL_S = 0.4
# A process that finds no store does not start, and says so; its manager tries again.
REFUSED_TO_START = 2
MOST_TOLD_AGAIN = 300
WEBHOOKS: dict[str, object] = {
    "duplicate_rate": 0.1,
    "shuffle": True,
    "timeout_s": 1.5,
    "retry_delays_s": [0.1, 0.2, 0.4, *[0.5] * 40],
}


@dataclass(slots=True)
class Run:
    """The service, the model, and what was counted over all episodes.

    Attributes:
        quiet_s: how long an episode may take to end.
        happened: accidents by kind.
        buried: dead letters by reason; all were replayed.

    """

    fleet: Fleet
    seed: int
    quiet_s: float = QUIET_S
    crowd: Crowd = field(default_factory=Crowd)
    happened: Counter[str] = field(default_factory=Counter)
    buried: Counter[str] = field(default_factory=Counter)
    services: Services = field(init=False)
    postman: Postman = field(init=False)
    control: Control = field(init=False)

    def __post_init__(self) -> None:
        self.services = self.fleet.connect()
        self.postman = Postman(self.fleet.url)
        self.control = self.fleet.control()
        self.control.put_webhooks(**WEBHOOKS)


@dataclass(slots=True)
class Load:
    """What people do in one episode."""

    run: Run
    domains: list[str]
    ids: list[str] = field(default_factory=list)
    edited: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arrive(self, rng: random.Random) -> None:
        """Let people create contacts, and tell of others that are there already."""
        with self.lock:
            crowd = self.run.crowd
            known = crowd.newcomers(rng.randint(4, 12), self.domains, rng)
            told = crowd.newcomers(rng.randint(4, 12), self.domains, rng)
            inputs = [{"properties": typed.properties} for typed in known]
            ids = self.run.control.create("contacts", inputs)
            crowd.people.update(zip(ids, known, strict=True))
            self.ids += ids + self._tell(told, rng)

    def _tell(self, told: Sequence[Typed], rng: random.Random) -> list[str]:
        crowd, postman = self.run.crowd, self.run.postman
        own = {str(crowd.next_own_id + n): typed for n, typed in enumerate(told)}
        crowd.next_own_id += len(told)
        rows = [{"id": i, **typed.properties} for i, typed in own.items()]
        self.run.control.seed("contacts", rows)
        crowd.people.update(own)
        events = []
        for contact_id, typed in own.items():
            events.append(postman.event(contact_id, "contact.creation"))
            for name, value in typed.properties.items():
                change = {"propertyName": name, "propertyValue": value}
                kind = "contact.propertyChange"
                events.append(postman.event(contact_id, kind, **change))
        postman.send(events, rng)
        return list(own)

    def edit(self, rng: random.Random) -> None:
        """Let people type new names or numbers; each contact is edited once at most."""
        with self.lock:
            alive = self.run.crowd.alive(self.ids)
            left = [i for i in alive if i not in self.edited]
            chosen = rng.sample(left, k=-(-len(left) // 3))
            self.edited.update(chosen)
            inputs = [{"id": i, "properties": self._type(i, rng)} for i in chosen]
            self.run.control.update("contacts", inputs)

    def _type(self, contact_id: str, rng: random.Random) -> dict[str, str]:
        typed = self.run.crowd.people[contact_id]
        if rng.random() < 0.5:
            typed.lastname = crowds.name(rng)
            return {"lastname": typed.lastname}
        typed.phone = crowds.phone(rng)
        return {"phone": typed.phone}

    def delete(self, rng: random.Random) -> None:
        """Let people delete a contact or two."""
        with self.lock:
            alive = self.run.crowd.alive(self.ids)
            gone = rng.sample(alive, k=rng.randint(0, 2))
            for contact_id in gone:
                self.run.crowd.people[contact_id].deleted = True
            if gone:
                self.run.control.delete("contacts", gone)


def dice(seed: int, number: int, part: object = "") -> random.Random:
    """Return what decides everything about (a part of) one episode."""
    return random.Random(f"{seed}/{number}/{part}")


def play(run: Run, number: int, names: Sequence[str]) -> list[str]:
    """Let accidents happen under load; return what is wrong when all is quiet."""
    rng = dice(run.seed, number, "load")
    run.control.put_faults(SLOW)
    load = Load(run, [f"werk-{run.seed}-{number}-{n}.de" for n in range(3)])
    run.postman.repeat()
    load.arrive(rng)
    findings: list[str] = []
    threads = [
        _begin(run, load, name, dice(run.seed, number, index), findings)
        for index, name in enumerate(names)
    ]
    run.happened.update(names)
    time.sleep(SPREAD_S / 2)
    load.edit(rng)
    load.delete(rng)
    load.arrive(rng)
    for thread in threads:
        thread.join()
    try:
        findings += _heal(run)
        findings += _until_quiet(run) or _burials(run, names)
    except HubkeeperError as error:
        return [*findings, str(error)]
    return findings + remains.problems(run.fleet, run.services, run.postman, run.crowd)


def nothing_more_to_do(run: Run) -> list[str]:
    """Tell of contacts once more as if they were new; nothing may be written then."""
    before = _writes(run.control)
    rng = dice(run.seed, 0, "once more")
    alive = run.crowd.alive(list(run.crowd.people))
    chosen = rng.sample(alive, k=min(len(alive), MOST_TOLD_AGAIN))
    run.postman.send([run.postman.event(i, "contact.creation") for i in chosen], rng)
    wrong = _until_quiet(run)
    more = _writes(run.control) - before
    if more:
        wrong.append(
            f"{more.total()} more were written when all was done: {dict(more)}"
        )
    return wrong


def _writes(control: Control) -> Counter[str]:
    """Return how many records were written, by route."""
    inputs: dict[str, int] = control.summary()["inputs_by_route"]
    harmless = ("/batch/read", "/search")
    return Counter({r: n for r, n in inputs.items() if not r.endswith(harmless)})


def _begin(
    run: Run, load: Load, name: str, rng: random.Random, findings: list[str]
) -> threading.Thread:
    edit = functools.partial(load.edit, rng)
    arrive = functools.partial(load.arrive, rng)
    scene = Scene(run.fleet, run.postman, rng, edit, arrive, findings)

    def happen() -> None:
        time.sleep(rng.uniform(0, SPREAD_S))
        try:
            faults.KINDS[name].happen(scene)
        except Exception as error:  # an accident that could not be made proves nothing
            findings.append(f"the harness failed at {name!r}: {error!r}")

    thread = threading.Thread(target=happen, name=name)
    thread.start()
    return thread


def _heal(run: Run) -> list[str]:
    """Undo what may be left; return who ended although nobody ended it."""
    run.control.put_faults(SLOW)
    run.fleet.api.forgive()
    run.fleet.door.forgive()
    ended = [
        f"{name} ended with {code} although nobody ended it; see its log"
        for name in run.fleet.dead()
        if (code := run.fleet.children[name].returncode) != REFUSED_TO_START
    ]
    run.fleet.heal()
    return ended


def _until_quiet(run: Run) -> list[str]:
    """Wait until nothing is on its way, nothing waits, and nobody calls HubSpot."""
    run.postman.wait()
    deadline = time.monotonic() + run.quiet_s
    still_since, calls = time.monotonic(), -1
    while time.monotonic() < deadline:
        hurry(run.services)
        now_calls = run.control.summary()["total"]
        law = run.services.books.law(PORTAL)
        if not law.holds:  # at no moment may it be broken
            return [f"the conservation law: {law}"]
        busy = law.waiting + law.working or not run.control.webhooks_idle()
        if busy or now_calls != calls:
            still_since, calls = time.monotonic(), now_calls
        elif time.monotonic() - still_since > STILL_S:
            return []
        time.sleep(0.1)
    return [f"not quiet after {run.quiet_s:.0f} s: {law}"]


def hurry(services: Services) -> None:
    """Let the time of pauses and of growing delays be over.

    Whoever stands in a queue has its turn now; nobody is put into one.
    """
    with contextlib.suppress(StoreDown):
        services.throttle.resume(PORTAL)
    prefix = f"hk:{{{PORTAL}}}:"
    for lane in ("live", "bulk", "suspect"):
        for contact, due in services.store.zrange(
            prefix + lane, 0, -1, withscores=True
        ):
            if due / 1000 > time.time() + 0.5:
                services.store.zadd(prefix + lane, {contact: due / 1e6}, xx=True)


def _fate(run: Run, contact_id: str) -> str:
    typed = run.crowd.people.get(contact_id)
    return " (deleted by a person)" if typed and typed.deleted else ""


def _burials(run: Run, names: Sequence[str]) -> list[str]:
    """Look at dead letters: each must have a reason that these accidents explain.

    They are replayed then, and must settle like everything else.
    """
    letters = list(run.services.dead.all(PORTAL))
    if not letters:
        return []
    hits = sum(faults.KINDS[name].hits_workers for name in names)
    wrong = [
        f"contact {letter.contact_id}{_fate(run, letter.contact_id)} is dead:"
        f" {letter.reason}: {letter.error}"
        for letter in letters
        if letter.reason != "worker_died" or hits < 2
    ]
    for letter in letters:
        run.buried[letter.reason] += 1
        run.services.dead.replay(PORTAL, letter.id)
    return wrong + _until_quiet(run)
