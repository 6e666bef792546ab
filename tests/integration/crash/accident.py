"""Accidents at a chosen store call or HTTP call of a round."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import redis
import requests
from redis.client import Pipeline

Result = TypeVar("Result")


class Accident(enum.Enum):
    """What happens at the chosen call."""

    KILLED_BEFORE = "the worker dies just before the call"
    KILLED_AFTER = "the worker dies just after the call, before it hears the answer"
    MEANWHILE = "a person changes a contact, and the webhook comes in"
    OVERTAKEN = (
        "the worker sleeps so long that another takes its contacts, then goes on"
    )
    RELIEVED = "the worker sleeps so long that others do all its work, then goes on"


class KilledError(BaseException):
    """Passes everything that catches Exception, as kill -9 does."""


@dataclass(slots=True)
class Trip:
    """Counts the calls, and has an accident at one of them.

    Attributes:
        at: the call it happens at, counted from 1; 0 for a round without accident.
        disturb: what happens for MEANWHILE and OVERTAKEN.

    """

    at: int = 0
    accident: Accident = Accident.KILLED_BEFORE
    disturb: Callable[[], None] = lambda: None
    calls: int = 0
    happened: bool = field(default=False)

    def around(self, call: Callable[[], Result]) -> Result:
        """Make the call, or not."""
        self.calls += 1
        if self.calls != self.at:
            return call()
        self.happened = True
        if self.accident is Accident.KILLED_BEFORE:
            raise KilledError
        result = call()
        if self.accident is Accident.KILLED_AFTER:
            raise KilledError
        self.disturb()
        return result


class TrippingPipeline(Pipeline):
    """A pipeline whose one round trip may meet with an accident."""

    trip: Trip

    def execute(self, raise_on_error: bool = True) -> Any:
        return self.trip.around(
            lambda: super(TrippingPipeline, self).execute(raise_on_error)
        )


class TrippingStore(redis.Redis):
    """A client of the real store in whose calls accidents happen."""

    trip: Trip

    def execute_command(self, *args: Any, **options: Any) -> Any:
        return self.trip.around(
            lambda: super(TrippingStore, self).execute_command(*args, **options)
        )

    def pipeline(self, transaction: Any = True, shard_hint: Any = None) -> Pipeline:
        pipe = TrippingPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
        pipe.trip = self.trip
        return pipe


class TrippingSession(requests.Session):
    """A session to the real sandbox in whose requests accidents happen."""

    def __init__(self, trip: Trip) -> None:
        super().__init__()
        self.trip = trip

    def request(self, *args: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        return self.trip.around(
            lambda: super(TrippingSession, self).request(*args, **options)
        )
