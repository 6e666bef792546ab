"""From what was seen and what was known to what is known now and what is to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.watch import ladder, message, trouble
from app.watch.ladder import Standing
from app.watch.measure import Measure
from app.watch.message import Item, Message
from app.watch.register import Page
from app.watch.rule import Rules
from app.watch.trouble import Key, Trouble

# Nobody knows what was in between when nobody looked for so long.
GAP_S = 30.0


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges by given rules.

    Attributes:
        rules: by name.
        most_waiting: waiting events of a portal above which deliveries are refused.
        runbook_url: where messages link to.

    """

    rules: Rules
    most_waiting: int
    runbook_url: str

    def judge(
        self, page: Page, seen: Measure, failed: Mapping[str, tuple[int, int]]
    ) -> tuple[Page, list[Message]]:
        """Return the register after a look, its posts as before, and what to send.

        Args:
            page: what the register said.
            seen: what the look saw.
            failed: of each portal how many failed lately, and of how many.

        """
        known = page.standings
        if seen.at - page.looked_at > GAP_S:
            known = {key: each for key, each in known.items() if each.is_known}
        found = trouble.find(
            seen,
            failed,
            self.rules,
            most_waiting=self.most_waiting,
            rounds_before=page.rounds,
        )
        standings = self._follow(known, found, seen.at)
        return self._tell(page, seen, standings)

    def _follow(
        self, known: Mapping[Key, Standing], found: Mapping[Key, Trouble], now: float
    ) -> dict[Key, Standing]:
        """Return how every alert stands after this look."""
        open_ = [key for key, standing in known.items() if standing.is_known]
        doubtful = trouble.doubtful(found, open_)
        after = {key: each for key, each in known.items() if key in doubtful}
        for key in {*known, *found} - doubtful:
            if rule := self.rules.get(key.rule):
                standing = known.get(key, ladder.FRESH)
                if seen := found.get(key):
                    value, told = seen.value, seen.words
                    after[key] = ladder.see(standing, rule, value, told, now)
                elif left := ladder.miss(standing, now):
                    after[key] = left
        return after

    def _tell(
        self, page: Page, seen: Measure, standings: dict[Key, Standing]
    ) -> tuple[Page, list[Message]]:
        """Turn news into messages, as far as there is room for them."""
        now = seen.at
        composed = message.compose(self._news(standings, now), self.runbook_url, now)
        budget = page.budget.at(now)
        room, notice = budget.room(len(composed), now)
        messages = [each for each, _ in composed[:room]]
        for item in (item for _, items in composed[:room] for item in items):
            told = ladder.tell(item.standing, item.rule, item.news, now)
            standings[item.key] = told
        budget = budget.spend(room, now, notice=notice)
        if notice:
            held = len(composed) - room
            url = self.runbook_url
            messages.append(message.held_back(held, budget.free_at, url))
        return Page(now, seen.rounds, budget, standings, page.posts), messages

    def _news(self, standings: Mapping[Key, Standing], now: float) -> Sequence[Item]:
        return [
            Item(key, self.rules[key.rule], what, standing)
            for key, standing in sorted(standings.items(), key=lambda pair: pair[0])
            if (what := ladder.news(standing, self.rules[key.rule], now))
        ]
