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
hk:deliveries                stream  the request log, a line for each delivery of any
                                     portal or none; KEEP_S, KEEP_DELIVERIES
hk:reconcile                 string  no reconcile by schedule is due while this lives
hk:upkeep                    string  what is done once in a while was done; 10 min
hk:erased                    string  the store's file still has what was forgotten
hk:rewritten                 string  that file was written anew lately; 1 h
hk:seal                      hash    a sealed proof of each of STORE_KEYS in use
hk:{P}:events:<contact>      list    waiting events (see stored.py), oldest first; the
                                     first `taken` of a leased contact are in hand
hk:{P}:state:<contact>       hash    token, taken, claimed_at, lane, attempts, deaths,
                                     lost (the token of a lease that ran out); only
                                     while leased or after a failed attempt
hk:{P}:steps:<contact>       list    what kept it from being finished so far (trail.py)
hk:{P}:finished              stream  contacts that were settled, the newest ones; KEEP_S
hk:{P}:live                  zset    contacts that wait for what a person just did,
                                     by due time (ms)
hk:{P}:bulk                  zset    contacts of imports, backfills and replays
hk:{P}:suspect               zset    contacts whose worker died
hk:{P}:leased                zset    contacts in hand, by the end of the lease (ms)
hk:{P}:seen:<half-day>       set     keys of accepted events; 24 h
hk:{P}:counts                hash    the books: accepted, waiting, working, settled,
                                     dead, discarded, and what is counted besides;
                                     and the version of the state
hk:{P}:dead                  zset    dead letters by burial time (ms)
hk:{P}:dead_letter:<id>      hash    contact, reason, error, attempts and what else
                                     is known; see app/events/letter.py
hk:{P}:dead_events:<id>      list    the buried events
hk:{P}:dead_edits:<id>       hash    what takes the place of an event in a replay, by
                                     its place in the letter
hk:{P}:was:<contact>         set     the contacts that were merged into it; when it is
                                     forgotten for 48 h more
hk:{P}:forgotten             zset    ids of contacts that we were told to forget, by the
                                     time (ms) when nothing of them is sent again; 48 h;
                                     see app/events/forgotten.py
hk:{P}:dead_of:<contact>     set     the contact's dead letters
hk:{P}:replayed:<contact>    hash    letters of it that wait again: how often, earlier
                                     errors, for which orders; until they end
hk:orders                    set     portals with orders to be carried out
hk:{P}:orders                zset    orders by the time they were placed (ms); 100
hk:{P}:order:<id>            hash    one order, its state, its figures; see
                                     app/repair/order.py
hk:{P}:order_turn            string  who carries the portal's orders on; 30 s
hk:{P}:audit                 list    who did what to dead letters, newest first; 1,000
hk:{P}:made:<subject>        hash    what was made, or is about to be, what is pinned
                                     who it was merged into and what refusals were
                                     told; as long as its longest-lived field:
                                     30 days for a contact, 1 h for a domain
hk:{P}:wrote:<contact>       hash    what we wrote, and on which state it was based; 1 h
hk:{P}:swings:<contact>      hash    how often we wrote a property, and what it was
                                     before each time; frozen ones; 1 h
hk:{P}:memory:<topic>        hash    what was looked up: definitions, labels; 1 h,
                                     30 days for when the account's day ends,
                                     1 min for unknown properties; definitions
                                     and these only until the next replay; ids of
                                     related records of contacts that wait, and whose
                                     companies have changed, 1 min
hk:{P}:remarks               list    what people should see, newest first; 1,000
hk:{P}:plans                 list    what dry runs would have done; 1,000
hk:{P}:calls                 hash    API calls by route, and their inputs
hk:{P}:answer:*, asking:*,   string  what providers said, and who is asking; see
  tries:*, answers_of:<contact>      workers/providers/answers.py; 90 days at most
hk:provider:<name>:spent:*   string  what was asked of a provider in a month; 40 days
hk:{P}:sweep:<name>          hash    how far a backfill or reconcile is; see sweeps.py
hk:{P}:illness               hash    what the portal is ill with: kind, since (ms),
                                     reason, checks; until it is well
hk:{P}:recovered             string  when it was well again (ms); one lease
hk:{P}:complaint             hash    which calls are denied although HubSpot takes
                                     the token: likewise; 30 min after the last
hk:{P}:checking              string  somebody is asking HubSpot how it is; 1 min
hk:{P}:held:<half-day>       hash    by delivery, which events it held: kind, contact,
                                     property name, no value; KEEP_S and half a day
hk:{P}:archive               zset    ids of archived deliveries by time (ms); like the
                                     four that follow bounded by ARCHIVE_MB and
                                     ARCHIVE_S, and gone that long after the last one
hk:{P}:archive_bodies        hash    their items, compressed, perhaps sealed
hk:{P}:archive_contacts      hash    whose they are, comma-separated
hk:{P}:archived_of:<contact> set     the deliveries that hold something of a contact
hk:{P}:archive_bytes         string  what all of that takes
hk:{P}:woken                 string  a wake-up is on its way; 2 s
hk:{P}:rate:*, hk:{P}:pause  see app/hubspot/throttle.py
===========================  ======  ============================================
"""

from __future__ import annotations

PORTALS = "hk:portals"
TICKER = "hk:ticker"
UPKEEP = "hk:upkeep"
ERASED = "hk:erased"
REWRITTEN = "hk:rewritten"
SEAL = "hk:seal"
ORDERS = "hk:orders"
RECONCILE = "hk:reconcile"
DELIVERIES = "hk:deliveries"
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
