"""An action that does to each contact what the contact itself says, and when."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from workers.actions import (
    AddSecondaryEmail,
    ArchiveRecord,
    Associate,
    AssociateCompany,
    Change,
    Contact,
    Dissociate,
    Event,
    Forward,
    LogActivity,
    MergeDuplicates,
    PinActivity,
    PinLatest,
    PinPolicy,
    SetPrimaryCompany,
    SetProperties,
    Unpin,
    UpsertRecord,
    reactor,
)

TRIGGERS = {
    "creation": "contact.creation",
    "propertyChange": "contact.propertyChange:state",
    "associationChange": "contact.associationChange",
    "merge": "contact.merge",
    "restore": "contact.restore",
    "deletion": "contact.deletion",
    "privacyDeletion": "contact.privacyDeletion",
}
Told = Mapping[str, str]
CHANGES: Mapping[str, Callable[[Told], Change]] = {
    "SetProperties": lambda told: SetProperties(city="Done"),
    "AssociateCompany": lambda told: AssociateCompany(told["domain"]),
    "Associate": lambda told: Associate("deals", told["free_deal"]),
    "Dissociate": lambda told: Dissociate("deals", told["deal"]),
    "SetPrimaryCompany": lambda told: SetPrimaryCompany(told["company"]),
    "LogActivity": lambda told: LogActivity(
        "tasks", "call", {"hs_task_subject": told["domain"]}
    ),
    "PinLatest": lambda told: PinLatest(kinds=("notes",)),
    "PinActivity": lambda told: PinActivity("notes", told["note"]),
    "Unpin": lambda told: Unpin(policy=PinPolicy.ANY),
    "UpsertRecord": lambda told: UpsertRecord(
        "deals", "order_number", told["domain"], {"dealname": "Order"}
    ),
    "AddSecondaryEmail": lambda told: AddSecondaryEmail(f"b@{told['domain']}"),
    "MergeDuplicates": lambda told: MergeDuplicates(told["other"]),
    "ArchiveRecord": lambda told: ArchiveRecord(),
    "Forward": lambda told: Forward(told["url"], {"domain": told["domain"]}),
}
# What is told for contacts that cannot be read any more, by contact id.
WILLS = "WILLS_FILE"


@reactor(on=TRIGGERS.values(), reads=("jobtitle", "message"), default=False)
def as_told(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Do what is told in `message`, at the trigger that `jobtitle` names."""
    if contact.deleted:
        yield from last_will(contact, {event.happening for event in events})
        return
    trigger, _, change = contact["jobtitle"].partition(" ")
    if any(event.happening == trigger for event in events):
        yield CHANGES[change](json.loads(contact["message"]))


def last_will(contact: Contact, happened: set[str]) -> Iterator[Change]:
    """Do what is told in the file, where the contact cannot say it any more."""
    will = json.loads(Path(os.environ[WILLS]).read_text()).get(contact.id)
    if will and will["trigger"] in happened:
        yield CHANGES[will["change"]](will["told"])
