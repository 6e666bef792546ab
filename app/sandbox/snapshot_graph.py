"""The sandbox's objects as JSON and back: which are one and the same stays so.

What JSON has no form for is an object with a "$" name: {"$tuple": [1, 2]}, and a record
of the portal {"$is": "crm.record:Record", "$no": 7, ...its attributes}; where it turns
up again, {"$no": 7}. Reading makes instances of the sandbox's own classes and fills
their attributes; it calls none of their code, but to make anew what it is told to.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

ROOT = "app.sandbox."

_PLAIN = frozenset({str, int, float, bool, type(None)})


class Writer:
    """Turns objects into JSON values.

    `fixed` are objects that exist in every sandbox, with a name for each; of an
    instance of a class in `anew` nothing is kept, and the Reader makes an empty one.
    """

    def __init__(self, fixed: Mapping[str, object], anew: Iterable[type] = ()) -> None:
        self._fixed = {id(each): name for name, each in fixed.items()}
        self._anew = frozenset(anew)
        self._numbers: dict[int, int] = {}
        self._kept: list[object] = []  # an id() is only unique among the living

    def write(self, value: Any) -> Any:
        """Return `value` as JSON.

        Raises:
            TypeError: there is something in it that cannot be kept.

        """
        kind = type(value)
        if kind in _PLAIN:
            return value
        if id(value) in self._fixed:
            return {"$fixed": self._fixed[id(value)]}
        if kind is dict:
            return self._mapping(value)
        if kind is list:
            return self._list(value)
        if kind in self._anew:
            return {"$anew": kind.__name__}
        if kind is deque:
            return {"$deque": [self.write(e) for e in value], "maxlen": value.maxlen}
        if kind in (set, frozenset):
            return {f"${kind.__name__}": [self.write(e) for e in sorted(value)]}
        if kind is tuple:
            return {"$tuple": [self.write(each) for each in value]}
        if not kind.__module__.startswith(ROOT):
            raise TypeError(f"a snapshot cannot hold a {kind.__qualname__}")
        return self._own(value)

    def _mapping(self, value: dict[Any, Any]) -> Any:
        if all(type(key) is str and not key.startswith("$") for key in value):
            return {key: self.write(each) for key, each in value.items()}
        return {"$dict": [[self.write(k), self.write(v)] for k, v in value.items()]}

    def _list(self, value: list[Any]) -> Any:
        """Write rows of one kind, of which there are many, without much ado."""
        kinds = {type(each) for each in value}
        if len(kinds) == 1 and tuple in (kind := kinds.pop()).__mro__[1:]:
            rows = [[self.write(field) for field in each] for each in value]
            return {"$rows": _name(kind), "values": rows}
        return [self.write(each) for each in value]

    def _own(self, value: Any) -> Any:
        name = _name(type(value))
        if isinstance(value, tuple):
            raise TypeError(f"a snapshot holds {name} only in a list of its own")
        number = self._numbers.get(id(value))
        if number is not None:
            return {"$no": number}
        number = self._numbers[id(value)] = len(self._numbers)
        self._kept.append(value)
        written = {n: self.write(each) for n, each in _attributes(value)}
        return {"$is": name, "$no": number, **written}


def _name(kind: type) -> str:
    return f"{kind.__module__.removeprefix(ROOT)}:{kind.__name__}"


def _attributes(value: Any) -> Iterator[tuple[str, Any]]:
    names: Iterable[str] = vars(value) if hasattr(value, "__dict__") else ()
    if is_dataclass(value):
        names = [each.name for each in fields(value)]
    return ((name, getattr(value, name)) for name in names)


class Reader:
    """Turns what a Writer wrote into objects again, given the same as the Writer."""

    def __init__(self, fixed: Mapping[str, object], anew: Iterable[type] = ()) -> None:
        self._fixed = fixed
        self._anew = {kind.__name__: kind for kind in anew}
        self._known: dict[int, object] = {}
        self._forms: dict[str, Callable[[Any], Any]] = {
            "$anew": lambda raw: self._anew[raw["$anew"]](),
            "$deque": self._deque,
            "$dict": lambda raw: {self.read(k): self.read(v) for k, v in raw["$dict"]},
            "$fixed": lambda raw: self._fixed[raw["$fixed"]],
            "$frozenset": lambda raw: frozenset(map(self.read, raw["$frozenset"])),
            "$is": self._own,
            "$no": lambda raw: self._known[raw["$no"]],
            "$rows": self._rows,
            "$set": lambda raw: set(map(self.read, raw["$set"])),
            "$tuple": lambda raw: tuple(map(self.read, raw["$tuple"])),
        }

    def read(self, raw: Any) -> Any:
        """Return the objects.

        Raises:
            ValueError: this is not what a Writer wrote, or not what this version of
                the sandbox has.

        """
        if type(raw) is list:
            return [self.read(each) for each in raw]
        if type(raw) is not dict:
            return raw
        form = next((key for key in raw if key.startswith("$")), "")
        if not form:
            return {key: self.read(each) for key, each in raw.items()}
        try:
            return self._forms[form](raw)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"this sandbox cannot read {form}: {error}") from error

    def _deque(self, raw: Any) -> deque[Any]:
        return deque(map(self.read, raw["$deque"]), raw["maxlen"])

    def _rows(self, raw: Any) -> list[Any]:
        kind = _class(raw["$rows"], tuple)
        return [tuple.__new__(kind, map(self.read, row)) for row in raw["values"]]

    def _own(self, raw: Any) -> Any:
        cls = _class(raw["$is"], object)
        value = self._known[raw["$no"]] = object.__new__(cls)
        for name, default in _defaults(cls):
            object.__setattr__(value, name, default())
        for name, each in raw.items():
            if not name.startswith("$"):
                object.__setattr__(value, name, self.read(each))
        return value


def _class(name: str, base: type) -> Any:
    module, _, attribute = name.partition(":")
    found = getattr(sys.modules[ROOT + module], attribute)
    own = isinstance(found, type) and found.__module__ == ROOT + module
    if not own or not issubclass(found, base):
        raise TypeError(f"{name} is no class of the sandbox")
    return found


def _defaults(cls: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Go through the fields that an older snapshot may lack."""
    for each in fields(cls) if is_dataclass(cls) else ():
        if default := _default(each):
            yield each.name, default


def _default(each: Field[Any]) -> Callable[[], Any] | None:
    if each.default is not MISSING:
        return lambda: each.default
    return None if each.default_factory is MISSING else each.default_factory
