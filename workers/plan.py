"""What is wanted for one contact: the changes of all its actions, merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import orjson

from workers import soundness
from workers.changes import (
    AddSecondaryEmail,
    ArchiveRecord,
    Associate,
    AssociateCompany,
    Change,
    Dissociate,
    Forward,
    LogActivity,
    MergeDuplicates,
    PinActivity,
    PinLatest,
    SetPrimaryCompany,
    SetProperties,
    Unpin,
    UpsertRecord,
)
from workers.wish import Standing, Wish, as_text, outcome

PIN = "hs_pinned_engagement_id"
PRIMARY_COMPANY = "associatedcompanyid"
SECONDARY_EMAILS = "hs_additional_emails"

Pin = PinLatest | PinActivity | LogActivity
Link = tuple[str, str]


@dataclass(slots=True)
class Plan:
    """Everything the actions want; where two want the same, the later one has it.

    Attributes:
        wishes: values for properties, in the order in which they were wanted.
        company: the company to associate, still by its domain.
        links: labels to associate with, by (object type, record id).
        cuts: (object type, record id) to dissociate from.
        primary: id of the company to make the primary one.
        activities: to be written, by key.
        pin: what to pin, still to be found.
        unpin: to be done before anything is pinned.
        upserts: records of other objects, by (object type, property, value).
        emails: secondary addresses to add.
        merges: ids of contacts to merge into this one.
        archive: move the contact to the recycle bin when all else is done.
        forwards: messages to send, by (url, key).

    """

    wishes: dict[str, list[Wish]] = field(default_factory=dict)
    company: AssociateCompany | None = None
    links: dict[Link, set[str]] = field(default_factory=dict)
    cuts: set[Link] = field(default_factory=set)
    primary: str = ""
    activities: dict[str, LogActivity] = field(default_factory=dict)
    pin: Pin | None = None
    unpin: Unpin | None = None
    upserts: dict[tuple[str, str, str], UpsertRecord] = field(default_factory=dict)
    emails: set[str] = field(default_factory=set)
    merges: set[str] = field(default_factory=set)
    archive: bool = False
    forwards: dict[tuple[str, str], Forward] = field(default_factory=dict)

    def wish(self, name: str, wish: Wish) -> None:
        """Note down a value."""
        self.wishes.setdefault(name, []).append(wish)

    @property
    def wished(self) -> int:
        """How many values were wished so far."""
        return sum(map(len, self.wishes.values()))

    def preview(self, now: Mapping[str, str | None]) -> dict[str, str]:
        """Return the wished values as they look before any history is known."""
        return {
            name: outcome(wishes, Standing(now.get(name) or "")).value
            for name, wishes in self.wishes.items()
        }

    @property
    def needs(self) -> set[str]:
        """Properties whose present value decides what is done."""
        names = set(self.wishes)
        if self.pin or self.unpin:
            names.add(PIN)
        if self.company or self.primary:
            names.add(PRIMARY_COMPANY)
        if self.emails:
            names.update(("email", SECONDARY_EMAILS))
        return names

    def add(self, change: Change, by: str = "") -> None:
        """Merge one more change into the plan.

        Raises:
            TypeError: it is no change, or holds what no property can hold.
            ValueError: it is one that cannot be carried out.

        """
        soundness.check(change)
        match change:
            case SetProperties():
                for name, value in change.values.items():
                    wish = Wish(as_text(value), change.policy, change.as_of, by)
                    self.wish(name, wish)
            case LogActivity():
                self.activities[change.key] = change
                if change.pin:
                    self.pin = change
            case PinLatest() | PinActivity():
                self.pin = change
            case Unpin():
                self.unpin = change
                # What is pinned later comes after the unpinning, nothing before it.
                self.pin = self.pin if change.if_closed else None
            case _:
                self._connect(change)

    def _connect(self, change: Change) -> None:
        match change:
            case AssociateCompany():
                domain = change.domain.strip().lower()
                self.company = replace(change, domain=domain)
            case SetPrimaryCompany():
                self.primary = str(change.company_id)
            case Associate():
                link = change.to_type, str(change.to_id)
                self.cuts.discard(link)
                self.links.setdefault(link, set()).add(change.label)
            case Dissociate():
                link = change.to_type, str(change.to_id)
                self.links.pop(link, None)
                self.cuts.add(link)
            case UpsertRecord():
                key = (change.object_type, change.id_property, change.id_value)
                self.upserts[key] = change
            case _:
                self._reach_out(change)

    def _reach_out(self, change: Change) -> None:
        match change:
            case Forward():
                self.forwards[change.url, message_name(change)] = change
            case AddSecondaryEmail():
                self.emails.add(change.email.strip().lower())
            case MergeDuplicates():
                self.merges.add(str(change.other_id))
            case ArchiveRecord():
                self.archive = True
            case _:
                raise TypeError(f"nobody knows how to carry out {change!r:.80}")


def message_name(change: Forward) -> str:
    """Return what tells a message from others to the same URL: its key, or content."""
    content = orjson.dumps(dict(change.payload), option=orjson.OPT_SORT_KEYS)
    return change.key or content.decode()
