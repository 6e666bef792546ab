"""What an action may ask for: values, carried out for the whole batch at once."""

from __future__ import annotations

from dataclasses import dataclass


class Change:
    """Base of everything an action may yield."""

    __slots__ = ()


class SetProperties(Change):
    """Give the contact these property values; "" clears one.

    Only differences are written, so an action need not compare.

    >>> SetProperties(company="Acme").values
    {'company': 'Acme'}
    """

    __slots__ = ("values",)

    def __init__(self, **values: str) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SetProperties) and other.values == self.values

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.values.items())))

    def __repr__(self) -> str:
        return f"SetProperties({', '.join(sorted(self.values))})"


@dataclass(frozen=True, slots=True)
class AssociateCompany(Change):
    """Associate the contact with the company that owns `domain`.

    Attributes:
        domain: registrable domain, lower case, e.g. "acme.co.uk".
        create: make the company when there is none.
        name: the name of a company that has to be made.
        primary: make it the contact's primary company when it has none.

    """

    domain: str
    create: bool = True
    name: str = ""
    primary: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A note to write on the contact, once.

    Attributes:
        key: names the note among this contact's, e.g. "welcome"; a note with the
            same key is never written twice, whatever crashes in between.
        body: HTML, at most 65,536 characters.

    """

    key: str
    body: str


@dataclass(frozen=True, slots=True)
class PinLatest(Change):
    """Pin the newest activity of these kinds, unless the contact has a pin already.

    Attributes:
        kinds: object names, e.g. ("notes", "meetings", "calls").
        otherwise: the note to write and pin when the contact has none of them.

    """

    kinds: tuple[str, ...] = ("notes", "meetings", "calls")
    otherwise: Note | None = None
