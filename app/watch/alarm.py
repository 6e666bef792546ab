"""What is alarming now, for whoever asks: the command, the API and the dashboard."""

from __future__ import annotations

from app.watch.ladder import Standing
from app.watch.register import Page
from app.watch.rule import Rules
from app.watch.trouble import Key


def alarming(page: Page, rules: Rules) -> dict[Key, Standing]:
    """Return the alerts that people know of, or will know of when there is room."""
    return {
        key: each
        for key, each in page.standings.items()
        if each.is_known
        or (each.began and key.rule in rules and rules[key.rule].step(each.value))
    }
