"""Reads a rules.toml; says everything that is wrong with it, and in which line."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from marshmallow.exceptions import SCHEMA

from app.errors import ConfigError
from workers import trigger
from workers.action import Action
from workers.providers import configuration
from workers.rules import condition
from workers.rules.condition import HISTORY, Condition
from workers.rules.rule import Rule

_HEADER = re.compile(r"^\s*\[\[\s*(rule|provider)\s*\]\]")
# What an action may look up that no provider is asked for.
_LOOKUPS = frozenset({"companies", "deals", "duplicates"})

_MOST_SUGGESTED = 3


def _check_trigger(name: str) -> None:
    try:
        trigger.check(name)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class _RuleSchema(Schema):
    """One [[rule]]; `when` and `parameters` are looked at more closely later."""

    name = fields.String(required=True, validate=validate.Length(min=1))
    action = fields.String(required=True)
    on = fields.List(fields.String(validate=_check_trigger), load_default=list)
    portals = fields.List(fields.String(), load_default=list)
    when = fields.Dict(keys=fields.String(), values=fields.Dict(), load_default=dict)
    parameters = fields.Dict(keys=fields.String(), load_default=dict)
    dry_run = fields.Boolean(load_default=False)
    rollout = fields.Integer(
        load_default=100, strict=True, validate=validate.Range(min=0, max=100)
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and in which line (1 is the first)."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


class RulesError(ConfigError):
    """A document that cannot be used; `problems` lists everything wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "\n".join(["these rules are wrong:", *map(_indented, problems)])
        )
        self.problems = tuple(problems)


def _indented(problem: Problem) -> str:
    return f"  {problem}"


