"""Creates and updates records of other objects, and has the contact associated."""

from __future__ import annotations

from collections.abc import Mapping

from app.errors import HubSpotError
from workers.changes import UpsertRecord
from workers.round import Job, Round

# (object type, unique property)
Family = tuple[str, str]


def upsert(round_: Round) -> None:
    """Write the records that differ; link their contacts to all of them."""
    families: dict[Family, dict[str, list[tuple[Job, UpsertRecord]]]] = {}
    for job in round_.at_work():
        for change in job.plan.upserts.values():
            key = change.object_type, change.id_property
            by_value = families.setdefault(key, {})
            by_value.setdefault(change.id_value, []).append((job, change))
    for family, wishes in families.items():
        _upsert(round_, family, wishes)


def _upsert(
    round_: Round, family: Family, wishes: Mapping[str, list[tuple[Job, UpsertRecord]]]
) -> None:
    object_type, id_property = family
    values = {
        key: {n: v for _, change in each for n, v in change.properties.items()}
        for key, each in wishes.items()
    }
    ids, errors = _differing(round_, family, values)
    result = round_.hubspot.objects(object_type).batch_upsert(
        values, id_property=id_property
    )
    errors |= result.errors
    written = {key: record.id for key, record in result.records.items()}
    for key, each in wishes.items():
        for job, change in each:
            if key in errors:
                job.fail(errors[key])
                continue
            if change.associate and not (job.contact and job.contact.deleted):
                link = object_type, (written | ids)[key]
                job.plan.links.setdefault(link, set()).add("")
            if key in written and not job.finished:
                job.outcome = "written" if job.outcome == "unchanged" else job.outcome


def _differing(
    round_: Round, family: Family, values: dict[str, dict[str, str]]
) -> tuple[dict[str, str], dict[str, HubSpotError]]:
    """Take what needs no writing out of `values`; return its ids, and errors."""
    object_type, id_property = family
    names = sorted({name for each in values.values() for name in each})
    found = round_.hubspot.objects(object_type).batch_read(
        list(values), names, id_property=id_property
    )
    ids: dict[str, str] = {}
    for key, record in found.records.items():
        now = record.properties
        if all((now.get(n) or "") == value for n, value in values[key].items()):
            ids[key] = record.id
            del values[key]
    errors = {key: e for key, e in found.errors.items() if e.status != 404}
    for key in errors:
        del values[key]
    return ids, errors
