"""Finds what is wrong with a change before it can spoil the batch it would be part of.

Changes of many contacts are written together. One that cannot even be sent must fail
the contact of the action that yielded it, and nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import orjson

from app.hubspot.association_type import DEFAULT_TYPES
from workers.changes import (
    AddSecondaryEmail,
    Associate,
    AssociateCompany,
    Change,
    Dissociate,
    Forward,
    LogActivity,
    MergeDuplicates,
    PinActivity,
    PinLatest,
    PinPolicy,
    Policy,
    SetPrimaryCompany,
    SetProperties,
    UpsertRecord,
)

_ID = re.compile(r"[0-9]{1,19}")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*|[0-9]+-[0-9]+")
_DOMAIN = re.compile(r"[^\s@/:]+\.[^\s@/:]+")
_EMAIL = re.compile(r"[^\s@/]+@[^\s@/]+\.[^\s@/]+")
# https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
ORDERS = ("newest", "priority")
ACTIVITIES = frozenset({"notes", "tasks", "calls", "meetings", "emails"})


def check(change: object) -> None:
    """Look at everything in a change that HubSpot's batches are built from.

    Raises:
        ValueError: the message says what is wrong.
        TypeError: it holds what cannot be sent, or is no change at all.

    """
    if not isinstance(change, Change):
        raise TypeError(f"an action yielded {change!r:.80}, which is no change")
    _spelling(change)
    _policy(change)
    match change:
        case LogActivity():
            _activities([change.kind])
            _texts(change.properties.values())
        case PinLatest():
            _activities(change.kinds)
            if change.order not in ORDERS:
                raise ValueError(f"{change.order!r:.60} is none of {', '.join(ORDERS)}")
            if change.otherwise:
                check(change.otherwise)
        case PinActivity():
            _activities([change.kind])
            _ids(change.activity_id)
        case Associate() | Dissociate():
            _types(change.to_type)
            _ids(change.to_id)
        case UpsertRecord():
            _types(change.object_type)
            _texts([change.id_value, *change.properties.values()])
        case _:
            _check_ids(change)


def _policy(change: object) -> None:
    """Look for a policy that is a text: no text is one, whatever it says."""
    kind = Policy if isinstance(change, SetProperties) else PinPolicy
    policy = getattr(change, "policy", None)
    if policy is not None and not isinstance(policy, kind):
        names = ", ".join(f"{kind.__name__}.{each.name}" for each in kind)
        raise TypeError(f"{policy!r:.60} is no policy; there are {names}")


def _check_ids(change: object) -> None:
    match change:
        case SetPrimaryCompany():
            _ids(change.company_id)
        case MergeDuplicates():
            _ids(change.other_id)
        case AssociateCompany() if not _DOMAIN.fullmatch(change.domain.strip()):
            raise ValueError(f"{change.domain!r:.60} is no domain like acme.com")
        case AddSecondaryEmail() if not _EMAIL.fullmatch(change.email.strip()):
            raise ValueError(f"{change.email!r:.60} is no e-mail address")
        case Forward():
            orjson.dumps(dict(change.payload))


def _spelling(change: Change) -> None:
    """Look for texts that are not Unicode: half a surrogate pair cannot be sent."""
    names: tuple[str, ...] = change.__slots__
    for name in names:
        part = getattr(change, name)
        if isinstance(part, str):
            part.encode()
        elif isinstance(part, (dict, Mapping)):  # a dict is told at once
            for piece in (*part, *part.values()):
                if isinstance(piece, str):
                    piece.encode()


def _activities(kinds: Iterable[str]) -> None:
    for kind in kinds:
        if kind not in ACTIVITIES or (kind, "contacts") not in DEFAULT_TYPES:
            known = ", ".join(sorted(ACTIVITIES))
            raise ValueError(f"{kind!r:.60} is no kind of activity; there are {known}")


def _ids(id_: object) -> None:
    if not (isinstance(id_, str) and _ID.fullmatch(id_)):
        raise ValueError(f"{id_!r:.60} is no HubSpot id: ids are text, digits only")


def _types(object_type: str) -> None:
    if not _TYPE.fullmatch(object_type):
        raise ValueError(f"{object_type!r:.60} is no type of HubSpot records")


def _texts(values: Iterable[object]) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"property values are text, and {value!r:.60} is not")
