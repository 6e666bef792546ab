"""Every key of the store: its name, type, content and lifetime.

All keys of a portal share the hash tag `{portal}`, so portals spread over a cluster
and each script stays within one slot.

===========================  ======  ============================================
hk:portals                   set     every portal that ever sent an event
hk:ticker                    string  which worker's ticker is on duty; 1 s
hk:alerts                    hash    what was told to whom, and what is still to be
                                     told: see app/watch/register.py; 30 days
hk:alerts:samples            hash    how many contacts of each portal failed, and how
                                     many ended, some minutes ago; a day
hk:alerts:look               string  somebody has just looked for trouble; 5 s
hk:{P}:events:<contact>      list    waiting events, oldest first; the first `taken`
                                     of a leased contact are in a worker's hands
hk:{P}:state:<contact>       hash    token, taken, lane, attempts, deaths, error; only
                                     while leased or after a failed attempt
hk:{P}:live                  zset    contacts that wait for what a person just did,
                                     by due time (ms)
hk:{P}:bulk                  zset    contacts of imports, backfills and replays
hk:{P}:suspect               zset    contacts whose worker died
hk:{P}:leased                zset    contacts in hand, by the end of the lease (ms)
hk:{P}:seen:<half-day>       set     keys of accepted events; 24 h
hk:{P}:counts                hash    the books: accepted, waiting, working, settled,
                                     dead, discarded, and what is counted besides
hk:{P}:dead                  zset    dead letters by burial time (ms)
hk:{P}:dead_letter:<id>      hash    contact, reason, error, detail, attempts
hk:{P}:dead_events:<id>      list    the buried events
hk:{P}:dead_of:<contact>     set     the contact's dead letters
hk:{P}:made:<subject>        hash    what was made, or is about to be, what is pinned
                                     who it was merged into and what refusals were
                                     told; as long as its longest-lived field:
                                     30 days for a contact, 1 h for a domain
hk:{P}:wrote:<contact>       hash    what we wrote, and on which state it was based; 1 h
hk:{P}:swings:<contact>      hash    how often we wrote a property, and what it was
                                     before each time; frozen ones; 1 h
hk:{P}:memory:<topic>        hash    what was looked up: definitions, labels; 1 h,
                                     1 min for unknown properties; definitions
                                     and these only until the next replay
hk:{P}:remarks               list    what people should see, newest first; 1,000
hk:{P}:plans                 list    what dry runs would have done; 1,000
hk:{P}:calls                 hash    API calls by route, and their inputs
hk:{P}:answer:*, asking:*,   string  what providers said, and who is asking; see
  tries:*, answers_of:<contact>      workers/providers/answers.py; 90 days at most
hk:provider:<name>:spent:*   string  what was asked of a provider in a month; 40 days
hk:{P}:woken                 string  a wake-up is on its way; 2 s
hk:{P}:rate:*, hk:{P}:pause  see app/hubspot/throttle.py
===========================  ======  ============================================
"""

from __future__ import annotations

PORTALS = "hk:portals"
TICKER = "hk:ticker"
ALERTS = "hk:alerts"
SAMPLES = "hk:alerts:samples"
LOOK = "hk:alerts:look"

# Where events go that name no portal.
NOWHERE = "0"


def prefix(portal: str) -> str:
    """Return what all keys of the portal begin with."""
    return f"hk:{{{portal}}}:"


def of(portal: str, name: str) -> str:
    """Return one key of the portal, e.g. of("7", "counts")."""
    return prefix(portal) + name
