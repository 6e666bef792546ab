"""What a person calls a record, and a time."""

from __future__ import annotations

from markupsafe import Markup

from app.sandbox.crm import moment
from app.sandbox.crm.object_types import ACTIVITIES, CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.crm.record import Record

LONGEST = 80


def title(record: Record) -> str:
    """Return a name of the record, its id where there is no other."""
    names: tuple[str, ...] = ("name", "domain", *record.kind.searched)
    if record.kind is CONTACT:
        names = ("hs_full_name_or_email", "phone")
    values = [record.properties.get(name, "").strip() for name in names]
    if record.kind in ACTIVITIES:
        values = [bare(value) for value in values]
    return shortened(next(filter(None, values), f"{record.kind.name} {record.id}"))


def bare(text: str) -> str:
    """Return the text of an activity without its HTML tags; it is still unsafe."""
    return Markup(text).striptags()  # noqa: S704 - a str, which gets escaped again


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the beginning of a text that is too long to be shown."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def label(portal: Portal, kind: ObjectType, name: str) -> str:
    """Return the words HubSpot shows for a property."""
    definition = portal.shelf(kind).schema.active.get(name)
    return definition.label if definition else name


def when(at_ms: int) -> str:
    """Return a time for people, in UTC: "2026-11-20 09:00:00"."""
    return moment.iso(at_ms)[:19].replace("T", " ")
