"""Finds the dead letters that a filter means, page by page, among however many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.events.dead import DeadLetter, DeadLetters
from app.events.mark import Mark
from app.repair.filter import Filter, Unclear
from app.services import Services

# Letters are looked at by so many: one round trip, some milliseconds of the store.
SLICE = 500
# One page looks at no more than this; what it did not find, the next page goes on for.
MOST_LOOKS = 10_000
ODD = "odd"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the next letters found.

    Attributes:
        letters: those that are meant.
        looked: how many were looked at.
        last: where the look ended; None when no letter is left.

    """

    letters: list[DeadLetter]
    looked: int
    last: Mark | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the letters that are meant.

    Attributes:
        letters: in order of burial.
        next: where the next page begins, "" when there is none.
        looked: how many were looked at for it.

    """

    letters: list[DeadLetter]
    next: str
    looked: int


def portals(services: Services, filter_: Filter) -> list[str]:
    """Return the portals whose letters may be meant."""
    return [filter_.portal] if filter_.portal else services.inbox.portals()


def look(
    dead: DeadLetters,
    portal: str,
    filter_: Filter,
    after: Mark | None = None,
    *,
    most: int = SLICE,
    newest_first: bool = False,
) -> Look:
    """Look at the next few letters of a portal, for `most` that are meant."""
    width = min(SLICE, most) if filter_.is_only_of_time else SLICE
    if filter_.contact not in ("", ODD):
        # One contact has few letters, and its own list of them.
        marks = dead.of_contact(portal, filter_.contact)[:: -1 if newest_first else 1]
        marks = [m for m in marks if after is None or m.is_past(after, newest_first)]
        marks = marks[:width]
    else:
        marks = dead.marks(
            portal,
            after,
            width,
            since_ms=filter_.since_ms,
            until_ms=filter_.until_ms,
            newest_first=newest_first,
        )
    found = dead.read(portal, [mark.id for mark in marks])
    fitting = [letter for letter in found if filter_.fits(letter)]
    if filter_.type:
        kinds = dead.kinds(portal, [letter.id for letter in fitting])
        fitting = [each for each in fitting if filter_.fits_kinds(kinds[each.id])]
    return Look(fitting, len(marks), marks[-1] if marks else None)


def each(dead: DeadLetters, portal: str, filter_: Filter) -> Iterator[DeadLetter]:
    """Iterate over the letters of a portal that are meant, oldest first."""
    seen = look(dead, portal, filter_)
    while seen.last:
        yield from seen.letters
        seen = look(dead, portal, filter_, seen.last)


def page(
    services: Services,
    filter_: Filter,
    after: str = "",
    most: int = 100,
    *,
    newest_first: bool = False,
) -> Page:
    """Return up to `most` letters, portal by portal.

    Args:
        services: where the letters are.
        filter_: which are meant.
        after: the `next` of the page before.
        most: letters on the page, at least one.
        newest_first: the other way round.

    Raises:
        Unclear: `after` is none of ours.

    """
    at, mark = _place(after)
    found: list[DeadLetter] = []
    looked = 0
    for portal in portals(services, filter_):
        if portal < at:
            continue
        mark = mark if portal == at else None
        while True:
            room = most - len(found)
            seen = look(
                services.dead,
                portal,
                filter_,
                mark,
                most=room,
                newest_first=newest_first,
            )
            if seen.last is None:
                break
            looked += seen.looked
            found += seen.letters[:room]
            mark = mark_of(found[-1]) if len(seen.letters) >= room else seen.last
            if len(seen.letters) >= room or looked >= MOST_LOOKS:
                return Page(found, f"{portal}:{mark}", looked)
    return Page(found, "", looked)


def mark_of(letter: DeadLetter) -> Mark:
    """Return a letter's place in the row."""
    return Mark(round(letter.buried_at * 1000), letter.id)


def _place(after: str) -> tuple[str, Mark | None]:
    if not after:
        return "", None
    portal, _, rest = after.partition(":")
    try:
        return portal, Mark.parse(rest)
    except ValueError:
        raise Unclear(f"{after!r:.60} is no place in the list of letters") from None
