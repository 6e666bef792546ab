"""What is special about contacts: the lifecycle and the properties HubSpot computes."""

from __future__ import annotations

from app.sandbox.crm import moment
from app.sandbox.crm.definitions import Schema
from app.sandbox.crm.record import Record
from app.sandbox.switches import Switches

IDENTITY = ("email", "firstname", "lastname")


def starting_values(values: dict[str, str], switches: Switches) -> dict[str, str]:
    """Return what a new contact gets beside the values that were given."""
    stage = switches.default_lifecycle_stage
    if values.get("lifecyclestage") or not stage:
        return {}
    return {"lifecyclestage": stage}


def forward_only(schema: Schema, record: Record, values: dict[str, str]) -> None:
    """Take a backward step of the lifecycle out of `values`, without a word."""
    wanted = values.get("lifecyclestage")
    current = record.properties.get("lifecyclestage")
    if not wanted or not current:
        return
    if advanced(schema, (current, wanted)) != wanted:
        del values["lifecyclestage"]


def advanced(schema: Schema, stages: tuple[str, str]) -> str:
    """Return the stage that comes later in the lifecycle; "" comes first."""
    place = {o.value: n for n, o in enumerate(schema.active["lifecyclestage"].options)}
    return max(stages, key=lambda stage: place.get(stage, -1))


def compute(properties: dict[str, str], record_id: str, now_ms: int) -> None:
    """Bring the properties that HubSpot computes up to date, in place."""
    email = properties.get("email", "")
    names = (properties.get("firstname", ""), properties.get("lastname", ""))
    stage = properties.get("lifecyclestage", "")
    phone = "".join(filter(str.isdigit, properties.get("phone", "")))
    merged = properties.get("hs_merged_object_ids", "")
    properties["hs_all_contact_vids"] = f"{record_id};{merged}".strip(";")
    properties["hs_is_contact"] = "true"
    properties.setdefault("hs_is_unworked", "true")
    properties.setdefault("hs_pipeline", "contacts-lifecycle-pipeline")
    properties.setdefault("hs_marketable_status", "false")
    properties.setdefault("hs_marketable_until_renewal", "false")
    for name, value in (
        ("hs_email_domain", email.rpartition("@")[2]),
        ("hs_full_name_or_email", " ".join(filter(None, names)) or email),
        ("hs_searchable_calculated_phone_number", phone),
    ):
        if value:
            properties[name] = value
        else:
            properties.pop(name, None)
    if stage:
        properties.setdefault(f"hs_lifecyclestage_{stage}_date", moment.iso(now_ms))
