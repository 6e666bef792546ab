"""The forms of the page: which fields they have, and what they do when sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.sandbox import edits
from app.sandbox.crm import lookup, merging, recycle_bin
from app.sandbox.crm.object_types import COMPANY, CONTACT, ObjectType
from app.sandbox.crm.portal import Portal
from app.sandbox.faults import Fault, Faults

Form = Mapping[str, str]

_FIELDS = {
    CONTACT.type_id: (
        "email",
        "firstname",
        "lastname",
        "phone",
        "company",
        "website",
        "jobtitle",
        "city",
        "country",
        "lifecyclestage",
    ),
    COMPANY.type_id: ("name", "domain", "website", "phone", "city", "country"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; `options` are values and labels, () for free text."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


def empty(portal: Portal, kind: ObjectType) -> tuple[Field, ...]:
    """Return the fields to create a record with."""
    return _fields(portal, kind, {})


def filled(portal: Portal, kind: ObjectType, record_id: str) -> tuple[Field, ...]:
    """Return the fields with the values of a record."""
    with portal.at_work():
        record = portal.shelf(kind).any(record_id)
        return _fields(portal, kind, record.properties if record else {})


def _fields(
    portal: Portal, kind: ObjectType, values: Mapping[str, str]
) -> tuple[Field, ...]:
    active = portal.shelf(kind).schema.active
    required = [name for name in kind.required if name not in kind.searched]
    names = _FIELDS.get(kind.type_id, (*required, *kind.searched))
    return tuple(
        Field(
            name,
            active[name].label,
            values.get(name, ""),
            tuple((option.value, option.label) for option in active[name].options),
        )
        for name in names
        if name in active and not active[name].read_only
    )


def create(portal: Portal, kind: ObjectType, form: Form) -> str:
    """Create a record of what was filled in; return its id.

    Raises:
        ValueError: HubSpot would refuse it; the message says why.

    """
    values = {name: value for name, value in _values(form).items() if value}
    with portal.at_work():
        rows = [{"properties": values}]
        ids, failures = edits.create(portal, kind, rows, edits.PERSON)
    _demand_none(failures)
    return ids[0]


def edit(portal: Portal, kind: ObjectType, record_id: str, form: Form) -> str:
    """Write what was changed in the form, and nothing that it only repeats.

    Raises:
        ValueError: HubSpot would refuse it; the message says why.

    """
    changed = {
        name: value
        for name, value in _values(form).items()
        if value != form.get(f"was.{name}", "")
    }
    with portal.at_work():
        rows = [{"id": record_id, "properties": changed}]
        _, failures = edits.update(portal, kind, rows, edits.PERSON)
    _demand_none(failures)
    return record_id


def delete(portal: Portal, kind: ObjectType, record_id: str, form: Form) -> str:
    """Archive a record; return its id."""
    with portal.at_work():
        edits.archive(portal, kind, [{"id": record_id}], edits.PERSON)
    return record_id


def restore(portal: Portal, kind: ObjectType, record_id: str, form: Form) -> str:
    """Take a record out of the recycle bin; return its id.

    Raises:
        ApiError: it cannot be had back; the message says why.

    """
    with portal.at_work():
        record = lookup.one(portal, kind, record_id, archived=True)
        recycle_bin.restore(portal, record, edits.PERSON)
    return record_id


def merge(portal: Portal, kind: ObjectType, record_id: str, form: Form) -> str:
    """Merge another record into this one; return the id of what they became.

    Raises:
        ApiError: HubSpot would refuse it; the message says why.

    """
    other_id = form.get("other", "").strip()
    with portal.at_work():
        return merging.merge(portal, kind, record_id, other_id, edits.PERSON).id


def order_fault(faults: Faults, form: Form) -> None:
    """Order one more kind of trouble.

    Raises:
        ValueError: it makes no sense; the message says why.

    """
    raw: dict[str, object] = {"kind": form.get("kind", "")}
    raw |= {n: form[n] for n in ("method", "path", "body") if form.get(n)}
    try:
        if form.get("times"):
            raw["times"] = int(form["times"])
        if form.get("delay_s"):
            raw["delay_s"] = float(form["delay_s"])
    except ValueError as error:
        raise ValueError("times and delay_s must be numbers") from error
    faults.put([*faults.set_now(), Fault.from_json(raw)])


def _values(form: Form) -> dict[str, str]:
    values = {
        name.removeprefix("value."): value.replace("\r\n", "\n")
        for name, value in form.items()
        if name.startswith("value.")
    }
    if further := form.get("further.name", "").strip():
        values[further] = form.get("further.value", "")
    return values


def _demand_none(failures: edits.Failures) -> None:
    if failures:
        raise ValueError(str(failures[0]["message"]))