def parse(
    text: str,
    actions: Sequence[Action],
    providers: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> list[Rule]:
    """Return the rules of a document, in its order.

    Args:
        text: of the document.
        actions: all there are.
        providers: names of those that are not described in the document.
        environ: where the secrets of the providers are.

    Raises:
        RulesError: lists everything that is wrong.

    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        last = text.count("\n") + 1
        raise RulesError(
            [Problem(int(found[1]) if found else last, str(error))]
        ) from None
    reader = _Reader(text, actions)
    rules = list(reader.rules(document))
    reader.check_providers(document, rules, providers, environ or {})
    if reader.problems:
        raise RulesError(sorted(reader.problems, key=lambda problem: problem.line))
    return rules


def provider_tables(text: str) -> list[Mapping[str, Any]]:
    """Return the [[provider]] tables of a document that `parse` found right."""
    tables: list[Mapping[str, Any]] = tomllib.loads(text).get("provider", [])
    return tables


class _Reader:
    """Turns tables into rules, and collects what is wrong on the way."""

    def __init__(self, text: str, actions: Sequence[Action]) -> None:
        self.problems: list[Problem] = []
        self._lines = text.splitlines()
        headers = [(i, _HEADER.match(line)) for i, line in enumerate(self._lines)]
        self._headers = [(i, found[1]) for i, found in headers if found]
        self._actions = _by_name(actions)
        self._taken: set[str] = set()

    def rules(self, document: Mapping[str, Any]) -> Iterator[Rule]:
        for name in document.keys() - {"rule", "provider"}:
            self._say(-1, name, f"there is no {name!r}; rules begin with [[rule]]")
        tables = document.get("rule", [])
        if not isinstance(tables, list):
            self._say(-1, "rule", "rules begin with [[rule]], in double brackets")
            return
        if not tables and not self.problems:
            # Perhaps an editor has not written it yet.
            self._say(-1, "rule", "there is no [[rule]], and nothing would be done")
        for number, table in enumerate(tables):
            rule = self._rule(number, table)
            if rule:
                yield rule

    def _rule(self, number: int, table: Mapping[str, Any]) -> Rule | None:
        self._note_name(number, table)
        try:
            read = _RuleSchema(unknown=RAISE).load(table)
        except ValidationError as error:
            for name, what in error.messages_dict.items():
                told = _or_its_like(str(name), what, _RuleSchema().fields)
                self._say(number, str(name), f"{name}: {told}")
            return None
        action = self._actions.get(read["action"])
        if action is None:
            self._say(number, "action", self._unknown(read["action"]))
            return None
        return Rule(
            name=read["name"],
            action=action,
            on=frozenset(read["on"]) or action.on,
            portals=frozenset(read["portals"]),
            conditions=tuple(self._conditions(number, read["when"])),
            parameters=self._parameters(number, action, read["parameters"]),
            dry_run=read["dry_run"],
            rollout=read["rollout"],
        )

    def _unknown(self, name: str) -> str:
        # An action has at most two names, and is suggested by the nearer one.
        near: dict[str, str] = {}
        for each in get_close_matches(name, self._actions, 2 * _MOST_SUGGESTED):
            near.setdefault(self._actions[each].name, each)
        names = list(near.values())[:_MOST_SUGGESTED]
        meant = f"did you mean {' or '.join(names)}? " if names else ""
        return f"no action {name!r}; {meant}is its module in ACTION_MODULES?"

    def check_providers(
        self,
        document: Mapping[str, Any],
        rules: Iterable[Rule],
        others: Iterable[str],
        environ: Mapping[str, str],
    ) -> None:
        """Look at the providers that are described, and for those that are not."""
        tables = document.get("provider", [])
        if not isinstance(tables, list):
            self._say(-1, "provider", "providers begin with [[provider]]")
            return
        for number, problems in configuration.check(tables, environ).items():
            for name, what in problems.items():
                self._say(number, name, f"{name}: {_flat(what)}", "provider")
        known = _LOOKUPS.union(others, (str(table.get("name")) for table in tables))
        for number, rule in enumerate(rules if not self.problems else ()):
            asked = {each for each in rule.looks_up if not each.startswith(HISTORY)}
            for name in asked - known:
                self._say(number, "provider", f"there is no provider {name!r}")

    def _note_name(self, number: int, table: Any) -> None:
        name = table.get("name") if isinstance(table, dict) else None
        if isinstance(name, str):
            if name in self._taken:
                self._say(number, "name", f"there are two rules called {name!r}")
            self._taken.add(name)

    def _conditions(
        self, number: int, when: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[Condition]:
        for name, tests in when.items():
            for operator, operand in tests.items():
                try:
                    yield condition.read(name, operator, operand)
                except ValueError as error:
                    self._say(number, name, f"when: {error}")

    def _parameters(
        self, number: int, action: Action, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        try:
            loaded: Mapping[str, Any] = action.schema().load(given)
        except ValidationError as error:
            for name, what in error.messages_dict.items():
                told = _or_its_like(str(name), what, action.parameters)
                self._say(number, str(name), f"parameters: {name}: {told}")
            return {}
        return loaded

    def _say(self, number: int, word: str, what: str, kind: str = "rule") -> None:
        """Note a problem at the line of a rule where the word stands first."""
        starts = [start for start, found in self._headers if found == kind]
        begin = starts[number] if 0 <= number < len(starts) else 0
        later = [start for start, _ in self._headers if start > begin]
        end = later[0] if later and number >= 0 else len(self._lines)
        mentions = re.compile(rf'(?<!\w)"?{re.escape(word)}"?\s*(=|\]|\.)')
        spots = (i for i in range(begin, end) if mentions.search(self._lines[i]))
        self.problems.append(Problem(next(spots, begin) + 1, what))


def _by_name(actions: Sequence[Action]) -> dict[str, Action]:
    """Name actions by their full names, and by their module where it has but one."""
    modules = Counter(action.name.partition(".")[0] for action in actions)
    named = {action.name: action for action in actions}
    for action in actions:
        module = action.name.partition(".")[0]
        if modules[module] == 1:
            named[module] = action
    return named


def _or_its_like(name: str, what: Any, there: Iterable[str]) -> str:
    """Return what is wrong with a field; of one that is not there, what is."""
    names = sorted(there)
    if name in names or name == SCHEMA:
        return _flat(what)
    near = get_close_matches(name, names, _MOST_SUGGESTED)
    if near:
        return f"there is no such field; did you mean {' or '.join(near)}?"
    return f"there is no such field; there are {', '.join(names) or 'none'}"


def _flat(messages: Any) -> str:
    """Return marshmallow's messages, however deep they are nested, as one line."""
    if isinstance(messages, Mapping):
        return " ".join(f"{key}: {_flat(value)}" for key, value in messages.items())
    if isinstance(messages, list | tuple):
        return " ".join(map(_flat, messages))
    return str(messages)
