"""The calls of one worker process to one source: so many at once, and no more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import redis

from app import logs
from app.errors import StoreDown
from workers.providers import Answer, KeyRefused, Provider, SourceClosed
from workers.providers.answers import Answers
from workers.providers.breaker import Breaker
from workers.providers.budget import Budget

log = logs.get()

# What a call may take beyond its time before it counts as lost.
GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call under way."""

    thread: threading.Thread
    book: Answers
    subjects: Sequence[str]
    began_at: float


class Line:
    """Makes calls in threads of their own; thread-safe."""

    def __init__(
        self,
        store: redis.Redis,
        provider: Provider,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.provider = provider
        self.breaker = Breaker(now)
        self._budget = Budget(store, provider.name, provider.monthly_budget)
        self._now = now
        self._calls: dict[int, Call] = {}
        # Keys whose batch was refused because of one of them.
        self._alone: set[str] = set()
        self._lock = threading.Lock()

    def start(
        self, book: Answers, subjects: Sequence[str]
    ) -> tuple[list[threading.Thread], set[str]]:
        """Start as many calls as there may be; return them, and what is unaffordable.

        Raises:
            StoreDown: nothing was started.

        """
        self._drop_lost_calls()
        batches = list(self._batches(subjects))[: self._free()]
        wanted = [subject for batch in batches for subject in batch]
        ours = book.take(wanted, self.provider.timeout_s + GRACE_S)
        affordable = self._budget.spend(len(ours))
        unaffordable = ours[affordable:]
        if unaffordable:
            book.let_go(unaffordable)
            log.warning("provider_budget_spent", provider=self.provider.name)
        mine = set(ours[:affordable])
        begun = []
        for batch in batches:
            if batch := [subject for subject in batch if subject in mine]:
                begun.append(self._begin(book, batch))
        return begun, set(unaffordable)

    def _batches(self, subjects: Sequence[str]) -> Iterator[list[str]]:
        alone = [subject for subject in subjects if subject in self._alone]
        together = [subject for subject in subjects if subject not in self._alone]
        size = self.provider.keys_per_call
        for start in range(0, len(together), size):
            yield together[start : start + size]
        for subject in alone:
            yield [subject]

    def _free(self) -> int:
        most = self.provider.concurrency
        if self.breaker.most_calls is not None:
            most = self.breaker.most_calls
        return max(0, most - len(self._calls))

    def _begin(self, book: Answers, subjects: list[str]) -> threading.Thread:
        # A source that hangs must not keep the process from ending: daemon.
        thread = threading.Thread(
            target=self._call,
            args=(book, subjects),
            name=f"provider-{self.provider.name}",
            daemon=True,
        )
        with self._lock:
            self._calls[id(thread)] = Call(thread, book, subjects, self._now())
        thread.start()
        return thread

    def _call(self, book: Answers, subjects: list[str]) -> None:
        began_at = self._now()
        try:
            try:
                found = self.provider.ask(subjects, self.provider.timeout_s)
                kept = {s: _checked(found.get(s, {})) for s in subjects}
            except Exception as error:  # whatever it is, it is the source's trouble
                self._failed(book, subjects, error)
            else:
                book.keep(kept, self.provider.cache_s)
                self.breaker.succeeded(self._now() - began_at)
        except StoreDown as error:
            # The answer is lost; the lease runs out, and the key is asked about again.
            log.warning("store_down", provider=self.provider.name, error=str(error))
        finally:
            with self._lock:
                self._calls.pop(id(threading.current_thread()), None)

    def _failed(self, book: Answers, subjects: list[str], error: Exception) -> None:
        log.warning(
            "provider_failed",
            provider=self.provider.name,
            keys=len(subjects),
            error=f"{type(error).__name__}: {error}",
        )
        match error:
            case KeyRefused() if len(subjects) > 1:
                self._alone.update(subjects)
                book.let_go(subjects)
            case KeyRefused():
                self._alone.difference_update(subjects)
                book.keep({subject: {} for subject in subjects}, self.provider.cache_s)
            case SourceClosed():
                self.breaker.rest(error.wait_s)
                book.let_go(subjects)
            case _:
                self.breaker.failed()
                book.fail(subjects)

    def _drop_lost_calls(self) -> None:
        """Count calls as failed that are long past their time."""
        latest = self._now() - self.provider.timeout_s - GRACE_S
        with self._lock:
            lost = [i for i, call in self._calls.items() if call.began_at < latest]
            calls = [self._calls.pop(i) for i in lost]
        for call in calls:
            self._failed(call.book, list(call.subjects), TimeoutError("never ended"))


def _checked(answer: object) -> Answer:
    """Return the answer as text by property.

    Raises:
        TypeError: it is no mapping, or holds what is no value of a property.

    """
    if not isinstance(answer, Mapping):
        raise TypeError(f"an answer must be a mapping, not {type(answer).__name__}")
    for name, value in answer.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"the answer's {name!r} is no text")
    return answer
