"""Actions that a user might have written on a bad day."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence

from workers.actions import Change, Contact, Event, SetProperties, enricher

ON = ("contact.creation",)


@enricher(on=ON, reads=("jobtitle",))
def status_from_job(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Write whatever the job title says into a property that takes few values."""
    if contact["jobtitle"].isupper():
        yield SetProperties(hs_lead_status=contact["jobtitle"])


@enricher(on=ON, reads=("firstname",))
def kill_the_worker(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Die, as a library with a bug in its C code would."""
    if contact["firstname"] == "Segfault":
        os.kill(os.getpid(), signal.SIGKILL)
    yield from ()


@enricher(on=ON, reads=("firstname",))
def raise_an_error(contact: Contact, events: Sequence[Event]) -> Iterator[Change]:
    """Have a bug."""
    if contact["firstname"] == "Bug":
        raise ZeroDivisionError("somebody divided by zero")
    yield from ()
