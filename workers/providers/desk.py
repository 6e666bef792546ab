"""Asks providers on behalf of a round, in the background, and says what is there yet.

A round never waits for a slow source. It asks, goes on without what does not come at
once, and finds the answer in the store when the contact comes again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import redis

from app.errors import ConfigError, GiveUp, HubkeeperError, Snooze
from app.events.vault import Vault
from workers.contact import Contact
from workers.providers import Provider, answers
from workers.providers.answers import Answers
from workers.providers.line import Line

SHORTEST_WAIT_S = 0.5


class Desk:
    """Where the rounds of one worker process ask all providers."""

    def __init__(
        self,
        store: redis.Redis,
        providers: Sequence[Provider] = (),
        now: Callable[[], float] = time.monotonic,
        vault: Vault | None = None,
    ) -> None:
        self._store = store
        self._vault = vault or Vault()
        self._now = now
        self._lines: dict[str, Line] = {}
        self.use(providers)

    def use(self, providers: Sequence[Provider]) -> None:
        """Ask these providers from now on; what is known of the others is kept.

        Raises:
            ConfigError: two of them have one name.

        """
        lines: dict[str, Line] = {}
        for provider in providers:
            if provider.name in lines:
                raise ConfigError(f"two providers are called {provider.name}")
            line = self._lines.get(provider.name)
            if line is None or line.provider is not provider:
                line = Line(self._store, provider, self._now)
            lines[provider.name] = line
        self._lines = lines

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the contact properties that the provider's key is made of.

        Raises:
            ConfigError: there is no such provider.

        """
        return self._line(name).provider.reads

    def ask(
        self, portal: str, name: str, contacts: Sequence[Contact]
    ) -> dict[str, Any]:
        """Return what there is for each contact: a mapping, or an error to raise.

        Takes at most the provider's `patience_s`, however many contacts there are.

        Raises:
            ConfigError: there is no such provider.
            StoreDown: the store did not answer.

        """
        line = self._line(name)
        found, subjects = _subjects(line.provider, contacts)
        book = self._book(portal, name)
        known = book.known(_unique(subjects))
        missing = [s for s in _unique(subjects) if s not in known]
        excuses: dict[str, HubkeeperError] = {}
        if missing:
            book.belong({c: s for c, s in subjects.items() if s not in known})
            excuses = self._fetch(line, book, missing)
            known |= book.known(missing)
        for contact_id, subject in subjects.items():
            found[contact_id] = known.get(subject, excuses.get(subject, {}))
        return found

    def _fetch(
        self, line: Line, book: Answers, missing: list[str]
    ) -> dict[str, HubkeeperError]:
        """Ask about what is missing; return an excuse for each key, just in case."""
        provider = line.provider
        hopeless = {s for s, n in book.tries(missing).items() if n >= provider.tries}
        # A replay of the dead letter asks anew.
        book.let_go(sorted(hopeless), forgive=True)
        taken = book.taken([s for s in missing if s not in hopeless])
        free = [s for s in missing if s not in hopeless and s not in taken]
        calls, unaffordable = line.start(book, free)
        if line.breaker.typical_s <= provider.patience_s:
            _wait(calls, self._now() + provider.patience_s, self._now)
        excuses: dict[str, HubkeeperError] = {
            subject: GiveUp(f"{provider.name} failed {provider.tries} times in a row")
            for subject in hopeless
        }
        waiting = [s for s in (*taken, *free) if s not in unaffordable]
        for index, subject in enumerate(waiting):
            excuses[subject] = Snooze(
                max(taken.get(subject, 0.0), _wait_s(line, index)),
                f"{provider.name} has not answered yet",
            )
        return excuses

    def recall(
        self, portal: str, name: str, contacts: Sequence[Contact]
    ) -> dict[str, Any]:
        """Return what is known already; a Snooze for each contact to ask about.

        Raises:
            ConfigError: there is no such provider.
            StoreDown: the store did not answer.

        """
        found, subjects = _subjects(self._line(name).provider, contacts)
        known = self._book(portal, name).known(_unique(subjects))
        unasked = Snooze(0, f"{name} would be asked first")
        return found | {i: known.get(key, unasked) for i, key in subjects.items()}

    def forget(self, portal: str, contact_id: str) -> None:
        """Delete what sources have said about a contact."""
        answers.forget(self._store, portal, contact_id)

    def _book(self, portal: str, name: str) -> Answers:
        return Answers(self._store, portal, name, self._vault)

    def _line(self, name: str) -> Line:
        try:
            return self._lines[name]
        except KeyError:
            raise ConfigError(f"there is no provider called {name!r}") from None


class Archive:
    """A desk that only recalls: nobody is asked, and nothing is spent."""

    def __init__(self, desk: Desk) -> None:
        self.reads = desk.reads
        self.ask = desk.recall
        self.forget = desk.forget


def _subjects(
    provider: Provider, contacts: Sequence[Contact]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is settled already, and the key of each other contact."""
    settled: dict[str, Any] = {}
    subjects: dict[str, str] = {}
    for contact in contacts:
        try:
            subject = provider.key(contact)
        except Exception as error:  # a provider's bug is that contact's misfortune only
            settled[contact.id] = error
            continue
        if subject:
            subjects[contact.id] = subject
        else:
            settled[contact.id] = {}
    return settled, subjects


def _unique(subjects: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(subjects.values()))


def _wait(
    calls: Iterable[threading.Thread], until: float, now: Callable[[], float]
) -> None:
    for call in calls:
        call.join(max(0.0, until - now()))


def _wait_s(line: Line, index: int) -> float:
    """Return when the answer can be there that `index` others are ahead of."""
    if line.breaker.wait_s:
        return line.breaker.wait_s + SHORTEST_WAIT_S
    ahead = index // (line.provider.concurrency * line.provider.keys_per_call)
    return max(SHORTEST_WAIT_S, line.breaker.typical_s * (1 + ahead))
