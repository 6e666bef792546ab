"""A store that is away: told once by a process, and that it is back."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.settings import Settings
from app.watch import rule
from app.watch.absence import Absence
from app.watch.channel import Undelivered
from app.watch.message import Message

STORE_DOWN = rule.rules(Settings())[rule.STORE_DOWN]


@dataclass
class Ear:
    """A channel that keeps what it hears, unless it is deaf."""

    name: str = "ear"
    deaf: int = 0
    heard: list[Message] = field(default_factory=list)

    def send(self, message: Message, id_: str) -> str:
        if self.deaf:
            self.deaf -= 1
            raise Undelivered("not now")
        self.heard.append(message)
        return id_


@dataclass
class Clock:
    now: float = 1e6

    def __call__(self) -> float:
        return self.now


def suffer(absence: Absence, clock: Clock, seconds: int) -> None:
    """Find the store away, every five seconds."""
    for _ in range(0, seconds, 5):
        clock.now += 5
        absence.note("Redis: Error 111 connecting to store:6379")


def test_it_is_told_after_half_a_minute_and_when_it_is_over() -> None:
    ear, clock = Ear(), Clock()
    absence = Absence(STORE_DOWN, [ear], "https://wiki", clock)
    suffer(absence, clock, 30)
    assert [] == ear.heard

    suffer(absence, clock, 600)
    (told,) = ear.heard
    assert ("store-down", "alarm") == (told.alert, told.status)
    assert "cannot use the store for 30 s: Redis: Error 111" in told.text
    assert told.text.endswith("https://wiki#store-down")

    absence.end()
    absence.end()
    assert ["alarm", "well"] == [message.status for message in ear.heard]
    assert "uses the store again after 10 min" in ear.heard[-1].text


def test_a_store_that_comes_and_goes_is_told_once_an_hour() -> None:
    ear, clock = Ear(), Clock()
    absence = Absence(STORE_DOWN, [ear], "", clock)
    for _ in range(100):  # two hours
        suffer(absence, clock, 60)
        absence.end()
        clock.now += 12

    assert ["alarm", "well"] * 2 == [message.status for message in ear.heard]


def test_a_short_absence_is_not_told() -> None:
    ear, clock = Ear(), Clock()
    absence = Absence(STORE_DOWN, [ear], "", clock)
    for _ in range(100):
        suffer(absence, clock, 30)
        absence.end()

    assert [] == ear.heard


def test_a_channel_that_does_not_take_it_is_tried_again_and_not_for_ever() -> None:
    slow, dead, clock = Ear(deaf=2), Ear(deaf=1000), Clock()
    absence = Absence(STORE_DOWN, [slow, dead], "", clock)
    suffer(absence, clock, 600)

    assert 1 == len(slow.heard)
    assert 1000 - 5 == dead.deaf

    absence.end()
    assert ["alarm", "well"] == [message.status for message in slow.heard]
    assert 1000 - 5 == dead.deaf  # who was not told needs no all-clear
