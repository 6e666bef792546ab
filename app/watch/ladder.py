"""When to tell: early, at growing steps, and once when it is well again.

Pure: told what was seen now and what was known before, it says what is known now and
whether somebody should hear of it. Trouble that comes and goes is one trouble: it is
over only after a calm, and each time it comes back that calm must last twice as long.
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass

from app.watch.rule import Rule

DAY_S = 24 * 3_600.0
# Who comes back within this time has to be calm for longer.
FORGIVEN_S = 6 * 3_600.0
LONGEST_CALM_S = 3_600.0


class News(enum.StrEnum):
    """What there is to tell about an alert."""

    ALARM = "alarm"  # it begins
    WORSE = "worse"  # the next step is reached
    STILL = "still"  # it grows, and nothing was said for a day
    WELL = "well"  # it is over


@dataclass(frozen=True, slots=True)
class Standing:
    """How one alert stands.

    Attributes:
        began: since when it is so, epoch seconds; 0: it is over.
        value: the latest figure.
        words: the latest figure as people read it.
        step: how many steps people were told of; 0: nothing was said yet.
        told_at: when something was said last, epoch seconds.
        told: the figure that was said last.
        calm_since: since when the figure is below the first step; 0: it is not.
        over_at: when people were told that it is well again; 0: they never were.
        relapses: how often it came back soon after that.

    """

    began: float = 0.0
    value: float = 0.0
    words: str = ""
    step: int = 0
    told_at: float = 0.0
    told: float = 0.0
    calm_since: float = 0.0
    over_at: float = 0.0
    relapses: int = 0

    @property
    def is_known(self) -> bool:
        """Tell whether people know of it and were not told that it is over."""
        return self.step > 0


FRESH = Standing()


def see(
    standing: Standing, rule: Rule, value: float, words: str, now: float
) -> Standing:
    """Take note of trouble, or of what may become trouble."""
    if standing.over_at and now - standing.over_at >= FORGIVEN_S:
        standing = FRESH
    began = standing.began or now
    value += now - began if rule.lasting else 0.0
    return dataclasses.replace(
        standing, began=began, value=value, words=words, calm_since=0.0
    )


def miss(standing: Standing, now: float) -> Standing | None:
    """Take note that there is no trouble; None: there is nothing left to remember."""
    if standing.is_known:
        return dataclasses.replace(standing, calm_since=standing.calm_since or now)
    if standing.over_at and now - standing.over_at < FORGIVEN_S:
        return dataclasses.replace(standing, began=0.0)
    return None


def news(standing: Standing, rule: Rule, now: float) -> News | None:
    """Say whether there is something to tell."""
    if standing.calm_since:
        calm_s = min(LONGEST_CALM_S, rule.calm_s * 2**standing.relapses)
        return News.WELL if now - standing.calm_since >= calm_s else None
    step = rule.step(standing.value) if standing.began else 0
    if step > standing.step:
        return News.WORSE if standing.is_known else News.ALARM
    grown = standing.is_known and standing.value > standing.told
    return News.STILL if grown and now - standing.told_at >= DAY_S else None


def tell(standing: Standing, rule: Rule, what: News, now: float) -> Standing:
    """Take note that people were told."""
    if what is News.WELL:
        return Standing(over_at=now, relapses=standing.relapses)
    back = what is News.ALARM and standing.over_at > 0
    return dataclasses.replace(
        standing,
        step=rule.step(standing.value),
        told_at=now,
        told=standing.value,
        over_at=0.0,
        relapses=standing.relapses + back,
    )
