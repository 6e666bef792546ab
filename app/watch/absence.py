"""A store that is away: each process tells it by itself, at most once an hour.

What everybody shares is in the store, so this cannot be agreed on.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app import logs
from app.watch import message, rule, words
from app.watch.channel import Channel, Undelivered
from app.watch.ladder import News
from app.watch.message import Message
from app.watch.rule import Rule

APART_S = 3_600.0
# How often a channel is tried that does not take the message.
MOST_TRIES = 5

log = logs.get()


@dataclass(slots=True)
class Absence:
    """How long this process has been without the store, and who knows.

    Attributes:
        rule: that of the store being away.
        ways: whom to tell.
        runbook_url: where messages link to.
        now: a monotonic clock.

    """

    rule: Rule
    ways: Sequence[Channel]
    runbook_url: str
    now: Callable[[], float] = time.monotonic
    began: float | None = None
    told_at: float | None = None
    tries: int = 0
    untold: Sequence[Channel] = ()

    def note(self, why: str) -> None:
        """Take note that the store did not answer; tell it when that has lasted."""
        now = self.now()
        if self.began is None:
            self.began = now
        lasted_s = now - self.began
        if lasted_s < self.rule.steps[0]:
            return
        if self.told_at is None or now - self.told_at >= APART_S:
            self.told_at, self.tries, self.untold = now, 0, self.ways
        elif self.told_at < self.began:
            return  # within the hour before, people were told of another time
        if self.tries == 0:
            log.error("store_away", lasted_s=round(lasted_s), error=why)
        if self.tries < MOST_TRIES and (self.untold or self.tries == 0):
            self.tries += 1
            self.untold = send(self.untold, self._alarm(lasted_s, why))

    def end(self) -> None:
        """Take note that the store answers; tell it to those who were told."""
        began, self.began = self.began, None
        if began is None or self.told_at is None or self.told_at < began:
            return
        lasted_s = self.now() - began
        knowing = [way for way in self.ways if way not in self.untold]
        send(knowing, self._well(lasted_s))

    def _alarm(self, lasted_s: float, why: str) -> Message:
        text = (
            f"[hubkeeper] ALERT: {_here()} cannot use the store for"
            f" {words.span(lasted_s)}: {words.harmless(why)}. What to do:"
            f" {self.rule.advice}. {message.link(self.runbook_url, rule.STORE_DOWN)}"
        )
        return self._message(text, News.ALARM, lasted_s)

    def _well(self, lasted_s: float) -> Message:
        lasted = words.span(lasted_s)
        text = f"[hubkeeper] well again: {_here()} uses the store again after {lasted}"
        return self._message(text, News.WELL, lasted_s)

    def _message(self, text: str, news: News, lasted_s: float) -> Message:
        return Message(
            text=text,
            alert=rule.STORE_DOWN,
            status=news.value,
            value=round(lasted_s, 3),
            threshold=self.rule.steps[0],
            runbook=message.link(self.runbook_url, rule.STORE_DOWN),
        )


def send(ways: Sequence[Channel], what: Message) -> list[Channel]:
    """Send a message at once; return the channels that did not take it."""
    failed = []
    for way in ways:
        try:
            way.send(what, f"{what.alert}-{socket.gethostname()}-{time.time_ns()}")
        except Undelivered as error:
            log.error("alert_not_delivered", channel=way.name, error=str(error))
            failed.append(way)
    return failed


def _here() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"
