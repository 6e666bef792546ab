"""What people are sent: one sentence, what to do first, and where the runbook is."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.watch import words
from app.watch.ladder import News, Standing
from app.watch.rule import Rule
from app.watch.trouble import Key

# So many portals with the same news get a message each; more share one.
MOST_SINGLE = 3
# How many portals such a message names in its text, and how many besides.
MOST_NAMED = 5
MOST_LISTED = 100
RUNBOOK = "deploy/runbook.md"

# What matters more is told first.
ORDER = (News.ALARM, News.WORSE, News.STILL, News.WELL)
HEADS = {
    News.ALARM: "ALERT",
    News.WORSE: "WORSE",
    News.STILL: "STILL",
    News.WELL: "well again",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One alert of which there is news."""

    key: Key
    rule: Rule
    news: News
    standing: Standing


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent.

    Attributes:
        text: all of it, for people.
        alert: name of the rule; "test", "held-back".
        status: "alarm", "worse", "still", "well".
        portals: whom it is about, the worst first; empty: all.
        count: how many portals it is about, named or not.
        value: the figure, the worst of several.
        threshold: from which figure on it is an alert.
        since: since when, as people read it.
        runbook: where it is explained.

    """

    text: str
    alert: str
    status: str
    portals: tuple[str, ...] = ()
    count: int = 0
    value: float = 0.0
    threshold: float = 0.0
    since: str = ""
    runbook: str = ""

    def fields(self) -> dict[str, Any]:
        """Return everything by name, for JSON."""
        return dataclasses.asdict(self)


def compose(
    items: Iterable[Item], runbook_url: str, now: float
) -> list[tuple[Message, list[Item]]]:
    """Return messages, the most important first, each with what it tells."""
    groups: dict[tuple[News, str], list[Item]] = defaultdict(list)
    for item in items:
        groups[item.news, item.rule.name].append(item)
    composed = []
    for what, name in sorted(groups, key=lambda group: ORDER.index(group[0])):
        group = groups[what, name]
        crowd = len(group) > MOST_SINGLE
        for told in [group] if crowd else [[item] for item in group]:
            composed.append((_message(told, runbook_url, now), told))
    return composed


def held_back(count: int, until: float, runbook_url: str) -> Message:
    """Return the message that says that there would be more."""
    text = (
        f"[hubkeeper] too many messages within an hour: {count} more wait till there"
        f" is room, at {words.moment(until)} or before."
        " `hubkeeper alerts` shows all that is wrong"
    )
    return Message(text, "held-back", "alarm", runbook=link(runbook_url, "held-back"))


def test(runbook_url: str) -> Message:
    """Return a message that means nothing."""
    text = (
        "[hubkeeper] this is a test: alerts reach you here."
        f" {link(runbook_url, 'test')} says what each of them means"
    )
    return Message(text, "test", "well", runbook=link(runbook_url, "test"))


def link(runbook_url: str, anchor: str) -> str:
    """Return where a kind of trouble is explained."""
    return f"{runbook_url or RUNBOOK}#{anchor}"


def _message(items: Sequence[Item], runbook_url: str, now: float) -> Message:
    ranked = sorted(items, key=lambda item: item.standing.value, reverse=True)
    worst = ranked[0]
    rule, standing, what = worst.rule, worst.standing, worst.news
    explained = link(runbook_url, rule.name)
    sentence = _sentence(ranked, now)
    if what is not News.WELL:
        advice = rule.advice.format(portal=worst.key.portal)
        sentence += f". What to do: {advice}. {explained}"
    portals = tuple(item.key.portal for item in ranked if item.key.portal)
    return Message(
        text=f"[hubkeeper] {HEADS[what]}: {sentence}",
        alert=rule.name,
        status=what.value,
        portals=portals[:MOST_LISTED],
        count=len(portals),
        value=round(standing.value, 3),
        threshold=rule.steps[0],
        since=words.moment(standing.began),
        runbook=explained,
    )


def _sentence(ranked: Sequence[Item], now: float) -> str:
    worst = ranked[0]
    rule, standing = worst.rule, worst.standing
    if len(ranked) > 1:
        return _crowd(ranked)
    where = f"portal {worst.key.portal}: " if worst.key.portal else ""
    if worst.news is News.WELL:
        ended = standing.calm_since or now
        lasted = words.span(ended - standing.began)
        return f"{where}{rule.title}: over after {lasted}"
    since = f" since {words.moment(standing.began)}"
    return f"{where}{standing.words} (alert from {rule.show(rule.steps[0])} on),{since}"


def _crowd(ranked: Sequence[Item]) -> str:
    rule, what = ranked[0].rule, ranked[0].news
    named = [f"portal {item.key.portal}" for item in ranked[:MOST_NAMED]]
    if what is not News.WELL:
        pairs = zip(named, ranked, strict=False)
        named = [f"{name}: {item.standing.words}" for name, item in pairs]
    more = len(ranked) - len(named)
    listed = "; ".join(named) + (f"; and {more} more" if more else "")
    return f"{rule.title} in {len(ranked)} portals. {listed}"
