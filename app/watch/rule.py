"""What is watched: the rules, the steps at which people are told, and what to do.

The name of a rule is also the anchor of its section in deploy/runbook.md.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass

from app.settings import Settings
from app.watch import words

# A figure is told again when it has grown to so many times the threshold.
GROWTH = tuple(float(factor * 10**power) for power in range(7) for factor in (1, 2, 5))
# What has no figure is told again when it has lasted so long; then once a day.
LASTING_S = (3_600.0, 4 * 3_600.0, 24 * 3_600.0)
# What is over for so long is over; what comes back sooner was never away.
CALM_S = 300.0
# A replayed letter that dies again does so within a minute or two.
CALM_LETTERS_S = 120.0

# A portal that waits for its limit stands still for some seconds, and nobody minds.
STANDSTILL_S = 30.0
# Longer than it takes to restart all workers.
NOBODY_S = 60.0
# Half of MAX_WAITING_EVENTS leaves time to do something.
BACKLOG = 0.5

DEAD_LETTERS = "dead-letters"
LAG = "lag"
PAUSED = "paused"
DENIED = "denied"
ERRORS = "errors"
BACKLOGGED = "backlog"
NOBODY_WORKS = "nobody-works"
MEMORY = "store-memory"
STORE_DOWN = "store-down"


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of trouble.

    Attributes:
        name: short; the anchor in the runbook.
        title: in words, for the message that says that it is over.
        steps: ascending; people are told when a figure reaches the next one.
        show: says a figure in words.
        advice: what to do first; "{portal}" is filled in.
        lasting: the figure is for how long it has been so, in seconds.
        calm_s: how long it must be below the first step to be over.

    """

    name: str
    title: str
    steps: tuple[float, ...]
    show: Callable[[float], str]
    advice: str
    lasting: bool = False
    calm_s: float = CALM_S

    def step(self, value: float) -> int:
        """Return how many steps a figure has reached; 0 is no trouble."""
        return bisect.bisect_right(self.steps, value)


Rules = dict[str, Rule]


def rules(settings: Settings) -> Rules:
    """Return every rule by its name, as the settings want it."""
    found = [*_of_portals(settings), *_of_the_whole(settings)]
    return {rule.name: rule for rule in found}


def _of_portals(settings: Settings) -> list[Rule]:
    return [
        Rule(
            DEAD_LETTERS,
            "dead letters",
            growing(settings.alert_dead),
            _count,
            "`hubkeeper dead list --portal {portal}` says what failed and why",
            calm_s=CALM_LETTERS_S,
        ),
        Rule(
            LAG,
            "contacts overdue",
            growing(settings.alert_lag_s),
            words.span,
            "see whether workers run and how much of HubSpot's limit is left",
        ),
        *_of_access(),
        Rule(
            ERRORS,
            "contacts failing",
            shares(settings.alert_errors),
            words.share,
            "`hubkeeper dead list --portal {portal}` and the workers' logs say why",
        ),
        Rule(
            BACKLOGGED,
            "events waiting",
            filling(BACKLOG),
            words.share,
            "start more workers, or find out why they are slow",
        ),
    ]


def _of_access() -> list[Rule]:
    return [
        Rule(
            PAUSED,
            "portal standing still",
            (STANDSTILL_S, *LASTING_S),
            words.span,
            "`hubkeeper doctor` says whether HubSpot takes the token",
            lasting=True,
        ),
        Rule(
            DENIED,
            "calls denied",
            (STANDSTILL_S, *LASTING_S),
            words.span,
            "give the app the scope that is missing; its contacts wait",
            lasting=True,
        ),
    ]


def _of_the_whole(settings: Settings) -> list[Rule]:
    return [
        Rule(
            NOBODY_WORKS,
            "nobody working",
            (NOBODY_S, *LASTING_S),
            words.span,
            "start `hubkeeper worker`, or look into its log",
            lasting=True,
        ),
        Rule(
            MEMORY,
            "the store filling up",
            filling(settings.alert_memory),
            words.share,
            "give the store more memory, or work off what waits",
        ),
        Rule(
            STORE_DOWN,
            "the store being away",
            (STANDSTILL_S,),
            words.span,
            "start the store, or mend the way to it; HubSpot sends again meanwhile",
            lasting=True,
        ),
    ]


def growing(threshold: float) -> tuple[float, ...]:
    """Return 1, 2, 5, 10, 20, 50... times the threshold."""
    return tuple(threshold * factor for factor in GROWTH)


def shares(threshold: float) -> tuple[float, ...]:
    """Return 1, 2, 5... times a share, and all."""
    below = [step for step in growing(threshold) if step < 1]
    return (*below, 1.0)


def filling(threshold: float) -> tuple[float, ...]:
    """Return steps that each leave half as much free as the one before, and full."""
    free = 1 - threshold
    steps = [1 - free / 2**halvings for halvings in range(4)] if free else []
    return (*steps, 1.0)


def _count(value: float) -> str:
    return f"{value:.0f}"
