"""The rules in force; a changed file takes effect at once, a bad one never does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from app import logs
from app.errors import ConfigError
from workers.action import STAGES, Action
from workers.providers import Provider, configuration
from workers.rules import document
from workers.rules.rule import Rule

log = logs.get()

Stamp = tuple[int, int]


class RuleBook:
    """The rules, in the order in which they have their turn: by stage, then as written.

    Args:
        actions: all there are.
        file: a rules.toml; None takes every default action as it comes.
        providers: those that are not described in the file.
        environ: where the secrets of those that are described there are.

    Raises:
        ConfigError: the file cannot be read, or RulesError: it cannot be used.

    """

    def __init__(
        self,
        actions: Sequence[Action],
        file: Path | None = None,
        providers: Sequence[Provider] = (),
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._actions = actions
        self._file = file
        self._own_providers = providers
        self._environ = environ or {}
        self._stamp = _stamp(file)
        self._rules, self._providers = self._load()

    def refresh(self) -> None:
        """Read the file again if it has changed; keep the old rules if it is bad."""
        stamp = _stamp(self._file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._rules, self._providers = self._load()
        except ConfigError as error:
            log.error("rules_refused", file=str(self._file), error=str(error))
        else:
            log.info("rules_reloaded", file=str(self._file), rules=len(self._rules))

    def _load(self) -> tuple[list[Rule], list[Provider]]:
        providers = list(self._own_providers)
        if self._file is None:
            rules = [Rule.of(action) for action in self._actions if action.default]
        else:
            text = read_text(self._file)
            names = [provider.name for provider in providers]
            rules = document.parse(text, self._actions, names, self._environ)
            tables = document.provider_tables(text)
            providers += configuration.read(tables, self._environ)
        return sorted(rules, key=lambda rule: STAGES.index(rule.stage)), providers

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules in force."""
        return tuple(self._rules)

    @property
    def providers(self) -> Sequence[Provider]:
        """The providers that the rules may ask."""
        return tuple(self._providers)


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
