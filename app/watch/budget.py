"""How many messages may go out: at most twenty within any hour, then one that says so.

What finds no room is not forgotten: it is found again at the next look, and told
together with its like as soon as there is room.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

HOUR_S = 3_600.0
MOST_AN_HOUR = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """What went out lately.

    Attributes:
        sent: when, within the last hour; epoch seconds.
        noticed_at: when people were told last that messages are held back.

    """

    sent: tuple[float, ...] = ()
    noticed_at: float = 0.0

    def at(self, now: float) -> Budget:
        """Return the budget without what is older than an hour."""
        sent = tuple(each for each in self.sent if now - each < HOUR_S)
        return dataclasses.replace(self, sent=sent)

    def room(self, wanted: int, now: float) -> tuple[int, bool]:
        """Return how many of the wanted messages may go out, and whether a notice too.

        The last place is kept for the notice, unless it was given within the hour.
        """
        room = max(0, MOST_AN_HOUR - len(self.sent))
        if wanted <= room - 1 or (wanted <= room and self._noticed(now)):
            return wanted, False
        if self._noticed(now) or room == 0:
            return room, False
        return room - 1, True

    def spend(self, messages: int, now: float, *, notice: bool = False) -> Budget:
        """Return the budget after messages went out, a notice included if there was."""
        return Budget(
            (*self.sent, *[now] * (messages + notice)),
            now if notice else self.noticed_at,
        )

    @property
    def free_at(self) -> float:
        """Return when the next place will be free."""
        return min(self.sent, default=0.0) + HOUR_S

    def _noticed(self, now: float) -> bool:
        return bool(self.noticed_at) and now - self.noticed_at < HOUR_S
