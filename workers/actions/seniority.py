"""Tells from the job title how senior somebody is.

Trigger: the contact is created, or jobtitle changes.
Reads:   jobtitle, and the property it writes.
Writes:  hs_seniority, only where there is none; empty it to have it worked out anew.
Parameters:
    write  what to write instead of hs_seniority; if it has options, they must be
           HubSpot's: owner, partner, executive, vp, director, manager, senior, entry

    "Head of Sales", "Vertriebsleiter, Director"  ->  hs_seniority "director"
    "SVP Marketing"                               ->  hs_seniority "vp"
    "Assistant to the CEO", "Baker"               ->  nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.actions import (
    Change,
    Contact,
    Event,
    SetProperties,
    enricher,
    parameter,
    seniority_of,
)


@enricher(
    on=("contact.creation", "contact.propertyChange:jobtitle"),
    reads=("jobtitle",),
    parameters={"write": parameter.property_name(default="hs_seniority")},
    also_reads=lambda parameters: [parameters["write"]],
)
def seniority(
    contact: Contact, events: Sequence[Event], *, write: str = "hs_seniority"
) -> Iterator[Change]:
    """Write what the title tells, unless something is written already."""
    told = seniority_of(contact["jobtitle"])
    if told and write and not contact[write]:
        yield SetProperties(**{write: told}).if_empty()
