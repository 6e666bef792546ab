"""Outside sources: from many keys to many answers, without holding up the others.

A provider says which contact property names what to ask about (its key), and answers
for many keys at once. Everything around that is done for it by `workers.providers.desk`
for all workers of the service together: answers are kept, one key is asked about once,
a source that hangs or is broken holds up nobody but the contacts that need it.

How the machine uses it, between reading the contacts and consulting the actions:

    desk = Desk(scripts, providers)            once per worker process
    names |= desk.reads(name)                  joins the union that is read
    found = desk.ask(portal, name, contacts)   by contact id, what `lookup(name)` gives

A value of `found` is a mapping from property to value, or an error for this contact
alone, which `Contact.lookup` raises: Snooze while the answer is on its way, GiveUp
when the source failed too often. What other actions want for that contact may be
written meanwhile. On a privacy deletion: `desk.forget(portal, contact_id)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workers.contact import Contact

# What is known about a key: HubSpot properties to values. Empty: the source knows none.
Answer = Mapping[str, str]
Ask = Callable[[Sequence[str], float], Mapping[str, Answer]]


class SourceError(Exception):
    """The source gave no answer this time; it is asked again a little later."""


class KeyRefused(SourceError):
    """The source will never answer for these keys; asking again is no use."""


class SourceClosed(SourceError):
    """The source wants no calls for a while: a limit, an unpaid bill, a wrong key.

    Attributes:
        wait_s: how long to leave it alone.

    """

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Provider:
    """An outside source, and how it wants to be treated.

    Attributes:
        name: what actions declare in `looks_up`.
        reads: the contact properties that `key` looks at, and those of the answers.
        key: names what to ask about, e.g. a domain; "" if there is nothing to ask.
            Contacts with one key share one answer.
        ask: from keys and seconds to answers, within that time; a key that is left
            out is one that the source does not know. Runs in a thread of its own.

            Raises SourceError (KeyRefused, SourceClosed) for all of these keys.
        keys_per_call: how many keys `ask` takes at once.
        concurrency: most calls at once, per worker process.
        timeout_s: how long one call may take altogether.
        patience_s: how long a round waits for answers before it goes on without.
        cache_s: how long an answer is good.
        tries: after how many failed calls a key is given up.
        monthly_budget: most keys asked about in a calendar month (UTC); 0: no limit.

    """

    name: str
    reads: tuple[str, ...]
    key: Callable[[Contact], str]
    ask: Ask
    keys_per_call: int = 1
    concurrency: int = 16
    timeout_s: float = 10.0
    patience_s: float = 0.25
    cache_s: float = 30 * 86400.0
    tries: int = 8
    monthly_budget: int = 0
