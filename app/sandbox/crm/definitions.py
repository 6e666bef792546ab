"""Which properties an object has, and what each may hold."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import orjson

from app.sandbox.crm.object_types import ACTIVITIES, ObjectType
from app.sandbox.errors import Invalid, PropertyExists, PropertyNotFound

# https://developers.hubspot.com/docs/api-reference/latest/crm/properties/guide
MAX_UNIQUE = 10

TYPES = (
    "bool",
    "date",
    "datetime",
    "enumeration",
    "number",
    "phone_number",
    "string",
)
FIELD_TYPES = (
    "booleancheckbox",
    "calculation_equation",
    "checkbox",
    "date",
    "file",
    "html",
    "number",
    "phonenumber",
    "radio",
    "select",
    "text",
    "textarea",
)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an enumeration."""

    value: str
    label: str
    display_order: int = -1
    hidden: bool = False


# Without slots, so that it can remember its choices: every write asks for them.
@dataclass(frozen=True)
class Definition:
    """One property of an object.

    Attributes:
        type: string, number, enumeration, bool, date, datetime or phone_number.
        options: choices of an enumeration.
        external_options: the choices live elsewhere (owners, teams): any is accepted.
        value_format: "email" or "long" where the type alone does not say it, else "".
        read_only: the API cannot set it.
        calculated: HubSpot computes it.
        unique: no two records have the same value.

    """

    name: str
    label: str
    type: str
    field_type: str
    group: str
    options: tuple[Option, ...] = ()
    external_options: bool = False
    value_format: str = ""
    read_only: bool = False
    calculated: bool = False
    hidden: bool = False
    unique: bool = False
    hubspot_defined: bool = True
    description: str = ""
    archived: bool = False
    display_order: int = -1
    form_field: bool = True
    created_at_ms: int = 0
    updated_at_ms: int = 0
    archived_at_ms: int = 0

    @functools.cached_property
    def choices(self) -> frozenset[str]:
        """The values of the options."""
        return frozenset(option.value for option in self.options)

    @property
    def multiple(self) -> bool:
        """Several options may be chosen, separated by semicolons."""
        return self.field_type == "checkbox"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading under which people see properties."""

    name: str
    label: str
    display_order: int = -1


class Schema:
    """The properties of one object; archived ones are remembered.

    Attributes:
        active: definitions by name, those that can be read and written.
        unique: names of the properties whose values identify a record.
        groups: the headings, by name.

    """

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self._all = {definition.name: definition for definition in definitions}
        names = dict.fromkeys(d.group for d in self._all.values())
        self.groups = {n: Group(n, n.replace("_", " ").capitalize()) for n in names}
        self._refresh()

    def _refresh(self) -> None:
        self.active = {n: d for n, d in self._all.items() if not d.archived}
        self.unique = frozenset(n for n, d in self.active.items() if d.unique)

    def __iter__(self) -> Iterator[Definition]:
        return iter(self._all.values())

    def demand_group(self, name: str) -> None:
        """Make sure that there is a group of this name."""
        self.groups.setdefault(name, Group(name, name.replace("_", " ").capitalize()))

    def get(self, name: str, *, archived: bool = False) -> Definition:
        """Return the definition of `name`.

        Raises:
            PropertyNotFound: no such property, or it is archived (or is not, if
                `archived` ones were asked for).

        """
        found = self._all.get(name)
        if found is None or found.archived is not archived:
            raise PropertyNotFound(name)
        return found

    def add(self, definition: Definition) -> Definition:
        """Add a property; an archived one of the same name comes back as it was.

        Raises:
            PropertyExists: the name is in use.
            Invalid: there are too many unique properties already, or no such group
                (our own words).

        """
        if definition.group not in self.groups:
            raise Invalid(f"Property group {definition.group} does not exist")
        known = self._all.get(definition.name)
        if known is not None and not known.archived:
            raise PropertyExists(definition.name)
        own = [name for name in self.unique if not self._all[name].hubspot_defined]
        if definition.unique and known is None and len(own) >= MAX_UNIQUE:
            raise Invalid(f"At most {MAX_UNIQUE} properties can have unique values.")
        restored = (
            replace(known, archived=False, archived_at_ms=0) if known else definition
        )
        self._all[definition.name] = restored
        self._refresh()
        return restored

    def change(self, name: str, **values: Any) -> Definition:
        """Replace parts of the definition of `name`.

        Raises:
            PropertyNotFound: no such property.

        """
        changed = replace(self.get(name), **values)
        self._all[name] = changed
        self._refresh()
        return changed

    def archive(self, name: str, at_ms: int) -> None:
        """Archive a property that somebody made.

        Raises:
            PropertyNotFound: no such property.
            Invalid: it is one of HubSpot's own (our own words).

        """
        if self.get(name).hubspot_defined:
            raise Invalid(f"{name} is defined by HubSpot and cannot be archived")
        self.change(name, archived=True, archived_at_ms=at_ms)


@functools.cache
def _defaults(kind_name: str, *, activity: bool) -> tuple[Definition, ...]:
    own = _read(kind_name)
    shared = _read("every_activity") if activity else []
    group = own[0][4]
    return tuple(
        _definition(row, group) for row in [*_read("every_object"), *shared, *own]
    )


def default_schema(kind: ObjectType) -> Schema:
    """Return the properties that objects of `kind` have in a new portal."""
    return Schema(_defaults(kind.data or kind.name, activity=kind in ACTIVITIES))


def _definition(row: Sequence[Any], group: str) -> Definition:
    """Read a row: name, label, type, field type, group, flags, and maybe options."""
    name, label, type_, field_type, own_group, flags, *rest = row
    choices: Mapping[str, str] = rest[0] if rest else {}
    return Definition(
        name,
        label,
        type_,
        field_type,
        own_group or group,
        options=tuple(
            Option(value, text, place)
            for place, (value, text) in enumerate(choices.items())
        ),
        external_options="x" in flags,
        value_format="email" if "e" in flags else "long" if "l" in flags else "",
        read_only="r" in flags,
        calculated="c" in flags,
        hidden="h" in flags,
        unique="u" in flags,
    )


def _read(name: str) -> list[list[Any]]:
    data = resources.files("app.sandbox").joinpath("data", f"{name}.json")
    rows: list[list[Any]] = orjson.loads(data.read_bytes())
    return rows
