"""What kept a contact from being finished, as the scripts note it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.events.vault import Vault


@dataclass(frozen=True, slots=True)
class Step:
    """Something that kept a contact from being finished.

    Attributes:
        at: epoch seconds on the store's clock.
        what: "lost" (the worker died), "postponed", "buried" or "replayed".
        attempts: failed attempts by then.
        why: the error in words; of a replay, the dead letter.

    """

    at: float
    what: str
    attempts: int
    why: str

    def line(self, vault: Vault) -> str:
        """Return the stored form; what is wrong may repeat what a contact holds."""
        why = vault.seal_text(" ".join(self.why.split()))
        return f"{round(self.at * 1000)} {self.what} {self.attempts} {why}"


def steps_from(lines: Sequence[bytes], vault: Vault) -> tuple[Step, ...]:
    """Read steps as the scripts note them down.

    Raises:
        Sealed: a step was sealed with a key that is not there.

    """
    return tuple(_step(line, vault) for line in lines)


def _step(line: bytes, vault: Vault) -> Step:
    at, what, attempts, why = line.split(b" ", 3)
    return Step(int(at) / 1000, what.decode(), int(attempts), vault.open_text(why))
