"""Try an action without any server: a contact and events in, changes out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from app.events.model import Event
from app.events.vocabulary import FOUND_BY_RECONCILE, RECONCILE
from workers.action import Action
from workers.changes import Change
from workers.contact import Contact
from workers.plan import Plan
from workers.reading import PARTINGS

CREATED = "contact.creation"


def job_for(
    action: Action,
    contact: Mapping[str, str],
    events: Sequence[Event] = (),
    *,
    lookups: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> list[Change]:
    """Return the changes that an action wants for a contact.

    >>> job_for(spell_out_cto, {"jobtitle": "CTO"})                 # doctest: +SKIP
    [SetProperties(jobtitle; overwrite)]

    Args:
        action: what `@enricher` and the like make of a function.
        contact: properties; those that the action declares and that are not here read
            as "", those that it does not declare cannot be read.
        events: what happened; by default the contact was created. After a deletion
            the contact is shown as deleted, and nothing can be read of it.
        lookups: what `contact.lookup(...)` gives.
        parameters: of the action, checked as in a rule.

    Raises:
        KeyError: the action reads a property that it does not declare.
        ValueError: no event is one that the action is there for, or a change could not
            be carried out.
        TypeError: it yields what is no change.

    """
    happened = list(events) or [event_for()]
    wanted = [event for event in happened if action.wants(event)]
    if not wanted:
        raise ValueError(f"{action.name} is not there for any of these events")
    gone = any(event.kind in PARTINGS for event in wanted)
    told: Mapping[str, str] = {} if gone else contact
    shown = {name: told.get(name) for name in action.reads_with(parameters)}
    seen = Contact("501", shown, lookups or {}, deleted=gone)
    changes = list(action(seen, wanted, **parameters))
    plan = Plan()
    for change in changes:
        plan.add(change)
    return changes


def event_for(
    kind: str = CREATED, *, name: str = "", value: str = "", source: str = ""
) -> Event:
    """Return an event of contact 501; name and value are for a propertyChange.

    Unless a source is given, it comes from a person, or from a reconcile if it is one.
    """
    usual = FOUND_BY_RECONCILE if kind == RECONCILE else "CRM_UI"
    return Event(
        kind=kind,
        portal_id="20000001",
        object_id="501",
        occurred_at=time.time(),
        key=f"{kind} {name} {value}",
        property_name=name,
        property_value=value,
        change_source=source or usual,
    )
