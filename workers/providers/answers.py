"""What sources have answered, and who is asking what, for all workers together.

All of it is kept per portal, in keys that `app/events/keys.py` lists:

    answer:<provider>:<digest>   what the source said; as long as it is good
    asking:<provider>:<digest>   a call is under way, or failed and has to wait
    tries:<provider>:<digest>    failed calls in a row
    answers_of:<contact>         digests of the contact's answers, so that a privacy
                                 deletion finds them
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import redis

from app.events import keys
from app.events.scripts import store_errors
from app.events.vault import Vault
from workers.providers import Answer

FIRST_DELAY_S = 5.0
LONGEST_DELAY_S = 3600.0
UNDER_WAY, FAILED = b"under way", b"failed"
TRIES_KEPT_MS = 86_400_000
# No answer is kept longer, so that none outlives the note of whose it is.
LONGEST_CACHE_S = 90 * 86_400.0
KEEP = """
if redis.call('DEL', KEYS[2]) == 1 then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return redis.call('DEL', KEYS[3])
"""


class Answers:
    """Keeps answers and leases on questions; every method may raise StoreDown."""

    def __init__(
        self, store: redis.Redis, portal: str, provider: str, vault: Vault
    ) -> None:
        self._store = store
        self._vault = vault
        self._portal = portal
        self._provider = provider

    def known(self, subjects: Sequence[str]) -> dict[str, Answer]:
        """Return the answers that are there, by key."""
        names = [self._name("answer", subject) for subject in subjects]
        with store_errors():
            found: Any = self._store.mget(names) if names else []
        return {
            subject: orjson.loads(self._vault.open(text))
            for subject, text in zip(subjects, found, strict=True)
            if text is not None
        }

    def take(self, subjects: Sequence[str], lease_s: float) -> list[str]:
        """Return those keys that are ours to ask about; nobody else will meanwhile."""
        pipe = self._store.pipeline(transaction=False)
        for subject in subjects:
            pipe.set(self._name("asking", subject), UNDER_WAY, nx=True, px=_ms(lease_s))
            # An answer that has come since we looked: whoever brought it let go.
            pipe.exists(self._name("answer", subject))
        with store_errors():
            replies = pipe.execute() if subjects else []
        ours = [s for s, taken in zip(subjects, replies[::2], strict=True) if taken]
        there = {s for s, is_ in zip(subjects, replies[1::2], strict=True) if is_}
        self.let_go([subject for subject in ours if subject in there])
        return [subject for subject in ours if subject not in there]

    def taken(self, subjects: Sequence[str]) -> dict[str, float]:
        """Return the keys that must not be asked about now, and for how long.

        It is 0.0 where a call is under way: nobody knows how long it takes.
        """
        pipe = self._store.pipeline(transaction=False)
        for subject in subjects:
            pipe.get(self._name("asking", subject))
            pipe.pttl(self._name("asking", subject))
        with store_errors():
            replies = pipe.execute() if subjects else []
        return {
            subject: max(0, ms) / 1000 if state == FAILED else 0.0
            for subject, state, ms in zip(
                subjects, replies[::2], replies[1::2], strict=True
            )
            if state is not None
        }

    def keep(self, answers: Mapping[str, Answer], cache_s: float) -> None:
        """Write answers down, and let go of their questions.

        What nobody asks any longer is not kept: its contact may have been forgotten.
        """
        pipe = self._store.pipeline(transaction=False)
        for subject, answer in answers.items():
            text = self._vault.seal(orjson.dumps(dict(answer)))
            names = [self._name(k, subject) for k in ("answer", "asking", "tries")]
            pipe.eval(KEEP, len(names), *names, text, _ms(cache_s))
        with store_errors():
            pipe.execute()

    def fail(self, subjects: Sequence[str]) -> None:
        """Count a failed call; each key has to wait, longer every time."""
        pipe = self._store.pipeline(transaction=False)
        for subject in subjects:
            pipe.incr(self._name("tries", subject))
            pipe.pexpire(self._name("tries", subject), TRIES_KEPT_MS)
        with store_errors():
            tries = pipe.execute()[::2]
            for subject, count in zip(subjects, tries, strict=True):
                delay_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** (count - 1))
                pipe.set(self._name("asking", subject), FAILED, px=_ms(delay_s))
            pipe.execute()

    def tries(self, subjects: Sequence[str]) -> dict[str, int]:
        """Return how many calls in a row have failed for each key."""
        names = [self._name("tries", subject) for subject in subjects]
        with store_errors():
            found = self._store.mget(names) if names else []
        return {s: int(count or 0) for s, count in zip(subjects, found, strict=True)}

    def let_go(self, subjects: Sequence[str], *, forgive: bool = False) -> None:
        """Give questions back that were not asked; forgive what has failed before."""
        kinds = ("asking", "tries") if forgive else ("asking",)
        names = [self._name(kind, subject) for subject in subjects for kind in kinds]
        with store_errors():
            if names:
                self._store.delete(*names)

    def belong(self, owners: Mapping[str, str]) -> None:
        """Note down whose answers these are: contact id to key."""
        pipe = self._store.pipeline(transaction=False)
        for contact_id, subject in owners.items():
            name = keys.of(self._portal, f"answers_of:{contact_id}")
            pipe.sadd(name, f"{self._provider}:{_digest(subject)}")
            pipe.pexpire(name, _ms(LONGEST_CACHE_S))
        with store_errors():
            if owners:
                pipe.execute()

    def _name(self, kind: str, subject: str) -> str:
        return keys.of(self._portal, f"{kind}:{self._provider}:{_digest(subject)}")


def forget(store: redis.Redis, portal: str, contact_id: str) -> None:
    """Delete every answer about a contact."""
    owned = keys.of(portal, f"answers_of:{contact_id}")
    with store_errors():
        members = store.smembers(owned)
        found = [bytes(member).decode() for member in members]  # type: ignore[arg-type]
        names = [
            keys.of(portal, f"{kind}:{member}")
            for member in found
            for kind in ("answer", "asking", "tries")
        ]
        store.delete(owned, *names)


def _digest(subject: str) -> str:
    # An e-mail address as part of a key would be seen by everybody who lists keys.
    return hashlib.sha256(subject.encode()).hexdigest()[:32]


def _ms(seconds: float) -> int:
    return max(1, int(seconds * 1000))
