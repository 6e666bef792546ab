"""A place in the row of a portal's dead letters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Mark:
    """A letter's place: when it was buried, and which it is."""

    buried_ms: int
    id: str

    def __str__(self) -> str:
        return f"{self.buried_ms}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Mark:
        """Return the mark of which this is the text.

        Raises:
            ValueError: it is no mark's.

        """
        ms, _, id_ = text.partition(":")
        return cls(int(ms), id_)

    def is_past(self, other: Mark, newest_first: bool = False) -> bool:
        """Tell whether this one comes after another."""
        return self < other if newest_first else self > other
