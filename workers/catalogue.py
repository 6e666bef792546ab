"""Writes the page of all actions from their docstrings and from what they declare."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path

from marshmallow import fields, missing

from workers import actions as shipped
from workers import changes, registry
from workers.action import Action

PAGE = Path(shipped.__path__[0]) / "README.md"
SECTIONS = ("Trigger", "Reads", "Writes", "Parameters")
STAGE_TITLES = {
    "enrich": "Enrich",
    "associate": "Associate",
    "pin": "Pin",
    "react": "React",
}
HEAD = """\
# The actions

Made from the actions' own words by `python -m workers.catalogue`; a test sees to it
that this page and the code agree. Those marked *default* run when there is no rules
file. All of them can be chosen in `rules.toml`:

```toml
[[rule]]
name = "numbers in Austria"
action = "tidy_phone"
parameters = { default_country = "AT" }
```

Whatever runs on a creation, a changed property or a changed association also runs on
`contact.reconcile`: a reconcile or backfill has come by the contact, and nobody knows
what happened to it. What runs on nothing but deletions, merges or restores does not.
"""

CHANGES_TAIL = """\
In place of changes an action may raise `Skip` (there is nothing to do),
`Snooze(seconds)` (look at this contact again) or `GiveUp(reason)` (a person should
see it). What it yielded before a `Skip` or a `Snooze` is carried out; a `GiveUp`, like
every other error, makes the contact a dead letter of which nothing is written.
"""


def page(actions: Sequence[Action]) -> str:
    """Return a page of Markdown about the actions, in the order of their turns."""
    parts = [HEAD]
    for stage, title in STAGE_TITLES.items():
        parts.append(f"## {title}\n")
        parts += [about(action) for action in actions if action.stage == stage]
    return "\n".join([*parts, *_changes()])


def about(action: Action) -> str:
    """Return what there is to say about one action, as Markdown."""
    title, *rest = text_of(action).split("\n")
    name = action.name.partition(".")[0]
    lines = [f"### {name}{' (default)' if action.default else ''}\n", f"{title}\n"]
    lines += ["```text", *"\n".join(rest).strip("\n").split("\n"), "```", ""]
    lines += [f"- runs on {_listed(sorted(action.on))}"]
    if action.looks_up:
        lines += [f"- looks up {_listed(action.looks_up)}"]
    lines += [f"- {line}" for line in _parameters(action)]
    return "\n".join([*lines, ""])


def _changes() -> Iterator[str]:
    """Yield what there is to say about changes, in the words of their classes."""
    head, *rest = inspect.cleandoc(changes.__doc__ or "").split("\n")
    yield "\n".join(["## Changes", "", head, *rest, "", CHANGES_TAIL])
    for kind in vars(changes).values():
        if isinstance(kind, type) and changes.Change in kind.__bases__:
            yield f"### {kind.__name__}\n"
            yield f"`{kind.__name__}({_signature(kind)})`\n"
            text = inspect.cleandoc(kind.__doc__ or "")
            yield f"```text\n{text}\n```\n"


def _signature(kind: type) -> str:
    parts = []
    for each in inspect.signature(kind).parameters.values():
        plain = str(each.replace(annotation=each.empty, default=each.empty))
        default = each.default
        told = str(default) if isinstance(default, enum.Enum) else repr(default)
        parts.append(plain if default is each.empty else f"{plain}={told}")
    return ", ".join(parts)


def text_of(action: Action) -> str:
    """Return the docstring of the action's module."""
    module = inspect.getmodule(action.function)
    return inspect.cleandoc((module and module.__doc__) or "")


def sections(action: Action) -> dict[str, str]:
    """Return the sections of the docstring by name, each as one text.

    What is in none of SECTIONS is under "Example".
    """
    found: dict[str, list[str]] = {}
    current = "Example"
    for line in text_of(action).split("\n")[1:]:
        head, colon, rest = line.partition(":")
        if colon and head in SECTIONS:
            current, line = head, rest.strip()
        elif not line.strip():
            current = "Example"
        found.setdefault(current, []).append(line)
    return {name: "\n".join(lines).strip() for name, lines in found.items()}


def _parameters(action: Action) -> Iterator[str]:
    for name, declared in action.parameters.items():
        kind = type(declared).__name__.lower()
        yield f"parameter `{name}` ({kind}): {_default(declared)}"


def _default(declared: fields.Field[object]) -> str:
    if declared.required:
        return "required"
    default = declared.load_default
    if default is missing:
        return "may be left out"
    value = default() if callable(default) else default
    if isinstance(value, bool):
        return f"`{str(value).lower()}` unless given"
    if value or isinstance(value, int | float):
        return f"`{value!r}` unless given"
    return "empty unless given"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def main() -> None:
    """Write the page beside the actions."""
    PAGE.write_text(page(registry.discover()), encoding="utf-8")


if __name__ == "__main__":
    main()
