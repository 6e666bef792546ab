"""What an action can be there for: something that happens to a contact."""

from __future__ import annotations

import re
from collections.abc import Iterable

_FORM = re.compile(
    r"contact\.(creation|deletion|privacyDeletion|merge|restore|reconcile"
    r"|(propertyChange|associationChange)(:\w+)?)"
)
_KNOWN = (
    "contact.creation, contact.deletion, contact.privacyDeletion, contact.merge,"
    " contact.restore, contact.reconcile, contact.propertyChange[:name],"
    " contact.associationChange[:name]"
)


def check(trigger: str) -> None:
    """Refuse what no event will ever be.

    Raises:
        ValueError: names the triggers there are.

    """
    if trigger.startswith("object."):
        raise ValueError(
            f"{trigger!r} is no trigger: HubSpot's object.* events of contacts come as"
            f" contact.*; there are {_KNOWN}"
        )
    if not _FORM.fullmatch(trigger):
        raise ValueError(f"{trigger!r} is no trigger; there are {_KNOWN}")


def checked(triggers: Iterable[str]) -> frozenset[str]:
    """Return the triggers as a set.

    Raises:
        ValueError: one of them will never come.
        TypeError: it is one text, of which each letter would be a trigger.

    """
    found = frozenset(names(triggers, "on"))
    for trigger in sorted(found):
        check(trigger)
    return found


def names(given: Iterable[str], what: str) -> tuple[str, ...]:
    """Return names that may be several.

    Raises:
        TypeError: it is one text: a comma is missing.

    """
    if isinstance(given, str):
        raise TypeError(f'{what}="{given}" must be a tuple: {what}=("{given}",)')
    return tuple(given)
