"""Notes what is wrong with an e-mail address, without ever changing the address.

Trigger: the contact is created, or its e-mail address changes.
Reads:   email, and the properties it writes.
Writes:  the properties that are named; nothing where none is.
Parameters:
    suggestion_property  gets the address that was probably meant; emptied when the
                         address is right
    role_property        gets "true" for the mailbox of a function, else "false"
    disposable_property  gets "true" for a throw-away mailbox, else "false"
    more_disposable      further domains of throw-away mailboxes

    ada@gmial.com        ->  suggestion "ada@gmail.com"
    sales@nordwind.de    ->  role "true"
    ada@mailinator.com   ->  disposable "true"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    enricher,
    is_disposable,
    is_role,
    parameter,
    suggestion,
)

WRITES = ("suggestion_property", "role_property", "disposable_property")


@enricher(
    on=("contact.creation", "contact.propertyChange:email"),
    reads=("email",),
    parameters={
        **{name: parameter.property_name() for name in WRITES},
        "more_disposable": parameter.words(),
    },
    default=False,
    also_reads=lambda parameters: filter(None, map(parameters.get, WRITES)),
)
def email_hygiene(
    contact: Contact,
    events: Sequence[Event],
    *,
    more_disposable: Sequence[str],
    **properties: str,
) -> Iterator[Change]:
    """Write what the address tells into the properties that are there for it."""
    email = contact["email"]
    if "@" not in email:
        return
    told = {**_told(email, more_disposable), "suggestion_property": suggestion(email)}
    values = {properties[n]: value for n, value in told.items() if properties[n]}
    if values:
        yield SetProperties(**values)


def _told(email: str, more_disposable: Sequence[str]) -> Mapping[str, str]:
    domain = email.strip().lower().rpartition("@")[2]
    thrown_away = is_disposable(email) or domain in more_disposable
    return {
        "role_property": "true" if is_role(email) else "false",
        "disposable_property": "true" if thrown_away else "false",
    }
