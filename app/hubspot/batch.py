"""Carries out a batch so that one bad input fails alone.

HubSpot takes inputs by the hundred and answers for each of them, unless it dislikes
one so much that it refuses them all. Here every input ends with a result or an error
of its own, whatever HubSpot did to the batch; nothing is raised for an input.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from app.errors import HubSpotError, Refused
from app.hubspot import failure, protocol

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# A batch refused with one of these holds an input that is to blame.
DIVISIBLE = frozenset({400, 409, 413, 422})
# These name a property that nobody can write, so whoever wrote it is to blame.
# https://developers.hubspot.com/docs/api-reference/error-handling
PROPERTY_CODES = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})


@dataclass(frozen=True, slots=True)
class BatchResult(Generic[Key, Value]):
    """What became of every input, by the input's own key.

    Attributes:
        records: the results.
        errors: why the others have none.
        unsent: those in `errors` that were never sent, because an earlier part of
            the batch met an error that would have met them too.

    """

    records: dict[Key, Value] = field(default_factory=dict)
    errors: dict[Key, HubSpotError] = field(default_factory=dict)
    unsent: set[Key] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Item(Generic[Key]):
    """One input: what it is called here, and what HubSpot gets to see."""

    key: Key
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer(Generic[Key, Value]):
    """What HubSpot said about the inputs of one call.

    Attributes:
        records: the results that could be matched to an input.
        errors: the errors that named an input.
        strays: results that could be matched to none.
        silent: inputs about which nothing was said.

    """

    records: dict[Key, Value]
    errors: dict[Key, HubSpotError]
    strays: Sequence[Mapping[str, Any]] = ()
    silent: Collection[Key] = ()


Items = Sequence[Item[Key]]
Attempt = Callable[[Items[Key]], Answer[Key, Value]]
Blame = Callable[[Refused, Items[Key]], Collection[Key]]


def carry_out(
    items: Items[Key],
    most: int,
    attempt: Attempt[Key, Value],
    blame: Blame[Key],
) -> BatchResult[Key, Value]:
    """Carry out all items, at most `most` in a call.

    Args:
        items: with keys that differ from each other.
        most: how many inputs HubSpot takes in one call.
        attempt: makes one call; raises HubSpotError when it failed as a whole.
        blame: names the items that a refusal is certainly about; when it names none,
            the batch is halved until they are found.

    """
    run = _Run(attempt, blame)
    for start in range(0, len(items), most):
        run.offer(items[start : start + most])
    return run.result


def sort_out(
    reply: protocol.Reply,
    keys: Collection[Key],
    *,
    names_of_result: Callable[[Mapping[str, Any]], Iterable[Key]],
    names_of_error: Callable[[Mapping[str, Any]], Iterable[Key]],
    read: Callable[[Mapping[str, Any]], Value],
    read_error: Callable[[Mapping[str, Any]], Value | None] = lambda _: None,
) -> Answer[Key, Value]:
    """Match results and errors with the inputs by name, never by position.

    The status says nothing: 200, 201 and 207 all may hold results and errors. An error
    that names no input is the one of all inputs about which nothing else was said.
    Where `read_error` gives a value, what HubSpot calls an error is a result.

    Raises:
        ServerBroken: the answer is not a JSON object.

    """
    known = frozenset(keys)
    records: dict[Key, Value] = {}
    strays = []
    for entry in reply.items("results"):
        named = [key for key in names_of_result(entry) if key in known]
        records.update(dict.fromkeys(named, read(entry)) if named else {})
        if not named:
            strays.append(entry)
    errors: dict[Key, HubSpotError] = {}
    unnamed = []
    for entry in reply.items("errors"):
        named = [key for key in names_of_error(entry) if key in known]
        value = read_error(entry)
        if value is not None:
            records.update(dict.fromkeys(named, value))
            continue
        error = failure.error_of_item(entry, reply.headers)
        errors.update(dict.fromkeys(named, error))
        if not named:
            unnamed.append(error)
    for key in errors:
        records.pop(key, None)
    silent = [key for key in keys if key not in records and key not in errors]
    if unnamed:
        errors.update(dict.fromkeys(silent, unnamed[0]))
        silent = []
    return Answer(records, errors, strays, silent)


def context(entry: Mapping[str, Any], name: str) -> list[str]:
    """Return what the context of an error lists under `name`, as text."""
    described = entry.get("context")
    values = described.get(name) if isinstance(described, dict) else None
    return [str(value) for value in values] if isinstance(values, list) else []


def left_out(answer: Answer[Key, Value]) -> Answer[Key, Value]:
    """Turn silence about an input into an error."""
    error = Refused("HubSpot left it out of its answer")
    errors = answer.errors | dict.fromkeys(answer.silent, error)
    return Answer(answer.records, errors)


def blame_property(refusal: Refused, items: Items[Key]) -> Collection[Key]:
    """Name the items that write a property which HubSpot says nobody can write."""
    if not refusal.details:
        return ()
    written = set()
    for detail in refusal.details:
        names = context(detail, "propertyName")
        if detail.get("code") not in PROPERTY_CODES or not names:
            return ()
        written.update(names)
    return [
        item.key for item in items if written & set(item.body.get("properties", ()))
    ]


def blame_nobody(refusal: Refused, items: Items[Key]) -> Collection[Key]:
    """Leave it to halving."""
    return ()


class _Run(Generic[Key, Value]):
    """A batch on its way: what is settled, and what stopped it."""

    def __init__(self, attempt: Attempt[Key, Value], blame: Blame[Key]) -> None:
        self.result: BatchResult[Key, Value] = BatchResult()
        self._attempt = attempt
        self._blame = blame
        self._stopped_by: HubSpotError | None = None

    def offer(self, items: Items[Key]) -> None:
        """Carry out one call's worth of items, with more calls if it is refused."""
        parts = [(items, self._try(items))]
        while parts:
            part, refusal = parts.pop()
            if refusal:
                parts += self._divide(part, refusal)

    def _try(self, items: Items[Key]) -> Refused | None:
        """Make one call; return the refusal if it has to be found out whom it means."""
        if self._stopped_by:
            self._fail(items, self._stopped_by)
            self.result.unsent.update(item.key for item in items)
            return None
        try:
            answer = self._attempt(items)
        except Refused as refusal:
            if len(items) > 1 and refusal.status in DIVISIBLE:
                return refusal
            self._fail(items, refusal)
        except HubSpotError as error:
            self._stopped_by = error
            self._fail(items, error)
        else:
            self.result.records.update(answer.records)
            self.result.errors.update(answer.errors)
        return None

    def _divide(
        self, items: Items[Key], refusal: Refused
    ) -> list[tuple[Items[Key], Refused | None]]:
        """Try the items again without the culprits, or else in halves."""
        guilty = set(self._blame(refusal, items))
        if guilty:
            self._fail([item for item in items if item.key in guilty], refusal)
            rest = [item for item in items if item.key not in guilty]
            return [(rest, self._try(rest))] if rest else []
        middle = len(items) // 2
        halves = [items[:middle], items[middle:]]
        tried = [(half, self._try(half)) for half in halves]
        if all(_is_same(refusal, again) for _, again in tried):
            return self._ask_two_alone(halves, refusal)
        return tried

    def _ask_two_alone(
        self, halves: list[Items[Key]], refusal: Refused
    ) -> list[tuple[Items[Key], Refused | None]]:
        """Tell a request that HubSpot dislikes from two inputs with the same fault.

        Halving to the end would cost two calls an input, for nothing if it is the
        request; and to blame all inputs would hurt the innocent if it is not.
        """
        alone = [half[0] for half in halves]
        for item in alone:
            self._try([item])
        rest = [item for half in halves for item in half[1:]]
        again = self._try(rest)
        answers = [again, *(self.result.errors.get(each.key) for each in alone)]
        if all(_is_same(refusal, answer) for answer in answers):
            self._fail(rest, refusal)
            return []
        return [(rest, again)]

    def _fail(self, items: Items[Key], error: HubSpotError) -> None:
        self.result.errors.update((item.key, error) for item in items)


def _is_same(refusal: Refused, again: HubSpotError | None) -> bool:
    """Tell whether a part of a batch is refused in the very words of the whole.

    Then it may be the request that HubSpot dislikes, not an input. Not so for
    conflicts: their words are the same for every contact that exists already.
    """
    return (
        isinstance(again, Refused)
        and refusal.status == 400
        and str(again) == str(refusal)
        and again.context == refusal.context
        and again.details == refusal.details
    )
