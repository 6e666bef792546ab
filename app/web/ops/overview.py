"""Is all well? One look at every portal, and at what is alarming."""

from __future__ import annotations

from dataclasses import dataclass

from app.events.books import Law
from app.events.sweeps import Sweep
from app.services import Services
from app.watch import measure, words
from app.watch.alarm import alarming
from app.watch.measure import Gauge
from app.watch.register import Register
from app.watch.rule import rules

# The law of a portal is counted, which takes the store some milliseconds.
MOST_PORTALS = 20
SWEEPS = ("reconcile", "schedule", "backfill")


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is alarming now; `portal` is empty where it concerns all."""

    rule: str
    portal: str
    words: str
    since: float


@dataclass(frozen=True, slots=True)
class PortalView:
    """How one portal stands.

    Attributes:
        law: the conservation law.
        holds: it does.
        letters: dead letters there are.
        overdue_s: for how long the first due contact has been due; 0: none is.
        paused: what keeps it from being worked on, in words; "" if nothing does.
        denied: a kind of call that is denied to its token, in words, or "".
        sweeps: the last of each kind.

    """

    portal: str
    law: Law
    holds: bool
    letters: int
    overdue_s: float
    paused: str
    denied: str
    sweeps: tuple[Sweep, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """How the service stands.

    Attributes:
        well: nothing is alarming, every law holds, nothing stands still or is dead.
        working: somebody looks for due work.
        alerts: the oldest first.
        portals: the first ones.
        more: how many portals are not shown.

    """

    well: bool
    working: bool
    alerts: tuple[Alert, ...]
    portals: tuple[PortalView, ...]
    more: int


def look(services: Services) -> Overview:
    """Look at everything.

    Raises:
        StoreDown: the store did not answer.

    """
    seen = measure.take(services)
    shown = list(seen.portals.items())[:MOST_PORTALS]
    views = tuple(_view(services, portal, gauge) for portal, gauge in shown)
    alerts = tuple(_alerts(services))
    calm = all(v.holds and not (v.letters or v.paused or v.denied) for v in views)
    return Overview(
        well=calm and seen.ticking and not alerts,
        working=seen.ticking,
        alerts=alerts,
        portals=views,
        more=len(seen.portals) - len(shown),
    )


def _view(services: Services, portal: str, gauge: Gauge) -> PortalView:
    law = services.books.law(portal)
    complaint = services.illnesses.complaint_of(portal)
    sweeps = [services.sweeps.get(portal, name) for name in SWEEPS]
    paused = ""
    if gauge.pause:
        left_s, why = gauge.pause
        again = f"for another {words.span(left_s)}: " if left_s else ""
        paused = f"{again}{words.harmless(why)}"
    return PortalView(
        portal=portal,
        law=law,
        holds=law.holds,
        letters=gauge.letters,
        overdue_s=max(0.0, gauge.overdue_s),
        paused=paused,
        denied=words.harmless(str(complaint)) if complaint else "",
        sweeps=tuple(each for each in sweeps if each),
    )


def _alerts(services: Services) -> list[Alert]:
    open_ = alarming(Register(services.store).read(), rules(services.settings))
    found = [
        Alert(key.rule, key.portal, words.harmless(each.words), each.began)
        for key, each in open_.items()
    ]
    return sorted(found, key=lambda alert: alert.since)
