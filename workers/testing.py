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
        events: what happened; by default the contact was created.
        lookups: what `contact.lookup(...)` gives.
        parameters: of the action, checked as in a rule.

    Raises:
        KeyError: the action reads a property that it does not declare.
        ValueError: no event is one that the action is there for.

    """
    happened = list(events) or [event_for()]
    wanted = [event for event in happened if action.wants(event)]
    if not wanted:
        raise ValueError(f"{action.name} is not there for any of these events")
    shown = {name: contact.get(name) for name in action.reads_with(parameters)}
    return list(action(Contact("501", shown, lookups or {}), wanted, **parameters))


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
