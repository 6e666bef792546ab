"""Kinds of parameters that several actions have; each is a marshmallow field."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from workers.knowledge.country import region_of

# https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
_NAME = validate.Regexp(
    r"[a-z][a-z0-9_]{0,99}\Z", error="Must be a property's internal name."
)
_HOST = re.compile(r"[^\s@/:.]+(\.[^\s@/:.]+)+")
# https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide
ACTIVITY_KINDS = ("notes", "tasks", "meetings", "calls", "emails")


def country(default: str = "") -> fields.String:
    """Return a parameter that names a country, or none."""
    return fields.String(load_default=default, validate=_known_country)


def property_name(*, required: bool = False, default: str = "") -> fields.String:
    """Return a parameter that names a property; "" where there need not be one."""
    if required:
        return fields.String(required=True, validate=_NAME)
    return fields.String(load_default=default, validate=_name_or_nothing)


def activity_kinds(*default: str) -> fields.List[str]:
    """Return a parameter that lists kinds of activities."""
    known = validate.OneOf(ACTIVITY_KINDS)
    return fields.List(
        fields.String(validate=known),
        load_default=list(default),
        validate=validate.Length(min=1),
    )


def words(*, required: bool = False) -> fields.List[str]:
    """Return a parameter that lists words; none by default."""
    word = fields.String(validate=validate.Length(min=1))
    if required:
        return fields.List(word, required=True, validate=validate.Length(min=1))
    return fields.List(word, load_default=list)


class _Host(fields.String):
    """A domain or host, in the one spelling that domains have."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        host = super()._deserialize(value, *args, **kwargs).strip().lower()
        if not _HOST.fullmatch(host):
            raise ValidationError(f"{host!r} is no domain like acme.com.")
        return host


def host() -> fields.String:
    """Return a parameter that is a domain, e.g. "acme.com"; it becomes lower case."""
    return _Host()


def _known_country(value: str) -> None:
    if value and not region_of(value):
        raise ValidationError("Is no country that is known, by ISO code or name.")


def _name_or_nothing(value: str) -> None:
    if value:
        _NAME(value)
