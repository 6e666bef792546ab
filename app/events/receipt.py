"""What became of the items of a delivery."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the items of one delivery; all are stored when this exists."""

    accepted: int = 0
    duplicates: int = 0
    echoes: int = 0
    ignored: int = 0
    unreadable: int = 0

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.echoes + other.echoes,
            self.ignored + other.ignored,
            self.unreadable + other.unreadable,
        )
