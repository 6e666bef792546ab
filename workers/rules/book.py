"""The rules in force; a changed file takes effect at once, a bad one never does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app import logs
from app.errors import ConfigError
from workers.action import STAGES, Action
from workers.rules import document
from workers.rules.rule import Rule

log = logs.get()

Stamp = tuple[int, int]


class RuleBook:
    """The rules, in the order in which they have their turn: by stage, then as written.

    Args:
        actions: all there are.
        file: a rules.toml; None takes every default action as it comes.

    Raises:
        ConfigError: the file cannot be read, or RulesError: it cannot be used.

    """

    def __init__(self, actions: Sequence[Action], file: Path | None = None) -> None:
        self._actions = actions
        self._file = file
        self._stamp = _stamp(file)
        self._rules = self._load()

    def refresh(self) -> None:
        """Read the file again if it has changed; keep the old rules if it is bad."""
        stamp = _stamp(self._file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._rules = self._load()
        except ConfigError as error:
            log.error("rules_refused", file=str(self._file), error=str(error))
        else:
            log.info("rules_reloaded", file=str(self._file), rules=len(self._rules))

    def _load(self) -> list[Rule]:
        if self._file is None:
            rules = [Rule.of(action) for action in self._actions if action.default]
        else:
            rules = document.parse(read_text(self._file), self._actions)
        return sorted(rules, key=lambda rule: STAGES.index(rule.stage))

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules in force."""
        return tuple(self._rules)


def read_text(file: Path) -> str:
    """Return what is in the file.

    Raises:
        ConfigError: it is not there, or is no text.

    """
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"RULES_FILE {file} cannot be read: {error}") from error


def _stamp(file: Path | None) -> Stamp | None:
    try:
        found = file.stat() if file else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size) if found else None
