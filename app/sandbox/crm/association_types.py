"""The association types of one portal: HubSpot's own, and the labels people made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.sandbox.crm.association_pairs import PAIRS, PARENT_AND_CHILD
from app.sandbox.crm.kinds import Kinds
from app.sandbox.crm.object_types import ACTIVITIES, COMPANY, ObjectType
from app.sandbox.errors import Invalid, LabelExists

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"

# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
MAX_LABELS = 10

# Ids of our own, where the id that HubSpot has for a pair is not known.
_FIRST_LABEL = 1_001
_FIRST_PAIR = 1_000_000
_KINDS = 2_000
_FIRST_CUSTOM = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class LinkType:
    """One directed association type.

    Attributes:
        id: HubSpot's `associationTypeId`.
        start: kind of record it starts at.
        end: kind of record it points to.
        reverse: id of the type that points back.
        label: e.g. "Primary", None for the unlabeled type of the pair.
        name: how object reads call it, e.g. "contact_to_company_unlabeled".
        category: HUBSPOT_DEFINED or USER_DEFINED.

    """

    id: int
    start: ObjectType
    end: ObjectType
    reverse: int
    label: str | None
    name: str
    category: str = HUBSPOT_DEFINED

    @property
    def primary(self) -> bool:
        """The type marks the one primary company of a record."""
        return self.label == "Primary" and self.category == HUBSPOT_DEFINED


class LinkTypes:
    """The association types, found by id or by the kinds they connect."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._by_id: dict[int, LinkType] = {}
        self._between: dict[tuple[str, str], dict[int, None]] = {}
        self._next_label = _FIRST_LABEL
        for one, other, there, back, first_there, first_back in PAIRS:
            start, end = kinds.infer(one), kinds.infer(other)
            suffix = "_unlabeled" if first_there else ""
            self._add_pair(start, end, (there, back), None, suffix)
            if first_there and first_back:
                self._add_pair(start, end, (first_there, first_back), "Primary")
        parent, child = PARENT_AND_CHILD
        for type_id, reverse, label, name in (
            (parent, child, "Child Company", "parent_to_child_company"),
            (child, parent, "Parent Company", "child_to_parent_company"),
        ):
            self._add(LinkType(type_id, COMPANY, COMPANY, reverse, label, name))

    def __getitem__(self, type_id: int) -> LinkType:
        return self._by_id[type_id]

    def get(self, type_id: int) -> LinkType | None:
        """Return the type with this id, None if there is none."""
        if type_id not in self._by_id and type_id >= _FIRST_PAIR:
            self._make_known(type_id)
        return self._by_id.get(type_id)

    def between(self, start: ObjectType, end: ObjectType) -> list[LinkType]:
        """Return the types from `start` to `end`, the unlabeled one first."""
        pair = (start.type_id, end.type_id)
        if pair not in self._between and _can_be_associated(start, end):
            one, other = sorted((start, end), key=_number)
            ids = (_own_id(one, other), _own_id(other, one))
            self._add_pair(one, other, ids, None)
        return [self._by_id[type_id] for type_id in self._between.get(pair, ())]

    def unlabeled(self, start: ObjectType, end: ObjectType) -> LinkType | None:
        """Return the type of an association without label, None if there is none."""
        return next(iter(self.between(start, end)), None)

    def primary(self, start: ObjectType, end: ObjectType) -> LinkType | None:
        """Return the type that marks the primary company, None for other pairs."""
        return next((t for t in self.between(start, end) if t.primary), None)

    def add_label(
        self, start: ObjectType, end: ObjectType, label: str, name: str, inverse: str
    ) -> list[LinkType]:
        """Make a label for both directions; return its types, `start` to `end` first.

        Raises:
            LabelExists: the pair has a label of that name.
            Invalid: the pair has as many labels as it can have.

        """
        own = [t for t in self.between(start, end) if t.category == USER_DEFINED]
        if any(link.name == name for link in own):
            raise LabelExists(name)
        if len(own) >= MAX_LABELS:
            raise Invalid(f"At most {MAX_LABELS} labels are allowed for two objects.")
        there = self._next_label
        alone = start is end and not inverse
        back = there if alone else there + 1
        self._next_label = back + 1
        self._add(LinkType(there, start, end, back, label, name, USER_DEFINED))
        if not alone:
            other = inverse or label
            self._add(LinkType(back, end, start, there, other, name, USER_DEFINED))
        return [self._by_id[i] for i in dict.fromkeys((there, back))]

    def rename(self, link: LinkType, label: str, inverse: str) -> None:
        """Give a label, and the one that points back, other words."""
        other = self._by_id[link.reverse]
        self._by_id[other.id] = replace(other, label=inverse or label)
        self._by_id[link.id] = replace(link, label=label)

    def remove(self, link: LinkType) -> None:
        """Take a label away, in both directions."""
        for one in {link, self._by_id[link.reverse]}:
            del self._by_id[one.id]
            del self._between[one.start.type_id, one.end.type_id][one.id]

    def own(self) -> Iterator[LinkType]:
        """Go through the labels that people made."""
        return (t for t in self._by_id.values() if t.category == USER_DEFINED)

    def _make_known(self, type_id: int) -> None:
        first, second = divmod(type_id - _FIRST_PAIR, _KINDS)
        by_number = {_number(kind): kind for kind in self._kinds}
        if first in by_number and second in by_number:
            self.between(by_number[first], by_number[second])

    def _add(self, link: LinkType) -> None:
        if link.id not in self._by_id:
            self._by_id[link.id] = link
            pair = (link.start.type_id, link.end.type_id)
            self._between.setdefault(pair, {})[link.id] = None

    def _add_pair(
        self,
        one: ObjectType,
        other: ObjectType,
        ids: tuple[int, int],
        label: str | None,
        suffix: str = "",
    ) -> None:
        there, back = ids
        for start, end, link, reverse in (
            (one, other, there, back),
            (other, one, back, there),
        ):
            name = f"{start.label}_to_{end.label}".lower() + suffix
            self._add(LinkType(link, start, end, reverse, label, name))


def _number(kind: ObjectType) -> int:
    """Return a small number of the kind; custom ones come after HubSpot's own."""
    family, _, number = kind.type_id.partition("-")
    return int(number) % _FIRST_CUSTOM + (_FIRST_CUSTOM if family == "2" else 0)


def _own_id(start: ObjectType, end: ObjectType) -> int:
    return _FIRST_PAIR + _number(start) * _KINDS + _number(end)


def _can_be_associated(start: ObjectType, end: ObjectType) -> bool:
    return not (start in ACTIVITIES and end in ACTIVITIES)
