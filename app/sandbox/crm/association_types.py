"""HubSpot's own association types: which exist, their ids, labels and reverses."""

from __future__ import annotations

from dataclasses import dataclass

from app.sandbox.crm import object_types
from app.sandbox.crm.object_types import ObjectType

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"


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

    """

    id: int
    start: ObjectType
    end: ObjectType
    reverse: int
    label: str | None
    name: str

    @property
    def primary(self) -> bool:
        """The type marks the one primary company of a record."""
        return self.label == "Primary"


# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
_PAIRS = (
    # one side, other side, unlabeled there and back, primary there and back
    ("contact", "contact", 449, 449, None, None),
    ("contact", "company", 279, 280, 1, 2),
    ("contact", "deal", 4, 3, None, None),
    ("contact", "ticket", 15, 16, None, None),
    ("contact", "call", 193, 194, None, None),
    ("contact", "email", 197, 198, None, None),
    ("contact", "meeting", 199, 200, None, None),
    ("contact", "note", 201, 202, None, None),
    ("contact", "task", 203, 204, None, None),
    ("company", "company", 450, 450, None, None),
    ("company", "deal", 342, 341, 6, 5),
    ("company", "ticket", 340, 339, 25, 26),
    ("company", "call", 181, 182, None, None),
    ("company", "email", 185, 186, None, None),
    ("company", "meeting", 187, 188, None, None),
    ("company", "note", 189, 190, None, None),
    ("company", "task", 191, 192, None, None),
    ("deal", "deal", 451, 451, None, None),
    ("deal", "ticket", 27, 28, None, None),
    ("deal", "call", 205, 206, None, None),
    ("deal", "email", 209, 210, None, None),
    ("deal", "meeting", 211, 212, None, None),
    ("deal", "note", 213, 214, None, None),
    ("deal", "task", 215, 216, None, None),
    ("ticket", "ticket", 452, 452, None, None),
    ("ticket", "call", 219, 220, None, None),
    ("ticket", "email", 223, 224, None, None),
    ("ticket", "meeting", 225, 226, None, None),
    ("ticket", "note", 227, 228, None, None),
    ("ticket", "task", 229, 230, None, None),
)
_PARENT, _CHILD = 13, 14

BY_ID: dict[int, LinkType] = {}
_BETWEEN: dict[tuple[str, str], list[LinkType]] = {}


def _add(link: LinkType) -> None:
    if link.id not in BY_ID:
        BY_ID[link.id] = link
        _BETWEEN.setdefault((link.start.type_id, link.end.type_id), []).append(link)


def _add_pair(
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
        _add(LinkType(link, start, end, reverse, label, name))


def _fill() -> None:
    for one, other, there, back, first_there, first_back in _PAIRS:
        start, end = object_types.infer(one), object_types.infer(other)
        suffix = "_unlabeled" if first_there else ""
        _add_pair(start, end, (there, back), None, suffix)
        if first_there and first_back:
            _add_pair(start, end, (first_there, first_back), "Primary")
    company = object_types.COMPANY
    child, parent = "parent_to_child_company", "child_to_parent_company"
    _add(LinkType(_PARENT, company, company, _CHILD, "Child Company", child))
    _add(LinkType(_CHILD, company, company, _PARENT, "Parent Company", parent))


_fill()


def between(start: ObjectType, end: ObjectType) -> list[LinkType]:
    """Return the types from `start` to `end`, the unlabeled one first."""
    return _BETWEEN.get((start.type_id, end.type_id), [])


def unlabeled(start: ObjectType, end: ObjectType) -> LinkType | None:
    """Return the type of an association without label, None if there can be none."""
    return next(iter(between(start, end)), None)
