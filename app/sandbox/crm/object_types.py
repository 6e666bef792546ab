"""The kinds of records: one table, one generic implementation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.sandbox.errors import UnknownObjectType, UnknownTypeId


@dataclass(frozen=True, slots=True, eq=False)
class ObjectType:
    """One kind of record.

    Attributes:
        type_id: HubSpot's id of the kind, e.g. "0-1".
        name: singular, e.g. "contact".
        plural: e.g. "contacts".
        label: the name in messages and association types, e.g. "CONTACT".
        created: property that holds the time of creation.
        modified: property that holds the time of the last change.
        defaults: properties returned when a read names none.
        searched: properties that a search's `query` looks into.
        required: properties without which none is created.
        history_limit: how many values of a property are remembered [uncertain].
        scope: OAuth scope, without its `.read` or `.write`.

    """

    type_id: str
    name: str
    plural: str
    label: str
    created: str
    modified: str
    defaults: tuple[str, ...]
    searched: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    history_limit: int = 20
    scope: str = "crm.objects.contacts"

    @property
    def always(self) -> tuple[str, str, str]:
        """Properties that come back whatever a read asks for."""
        return (self.created, "hs_object_id", self.modified)


def _record(
    type_id: str, names: tuple[str, str], defaults: tuple[str, ...], scope: str
) -> ObjectType:
    return ObjectType(
        type_id,
        *names,
        label=names[0].upper(),
        created="createdate",
        modified="hs_lastmodifieddate",
        defaults=("createdate", "hs_lastmodifieddate", "hs_object_id", *defaults),
        searched=defaults,
        scope=scope,
    )


def _activity(
    type_id: str, name: str, searched: tuple[str, ...], label: str = ""
) -> ObjectType:
    return ObjectType(
        type_id,
        name,
        f"{name}s",
        label=label or name.upper(),
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        defaults=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        searched=searched,
        required=("hs_timestamp",),
    )


# https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts/guide
CONTACT = ObjectType(
    "0-1",
    "contact",
    "contacts",
    label="CONTACT",
    created="createdate",
    modified="lastmodifieddate",
    defaults=(
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    ),
    # https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
    searched=(
        "firstname",
        "lastname",
        "email",
        "phone",
        "hs_additional_emails",
        "fax",
        "mobilephone",
        "company",
        "hs_marketable_until_renewal",
    ),
    history_limit=45,
)
COMPANY = _record(
    "0-2", ("company", "companies"), ("domain", "name"), "crm.objects.companies"
)
DEAL = _record(
    "0-3",
    ("deal", "deals"),
    ("amount", "closedate", "dealname", "dealstage", "pipeline"),
    "crm.objects.deals",
)
TICKET = _record(
    "0-5",
    ("ticket", "tickets"),
    ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "subject"),
    "tickets",
)
TASK = _activity("0-27", "task", ("hs_task_subject", "hs_task_body"))
NOTE = _activity("0-46", "note", ("hs_note_body",))
MEETING = _activity("0-47", "meeting", ("hs_meeting_title",), "MEETING_EVENT")
CALL = _activity("0-48", "call", ("hs_call_title", "hs_call_body"))
EMAIL = _activity("0-49", "email", ("hs_email_subject", "hs_email_text"))

ALL = (CONTACT, COMPANY, DEAL, TICKET, TASK, NOTE, MEETING, CALL, EMAIL)
ACTIVITIES = (TASK, NOTE, MEETING, CALL, EMAIL)

_BY_NAME = {key: kind for kind in ALL for key in (kind.type_id, kind.name, kind.plural)}
_TYPE_ID = re.compile(r"\d+-\d+")


def infer(name: str) -> ObjectType:
    """Return the kind called `name`: singular, plural or type id, in any case.

    Raises:
        UnknownObjectType: no kind has that name.
        UnknownTypeId: no kind has that id.

    """
    kind = _BY_NAME.get(name.lower())
    if kind is not None:
        return kind
    raise (UnknownTypeId if _TYPE_ID.fullmatch(name) else UnknownObjectType)(name)
