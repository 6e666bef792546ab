"""Many associations at once: every input is judged by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from app.sandbox.crm import association, digits, rollup
from app.sandbox.crm.association_types import LinkType
from app.sandbox.crm.links import Neighbours
from app.sandbox.crm.object_types import ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record
from app.sandbox.errors import (
    ApiError,
    BatchTooLarge,
    InvalidIdentifier,
    no_associations,
)

# https://developers.hubspot.com/docs/api-reference/latest/crm/associations/associate-records/guide
MAX_READ = 1_000
MAX_CREATE = 2_000

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Ends:
    """Between which kinds of records the batch works."""

    portal: Portal
    start: ObjectType
    end: ObjectType


@dataclass(slots=True)
class Linked:
    """What became of a batch: the pairs with their types, and the failures."""

    done: list[tuple[Record, Record, list[LinkType]]] = field(default_factory=list)
    errors: list[dict[str, object]] = field(default_factory=list)


def create(
    ends: Ends, wanted: Sequence[tuple[Pair, Sequence[tuple[str, object]]]]
) -> Linked:
    """Associate each pair with its types, beside those it has.

    Raises:
        BatchTooLarge: more than 2,000 inputs.

    """
    return _each(ends, [(pair, partial(_links, ends, types)) for pair, types in wanted])


def create_default(ends: Ends, pairs: Sequence[Pair]) -> Linked:
    """Associate each pair without a label.

    Raises:
        BatchTooLarge: more than 2,000 inputs.

    """
    return _each(ends, [(pair, partial(_default, ends)) for pair in pairs])


def _links(ends: Ends, types: Sequence[tuple[str, object]]) -> list[LinkType]:
    links = []
    for category, type_id in types:
        link = association.link_type(ends.portal, ends.start, category, type_id)
        association.demand_end(link, ends.end)
        links.append(link)
    return links


def _default(ends: Ends) -> list[LinkType]:
    return [association.default_type(ends.portal, ends.start, ends.end)]


def _each(
    ends: Ends, wanted: Sequence[tuple[Pair, Callable[[], list[LinkType]]]]
) -> Linked:
    if len(wanted) > MAX_CREATE:
        raise BatchTooLarge(MAX_CREATE)
    linked = Linked()
    portal, origin = ends.portal, ends.portal.integration
    for (from_id, to_id), types in wanted:
        try:
            links = types()
            one, other = association.both(
                portal, (ends.start, from_id), (ends.end, to_id)
            )
        except ApiError as error:
            entry = error.entry({"fromObjectId": [from_id], "toObjectId": [to_id]})
            linked.errors.append(entry)
        else:
            association.attach(portal, one, other, links, origin)
            linked.done.append((one, other, links))
    # Many contacts may have got the same company: its bookkeeping is done once.
    for record in dict.fromkeys(each for pair in linked.done for each in pair[:2]):
        rollup.refresh(portal, record)
    return linked


def read(
    ends: Ends, ids: Sequence[str]
) -> tuple[list[tuple[str, Neighbours]], list[dict[str, object]]]:
    """Return the neighbours of each record, and an error for each that has none.

    Raises:
        BatchTooLarge: more than 1,000 inputs.

    """
    if len(ids) > MAX_READ:
        raise BatchTooLarge(MAX_READ)
    shelf = ends.portal.shelf(ends.start)
    found: list[tuple[str, Neighbours]] = []
    errors: list[dict[str, object]] = []
    for record_id in dict.fromkeys(ids):
        record = shelf.live(record_id)
        neighbours = ends.portal.links.of(record, ends.end) if record else {}
        if neighbours:
            found.append((record_id, neighbours))
        elif digits.are_all(record_id):
            errors.append(no_associations(record_id, ends.start.name, ends.end.name))
        else:
            errors.append(InvalidIdentifier(record_id).entry())
    return found, errors


def archive(ends: Ends, pairs: Sequence[Pair]) -> None:
    """Take every association of each pair away; missing records do not matter.

    Raises:
        BatchTooLarge: more inputs than the switch allows.

    """
    link = association.default_type(ends.portal, ends.start, ends.end)
    _take_each(ends, [(pair, [link]) for pair in pairs])


def archive_labels(
    ends: Ends, wanted: Sequence[tuple[Pair, Sequence[tuple[str, object]]]]
) -> None:
    """Take labels of each pair away; the unlabeled type takes all of them along.

    Raises:
        BatchTooLarge: more inputs than the switch allows.
        InvalidAssociations: there is no such association type.

    """
    _take_each(ends, [(pair, _links(ends, types)) for pair, types in wanted])


def _take_each(ends: Ends, wanted: Sequence[tuple[Pair, Sequence[LinkType]]]) -> None:
    portal = ends.portal
    limit = portal.switches.association_archive_limit
    if len(wanted) > limit:
        raise BatchTooLarge(limit)
    for (from_id, to_id), links in wanted:
        one = portal.shelf(ends.start).live(from_id)
        other = portal.shelf(ends.end).live(to_id)
        if one is not None and other is not None:
            association.disconnect(portal, one, other, links, portal.integration)
