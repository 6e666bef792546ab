"""Writes notes, tasks, calls, meetings and e-mails on contacts, each once by its key.

HubSpot has no idempotency keys: an activity is announced in the ledger before it is
written, and its id is noted down there. An announcement without an id was made by a
round that did not live to see the answer; what it may have written is looked for
among the contact's activities before it is written again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from app.errors import HubSpotError, Outdated, Verdict
from app.events.ledger import Entry, Standing, Thing
from app.hubspot.association_batches import INVALID_IDS
from app.hubspot.association_type import DEFAULT_TYPES, Association
from app.hubspot.record import NewRecord
from workers.changes import LogActivity
from workers.round import Job, Round

# How long an activity that was written counts as written, although a person deleted it.
REMEMBERED_S = 30 * 24 * 3600.0
_MARKUP = re.compile(r"<[^>]*>|\s+")

# The contact and the key of its activity.
Wish = tuple[str, str]
Wishes = Mapping[Wish, LogActivity]


def write(round_: Round, now: Callable[[], float] = time.time) -> None:
    """Write the activities of all jobs, or bring those that were written up to date."""
    wishes = {
        (job.id, activity.key): activity
        for job in round_.at_work()
        for activity in job.plan.activities.values()
    }
    write_once(round_, wishes, now)


def write_once(
    round_: Round, wishes: Wishes, now: Callable[[], float] = time.time
) -> None:
    """Write what was never written; note the ids in `Job.activity_ids`."""
    entries = round_.ledger.reserve(
        round_.portal,
        round_.token,
        [_thing(wish, activity) for wish, activity in wishes.items()],
        ttl_s=REMEMBERED_S,
        # An open announcement can only be of an earlier round with this contact.
        grace_s=0,
    )
    standing = {w: entries[_thing(w, a)] for w, a in wishes.items()}
    made = {w: e.made_id for w, e in standing.items() if e.standing is Standing.MADE}
    _update(round_, {w: wishes[w] for w in made if wishes[w].rewrite}, made)
    doubtful = {w: wishes[w] for w, entry in standing.items() if _is_doubtful(entry)}
    found = _look_for(round_, doubtful)
    new = {
        wish: wishes[wish]
        for wish in wishes
        if wish not in made and wish not in found and not round_.jobs[wish[0]].finished
    }
    created = _create(round_, new, now)
    ids = {_thing(w, wishes[w]): id_ for w, id_ in (found | created).items()}
    round_.ledger.confirm(round_.portal, round_.token, ids, ttl_s=REMEMBERED_S)
    for (contact_id, key), id_ in (made | found | created).items():
        round_.jobs[contact_id].activity_ids[key] = id_


def _is_doubtful(entry: Entry) -> bool:
    return entry.standing is Standing.YOURS and entry.again


def _thing(wish: Wish, activity: LogActivity) -> Thing:
    contact_id, key = wish
    return contact_id, f"{activity.kind}:{key}"


def _by_kind(wishes: Wishes) -> dict[str, dict[Wish, LogActivity]]:
    kinds: dict[str, dict[Wish, LogActivity]] = {}
    for wish, activity in wishes.items():
        kinds.setdefault(activity.kind, {})[wish] = activity
    return kinds


def _create(round_: Round, wishes: Wishes, now: Callable[[], float]) -> dict[Wish, str]:
    """Create activities; return their ids.

    A worker that slept so long that its lease was lost must not create what another
    one has created meanwhile, so the lease is looked at once more.
    """
    round_.hold()
    ours = {w: a for w, a in wishes.items() if not round_.jobs[w[0]].finished}
    ids: dict[Wish, str] = {}
    for kind, group in _by_kind(ours).items():
        by_key = {f"{contact}/{key}": (contact, key) for contact, key in group}
        new = [
            _record(name, by_key[name][0], group[by_key[name]], now())
            for name in by_key
        ]
        result = round_.hubspot.objects(kind).batch_create(new)
        for name, record in result.records.items():
            ids[by_key[name]] = record.id
            _mark_written(round_.jobs[by_key[name][0]])
        # A refusal is certain; after a broken answer the next round has to look.
        refused = [
            n for n, e in result.errors.items() if e.verdict is not Verdict.RETRY
        ]
        things = [_thing(by_key[n], group[by_key[n]]) for n in refused]
        round_.ledger.release(round_.portal, round_.token, things)
        for name, error in result.errors.items():
            contact_id = by_key[name][0]
            if _is_no_more(contact_id, error):
                # Deleted since it was read; the next round finds it gone.
                round_.jobs[contact_id].fail(Outdated(str(error)))
            else:
                round_.fail({contact_id: error})
    return ids


def _is_no_more(contact_id: str, error: HubSpotError) -> bool:
    """Tell whether HubSpot names the contact itself as what is invalid."""
    named = error.context.get(INVALID_IDS, ())
    return any(each.partition(" ")[0] == f"CONTACT={contact_id}" for each in named)


def _record(
    name: str, contact_id: str, activity: LogActivity, written_at: float
) -> NewRecord:
    to_contact = DEFAULT_TYPES[activity.kind, "contacts"]
    return NewRecord(
        {"hs_timestamp": str(int(written_at * 1000)), **activity.properties},
        associations=[Association(contact_id, (to_contact,))],
        key=name,
    )


def _mark_written(job: Job) -> None:
    if not job.finished:
        job.outcome = "written"


def _look_for(round_: Round, wishes: Wishes) -> dict[Wish, str]:
    """Find activities that an earlier round may have written; return their ids."""
    found: dict[Wish, str] = {}
    for kind, group in _by_kind(wishes).items():
        contacts = sorted({contact_id for contact_id, _ in group})
        links = round_.hubspot.associations("contacts", kind).batch_read(contacts)
        round_.fail(links.errors)
        ids = sorted({link.to_id for each in links.records.values() for link in each})
        names = sorted({name for a in group.values() for name in a.properties})
        if not ids:
            continue
        activities = round_.hubspot.objects(kind).batch_read(ids, names)
        # What could not be read may be the very one: not to know is not "not there".
        unread = {id_ for id_, e in activities.errors.items() if e.status != 404}
        for contact_id, each in links.records.items():
            for link in each:
                if link.to_id in unread:
                    round_.fail({contact_id: activities.errors[link.to_id]})
        for (contact_id, key), activity in group.items():
            for link in links.records.get(contact_id, ()):
                record = activities.records.get(link.to_id)
                if record and not _differences(activity, record.properties):
                    found[contact_id, key] = record.id
    return found


def _update(round_: Round, wishes: Wishes, ids: Mapping[Wish, str]) -> None:
    """Rewrite activities that say something else; one that was deleted stays so."""
    for kind, group in _by_kind(wishes).items():
        activities = round_.hubspot.objects(kind)
        names = sorted({name for a in group.values() for name in a.properties})
        owners = {ids[wish]: wish for wish in group}
        found = activities.batch_read(list(owners), names)
        changes = {
            record.id: changed
            for record in found.records.values()
            if (changed := _differences(group[owners[record.id]], record.properties))
        }
        result = activities.batch_update(changes)
        for id_ in result.records:
            _mark_written(round_.jobs[owners[id_][0]])
        for id_, error in (found.errors | result.errors).items():
            if error.status != 404:
                round_.fail({owners[id_][0]: error})


def _differences(
    activity: LogActivity, now: Mapping[str, str | None]
) -> dict[str, str]:
    """Return the properties that differ in more than markup and times."""
    return {
        name: value
        for name, value in activity.properties.items()
        if name != "hs_timestamp" and _bare(now.get(name) or "") != _bare(value)
    }


def _bare(text: str) -> str:
    # HubSpot tidies the HTML of activities up.
    return _MARKUP.sub(" ", text).strip()
