"""What is left when all is quiet: the books, the keys, the processes, the CRM."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.events.books import Law
from app.services import Services
from tests.chaos import crowd as crowds
from tests.chaos.crowd import Crowd
from tests.chaos.faults import PORTAL
from tests.chaos.fleet import Fleet
from tests.chaos.postman import Postman

MOST_TOLD = 12
# What may stay for ever. Everything else must be gone, or be about to go by itself.
LASTING = re.compile(
    r"hk:portals|hk:seal|hk:erased|hk:\{\d+\}:(counts|calls|was:\d+)"
    # These have room for so many lines, and drop the oldest.
    r"|hk:\{\d+\}:(finished|remarks|plans|audit)"
    # Celery's own: how the queue is called, and wake-ups that died with their worker.
    r"|_kombu\..*|unacked|unacked_index|hubkeeper"
)
# What must be gone when nobody waits and nobody is dead, whatever its lifetime.
OVER = re.compile(
    r"hk:\{\d+\}:(events:.*|state:.*|steps:.*|replayed:.*"
    r"|live|bulk|suspect|leased|dead|dead_.*|illness)"
)


def problems(
    fleet: Fleet, services: Services, postman: Postman, crowd: Crowd
) -> list[str]:
    """Return everything that is not as it must be, in words; empty is good."""
    control = fleet.control()
    law = services.books.law(PORTAL)
    report = control.deliveries()
    found = [
        *_books(law),
        *_accepted(law, postman, report["events_delivered"], report["events_emitted"]),
        *_keys(services),
        *_door(postman, report["given_up"] + report["events_dropped"]),
        *crowds.problems(control, crowd),
    ]
    control.close()
    more = [f"... and {len(found) - MOST_TOLD} more"] if found[MOST_TOLD:] else []
    return found[:MOST_TOLD] + more


def _books(law: Law) -> Iterator[str]:
    if not law.holds:
        yield f"the conservation law: {law}"
    elif law.waiting + law.working + law.dead:
        yield f"something is left: {law}"


def _accepted(
    law: Law, postman: Postman, delivered: int, emitted: int
) -> Iterator[str]:
    """Compare what is in the books with what was answered with 2xx."""
    least = len(postman.acked) + delivered
    most = len(postman.tried) + emitted
    if law.accepted < least:
        yield (
            f"{least - law.accepted} events are lost: {least} were answered with 2xx,"
            f" {law.accepted} are in the books"
        )
    if law.accepted > most:
        yield f"{law.accepted} events are in the books, only {most} were ever sent"


def _keys(services: Services) -> Iterator[str]:
    for raw in services.store.scan_iter(count=1000):
        name = raw.decode()
        if OVER.fullmatch(name):
            yield f"left behind in the store: {name}"
        elif not LASTING.fullmatch(name) and services.store.pttl(raw) == -1:
            yield f"left behind in the store for ever: {name}"


def _door(postman: Postman, lost: int) -> Iterator[str]:
    yield from (f"the door answered {each}" for each in sorted(set(postman.refused)))
    if postman.given_up:
        yield f"{len(postman.given_up)} events were never answered with 2xx"
    if lost:
        yield f"the sandbox gave {lost} events up"
