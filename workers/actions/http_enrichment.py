"""Fills in what an outside source knows about the contact.

Trigger: the contact is created, or its e-mail address changes.
Reads:   what the provider's key and mapping name.
Writes:  the properties that the provider's mapping names.
Parameters:
    provider    name of a [[provider]] in the rules file
    policy      "if_empty" (the default): only where there is no value;
                "not_over_people": also over values that no person has typed;
                "overwrite": over everything
    properties  only these of the mapping; all by default

    [[provider]]
    name = "people_source"
    url = "https://api.people.example/v2/person?email={key}"
    secret = "PEOPLE_SOURCE_KEY"
    prefix = "Bearer "
    mapping = { jobtitle = "employment.title" }

    [[rule]]
    name = "titles"
    action = "http_enrichment"
    parameters = { provider = "people_source" }

    With when = { jobtitle = { empty = true } } only those who lack it are asked about.

    the source says {"employment": {"title": "CTO"}}  ->  jobtitle "CTO"
    the source takes long                             ->  the contact comes again
    the source does not know the contact              ->  nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marshmallow import fields, validate

from workers.actions import Change, Contact, Event, SetProperties, enricher, parameter


@enricher(
    on=("contact.creation", "contact.propertyChange:email"),
    reads=(),
    parameters={
        "provider": fields.String(required=True),
        "policy": fields.String(
            load_default="if_empty",
            validate=validate.OneOf(("if_empty", "not_over_people", "overwrite")),
        ),
        "properties": parameter.words(),
    },
    default=False,
    also_looks_up=lambda parameters: [parameters["provider"]],
)
def http_enrichment(
    contact: Contact,
    events: Sequence[Event],
    *,
    provider: str,
    policy: str,
    properties: Sequence[str],
) -> Iterator[Change]:
    """Write the source's answer, where the policy lets it."""
    answer = contact.lookup(provider)
    values = {n: v for n, v in answer.items() if not properties or n in properties}
    if not values:
        return
    change = SetProperties(**values)
    match policy:
        case "if_empty":
            yield change.if_empty()
        case "not_over_people":
            yield change.not_over_people()
        case _:
            yield change
