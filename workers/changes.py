"""What an action may ask for: values, carried out for the whole batch at once.

Changes are merged per contact: later actions and later events win, and whatever would
make no difference is not written.

Of a contact that is gone (on contact.deletion and contact.privacyDeletion) only Forward
and UpsertRecord are carried out. ArchiveRecord has nothing left to do. Everything else
would need the contact: it is remarked, in words, and the contact is settled.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Change:
    """Base of everything an action may yield."""

    __slots__ = ()


class Policy(enum.Enum):
    """When a value may be written over one that is there."""

    OVERWRITE = "overwrite"  # whenever it differs
    IF_EMPTY = "if_empty"  # only where there is none
    IF_NEWER = "if_newer"  # only over a value that was set before `as_of`
    NOT_OVER_PEOPLE = "not_over_people"  # never over what a person typed


class SetProperties(Change):
    """Give the contact these property values; "" clears one.

    Text, numbers, booleans, dates and None are taken, and given the form of the
    property's type. `.if_empty()`, `.if_newer(as_of)` and `.not_over_people()` say what
    may be written over; without them everything may. What does not fit, is read-only or
    does not exist is told in one dead letter, and the other values are still written.

    >>> SetProperties(company="Acme").values
    {'company': 'Acme'}
    >>> SetProperties(company="Acme").if_empty().policy
    <Policy.IF_EMPTY: 'if_empty'>
    """

    __slots__ = ("as_of", "policy", "values")

    def __init__(self, /, **values: str) -> None:
        self.values: Mapping[str, str] = values
        self.policy = Policy.OVERWRITE
        self.as_of = 0.0

    def if_empty(self) -> SetProperties:
        """Write only the properties that have no value."""
        return self._with(Policy.IF_EMPTY)

    def if_newer(self, as_of: float) -> SetProperties:
        """Write only over values that were set before `as_of`, epoch seconds."""
        return self._with(Policy.IF_NEWER, as_of)

    def not_over_people(self) -> SetProperties:
        """Never write over what a person typed, as the property's history tells."""
        return self._with(Policy.NOT_OVER_PEOPLE)

    def _with(self, policy: Policy, as_of: float = 0.0) -> SetProperties:
        other = SetProperties(**self.values)
        other.policy, other.as_of = policy, as_of
        return other

    def _key(self) -> tuple[object, ...]:
        return tuple(sorted(self.values.items())), self.policy, self.as_of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SetProperties) and other._key() == self._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"SetProperties({', '.join(sorted(self.values))}; {self.policy.value})"


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
class Associate(Change):
    """Associate the contact with a record that exists.

    Attributes:
        to_type: object name or type id: "deals", "tickets", "2-1234567".
        to_id: the record.
        label: name of a label of the account's own, "" for the plain association.

    """

    to_type: str
    to_id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Dissociate(Change):
    """Take the contact and a record apart, whatever tied them together."""

    to_type: str
    to_id: str


@dataclass(frozen=True, slots=True)
class SetPrimaryCompany(Change):
    """Make a company the contact's primary one, in place of any other."""

    company_id: str


class PinPolicy(enum.Enum):
    """What a new pin may replace."""

    IF_NONE = "if_none"  # nothing: only a contact without a pin gets one
    OUR_OWN = "our_own"  # a pin of hubkeeper's, never one that a person set
    ANY = "any"  # whatever is pinned


@dataclass(frozen=True, slots=True)
class LogActivity(Change):
    """Write an activity on the contact, once.

    Attributes:
        kind: "notes", "tasks", "calls", "meetings", "emails".
        key: names the activity among this contact's, e.g. "welcome"; one of the same
            key is never written twice, whatever crashes in between.
        properties: as HubSpot names them; `hs_timestamp` is now unless it is given.
        rewrite: keep the one that was written up to date, instead of leaving it.
        pin: pin it.
        policy: which pin it may replace then.

    """

    kind: str
    key: str
    properties: Mapping[str, str] = field(hash=False)
    rewrite: bool = False
    pin: bool = False
    policy: PinPolicy = PinPolicy.IF_NONE


def note(
    key: str,
    body: str,
    *,
    rewrite: bool = False,
    pin: bool = False,
    policy: PinPolicy = PinPolicy.IF_NONE,
) -> LogActivity:
    """Return a note to write; the body is HTML, at most 65,536 characters."""
    return LogActivity("notes", key, {"hs_note_body": body}, rewrite, pin, policy)


@dataclass(frozen=True, slots=True)
class PinLatest(Change):
    """Pin the newest activity of these kinds.

    Attributes:
        kinds: object names, e.g. ("notes", "meetings", "calls").
        otherwise: the activity to write and pin when the contact has none of them.
        policy: what it may replace: PinPolicy.IF_NONE nothing, OUR_OWN a pin of
            hubkeeper's, ANY a person's too.
        order: "newest", or "priority" for the most urgent open task.
        again: also pin what hubkeeper had pinned before, and a person took away.

    """

    kinds: tuple[str, ...] = ("notes", "meetings", "calls")
    otherwise: LogActivity | None = None
    policy: PinPolicy = PinPolicy.IF_NONE
    order: str = "newest"
    again: bool = True


@dataclass(frozen=True, slots=True)
class PinActivity(Change):
    """Pin this very activity; it is associated with the contact first if need be."""

    kind: str
    activity_id: str
    policy: PinPolicy = PinPolicy.OUR_OWN


@dataclass(frozen=True, slots=True)
class Unpin(Change):
    """Take the pin away.

    Attributes:
        policy: OUR_OWN leaves a person's pin alone, ANY does not.
        if_closed: only if the pinned activity is a completed task or a meeting that
            took place or was cancelled.

    """

    policy: PinPolicy = PinPolicy.OUR_OWN
    if_closed: bool = False


@dataclass(frozen=True, slots=True)
class UpsertRecord(Change):
    """Create or update a record of another object, by a unique property.

    Attributes:
        object_type: "companies", "deals", "2-1234567".
        id_property: a property that is unique for the object.
        id_value: its value.
        properties: what else to write.
        associate: associate the contact with it.

    """

    object_type: str
    id_property: str
    id_value: str
    properties: Mapping[str, str] = field(hash=False)
    associate: bool = True


@dataclass(frozen=True, slots=True)
class AddSecondaryEmail(Change):
    """Give the contact one more address; one that is taken is a failure."""

    email: str


@dataclass(frozen=True, slots=True)
class MergeDuplicates(Change):
    """Merge another contact into this one; needs ALLOW_MERGE."""

    other_id: str


@dataclass(frozen=True, slots=True)
class ArchiveRecord(Change):
    """Move the contact to the recycle bin; needs ALLOW_ARCHIVE."""


@dataclass(frozen=True, slots=True)
class Forward(Change):
    """POST a JSON object to a URL of the user's, signed, once per key.

    Attributes:
        url: https://; http:// only where FORWARD_PRIVATE allows it.
        payload: JSON; contact id and events are added.
        key: names the message among this contact's; sent again only under another.

    """

    url: str
    payload: Mapping[str, object] = field(hash=False)
    key: str = ""


# What can be done for a contact that is gone.
POSTHUMOUS = (Forward, UpsertRecord)
