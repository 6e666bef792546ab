"""Power cuts of the store: what of that which was answered with 2xx is there again?"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.cli import embedded
from app.services import Services
from tests.chaos import disk
from tests.chaos.faults import PORTAL
from tests.chaos.fleet import WEBS, Fleet, HarnessError
from tests.chaos.postman import Payload, Postman

CONTACTS = 200
EVENTS_EACH = 40
# Deliveries begin so often; each is stored by one script, and answered then.
EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class Loss:
    """What one power cut did.

    Attributes:
        acked: how many events had been answered with 2xx.
        lost: how many of these the store does not know any more.
        oldest_s: how long before the cut the oldest lost one was answered.
        law_holds: whether the books add up on what is left.

    """

    acked: int
    lost: int
    oldest_s: float
    law_holds: bool


def cut(directory: Path, fsync: str, seed: int) -> Loss:
    """Cut the power under load; start the store again on what is certain.

    Raises:
        HarnessError: it cannot be imitated here.

    """
    rng = random.Random(f"power cut {seed}")
    with Fleet(directory, names=("store", *WEBS), fsync=fsync) as fleet:
        postman = Postman(fleet.url)
        trace = directory / "trace"
        with fleet.alone_with("store") as process, disk.watched(process.pid, trace):
            _deliver(postman, rng, rng.uniform(1.2, 3.0))
            fleet.kill("store")
            cut_at = time.monotonic()
        postman.stop()
        copy = directory / "after-the-cut"
        left = disk.after_the_cut(fleet.store_directory, trace, copy)
        if not left.syncs:
            raise HarnessError("the store never made sure of anything")
        shutil.rmtree(fleet.store_directory)
        copy.rename(fleet.store_directory)
        fleet.start("store")
        services = fleet.connect()
        law = services.books.law(PORTAL)
        there = _events(services)
    lost = [at for event, at in postman.acked.items() if event not in there]
    return Loss(
        len(postman.acked), len(lost), cut_at - min(lost, default=cut_at), law.holds
    )


def _deliver(postman: Postman, rng: random.Random, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        postman.send([_change(postman, rng) for _ in range(EVENTS_EACH)], rng)
        time.sleep(EVERY_S)


def _change(postman: Postman, rng: random.Random) -> Payload:
    contact = str(1 + rng.randrange(CONTACTS))
    change = {"propertyName": "firstname", "propertyValue": "ADA"}
    return postman.event(contact, "contact.propertyChange", **change)


def _events(services: Services) -> set[int]:
    """Return the ids of all events that wait in the store."""
    found: set[int] = set()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        claim = services.inbox.claim(PORTAL, f"power cut {len(found)}", 1000)
        for contact in claim.contacts:
            found.update(int(event.raw["eventId"]) for event in contact.events)
            services.inbox.settle(claim, [(contact.contact_id, "unchanged")])
        law = services.books.law(PORTAL)
        if not law.waiting + law.working:
            return found
    raise HarnessError(f"the store does not give its events back: {law}")


def report(
    directory: Path, cuts: int, seed: int, say: Callable[[str], None] = print
) -> int:
    """Cut the power again and again; return 1 if `always` lost anything."""
    embedded.server_binary()
    bad = 0
    for fsync in ("always", "everysec"):
        losses = [cut(directory / f"{fsync}-{n}", fsync, seed + n) for n in range(cuts)]
        say(sentence(fsync, losses))
        bad += fsync == "always" and sum(loss.lost for loss in losses)
        bad += sum(not loss.law_holds for loss in losses)
    return int(bad > 0)


def sentence(fsync: str, losses: list[Loss]) -> str:
    """Return what the cuts showed, in words."""
    acked, lost = sum(x.acked for x in losses), sum(x.lost for x in losses)
    worst = max(losses, key=lambda loss: loss.lost)
    words = f"{fsync}: {len(losses)} power cuts, {acked} events answered with 2xx"
    if not lost:
        return f"{words}, 0 lost"
    return (
        f"{words}, {lost} lost; at worst {worst.lost} of one run, the oldest answered"
        f" {max(x.oldest_s for x in losses):.2f} s before the cut"
    )
