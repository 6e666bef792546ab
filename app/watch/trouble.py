"""What is wrong by a measure: which rule, where, how much, and in which words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from app.watch import rule as rule_
from app.watch import window, words
from app.watch.measure import Gauge, Measure
from app.watch.rule import Rules

# The portal of what concerns all of them.
EVERYWHERE = ""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """One alert: the name of its rule, and the portal or EVERYWHERE."""

    rule: str
    portal: str = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is seen now.

    Attributes:
        value: the figure that the rule's steps are about.
        words: what is seen, in words.

    """

    value: float
    words: str


def find(
    measure: Measure,
    failed: Mapping[str, tuple[int, int]],
    rules: Rules,
    *,
    most_waiting: int,
    rounds_before: int,
) -> dict[Key, Trouble]:
    """Return everything that has reached its rule's first step, or may by lasting.

    Args:
        measure: what the look saw.
        failed: of each portal how many failed lately, and of how many.
        rules: by name.
        most_waiting: waiting events of a portal above which deliveries are refused.
        rounds_before: rounds that had begun at the look before.

    """
    found: dict[Key, Trouble] = {}
    for portal, gauge in measure.portals.items():
        seen = {
            rule_.DEAD_LETTERS: _letters(gauge),
            rule_.LAG: _lag(gauge),
            rule_.PAUSED: _pause(gauge),
            rule_.DENIED: Trouble(0.0, gauge.denied) if gauge.denied else None,
            rule_.ERRORS: _errors(*failed.get(portal, (0, 0))),
            rule_.BACKLOGGED: _backlog(gauge, most_waiting),
        }
        for name, trouble in seen.items():
            if trouble and (rules[name].lasting or rules[name].step(trouble.value)):
                found[Key(name, portal)] = trouble
    return found | dict(_of_the_whole(measure, rules, rounds_before))


def doubtful(found: Mapping[Key, Trouble], open_: Collection[Key]) -> set[Key]:
    """Return what is only a consequence of other trouble that is told of itself.

    Contacts are overdue where a portal stands still, and everywhere if nobody works;
    right after that they still are.
    """
    causes = {*found, *open_}
    alike = {key for key in causes if key.rule == rule_.LAG}
    if Key(rule_.NOBODY_WORKS) in causes:
        return alike
    return {key for key in alike if Key(rule_.PAUSED, key.portal) in causes}


def _of_the_whole(
    measure: Measure, rules: Rules, rounds_before: int
) -> Iterator[tuple[Key, Trouble]]:
    idle = not measure.ticking and measure.rounds == rounds_before
    if idle and measure.somebody_waits:
        told = "work is due and nobody takes it up: no worker runs"
        yield Key(rule_.NOBODY_WORKS), Trouble(0.0, told)
    memory = measure.memory
    if memory.limit:
        used = memory.used / memory.limit
        if rules[rule_.MEMORY].step(used):
            told = (
                f"{words.megabytes(memory.used)} of {words.megabytes(memory.limit)}"
                f" of the store's memory are used ({words.share(used)})"
            )
            yield Key(rule_.MEMORY), Trouble(used, told)


def _letters(gauge: Gauge) -> Trouble:
    noun = "dead letter" if gauge.letters == 1 else "dead letters"
    return Trouble(gauge.letters, f"{gauge.letters} {noun}")


def _lag(gauge: Gauge) -> Trouble:
    told = f"a contact {gauge.lane} has been due for {words.span(gauge.overdue_s)}"
    return Trouble(gauge.overdue_s, told)


def _pause(gauge: Gauge) -> Trouble | None:
    if not gauge.pause:
        return None
    left_s, why = gauge.pause
    told = f"stands still for another {words.span(left_s)}: {words.harmless(why)}"
    return Trouble(left_s, told)


def _errors(failed: int, of: int) -> Trouble | None:
    if failed < window.FEWEST:
        return None
    share = failed / of
    told = (
        f"{failed} of {of} contacts failed within {words.span(window.SPAN_S)}"
        f" ({words.share(share)})"
    )
    return Trouble(share, told)


def _backlog(gauge: Gauge, most: int) -> Trouble:
    told = f"{gauge.waiting:,} events wait; above {most:,} deliveries are refused"
    return Trouble(gauge.waiting / most, told)
