"""Errors about the values and the properties of records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from app.sandbox.errors.envelope import ApiError, Context


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the value of one property.

    Attributes:
        name: the property.
        code: HubSpot's code, e.g. "INVALID_OPTION".
        message: HubSpot's words.
        value: the value, None where HubSpot does not repeat it.

    """

    name: str
    code: str
    message: str
    value: str | None = None

    def detail(self) -> dict[str, object]:
        """Return the form the problem has in `errors[]`."""
        return {
            "message": self.message,
            "code": self.code,
            "context": {"propertyName": [self.name]},
        }

    def result(self, portal_id: str) -> dict[str, object]:
        """Return the form the problem has inside the message."""
        result: dict[str, object] = {
            "isValid": False,
            "message": self.message,
            "error": self.code,
            "name": self.name,
            "localizedErrorMessage": self.message,
        }
        if self.value is not None:
            result["propertyValue"] = self.value
        return result | {"portalId": int(portal_id)}


class InvalidProperties(ApiError):
    """Some values do not fit their properties; all of them are listed."""

    def __init__(self, problems: Iterable[Problem], portal_id: str) -> None:
        listed = list(problems)
        results = orjson.dumps([problem.result(portal_id) for problem in listed])
        super().__init__(
            f"Property values were not valid: {results.decode()}",
            details=[problem.detail() for problem in listed],
        )


class RequiredMissing(ApiError):
    """A record lacks a value it cannot be created without."""

    def __init__(self, names: Iterable[str]) -> None:
        code = "MISSING_REQUIRED_PROPERTY"
        problems = [
            Problem(name, code, f"A value for {name} must be provided")
            for name in names
        ]
        super().__init__(
            "The property values provided are invalid",
            details=[problem.detail() for problem in problems],
        )


class AlreadyExists(ApiError):
    """The e-mail address belongs to a contact already."""

    status = 409
    category = "CONFLICT"

    def __init__(self, label: str, existing_id: str = "") -> None:
        known = f". Existing ID: {existing_id}" if existing_id else ""
        super().__init__(f"{label.capitalize()} already exists{known}")
        self.existing_id = existing_id

    def entry(self, context: Context | None = None) -> dict[str, object]:
        """Return the batch form, which names the existing record in its context."""
        existing = {"existingId": [self.existing_id]} if self.existing_id else {}
        return super().entry({**(context or {}), **existing})


class ValueTaken(ApiError):
    """Another record has this value of a unique property."""

    def __init__(
        self, portal_id: str, label: str, name: str, value: str, ids: tuple[str, str]
    ) -> None:
        super().__init__(
            f"Cannot set PropertyValueCoordinates{{portalId={portal_id}, "
            f"objectTypeId=ObjectTypeId{{legacyObjectType={label}}}, "
            f"propertyName={name}, value={value}}} on {ids[0]}. "
            f"{ids[1]} already has that value."
        )


class PinNotAssociated(ApiError):
    """The activity to pin is not associated with the record (our own words)."""

    def __init__(self, record_id: str, activity_id: str) -> None:
        super().__init__(
            f"Engagement {activity_id} cannot be pinned: "
            f"it is not associated with {record_id}",
            context={"propertyName": ["hs_pinned_engagement_id"]},
        )


class NonUniqueIdProperty(ApiError):
    """`idProperty` names a property that does not identify records."""

    def __init__(self, type_id: str, name: str) -> None:
        super().__init__(
            f"Unable to perform update/upsert by non-unique {type_id} property {name}"
        )


class PropertyNotFound(ApiError):
    """The object has no property of this name (our own words)."""

    status = 404
    category = "OBJECT_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(f'Property "{name}" does not exist', context={"name": [name]})


class PropertyInUse(ApiError):
    """Something of the account depends on the property (our own words)."""

    sub_category = "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"

    def __init__(self, name: str) -> None:
        super().__init__(f"Property {name} is in use and cannot be deleted")


class IllegalModification(ApiError):
    """A part of a property's definition that is decided at its creation."""

    def __init__(self, field: str) -> None:
        message = f"{field} cannot be changed"
        detail = {"message": message, "code": "ILLEGAL_FIELD_MODIFICATION"}
        super().__init__(message, details=[detail])


class GroupNotFound(ApiError):
    """The object has no property group of this name (our own words)."""

    status = 404
    category = "OBJECT_NOT_FOUND"

    def __init__(self, name: str) -> None:
        message = f'Property group "{name}" does not exist'
        super().__init__(message, context={"name": [name]})


class GroupExists(ApiError):
    """The object has a property group of this name already (our own words)."""

    status = 409
    category = "OBJECT_ALREADY_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__(f"A property group named '{name}' already exists.")


class UnmetRequirements(ApiError):
    """The account's own rules demand further values (version 2026-09)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        super().__init__(
            "The property values provided are invalid",
            details=[problem.detail() for problem in problems],
        )


class PropertyExists(ApiError):
    """The object has a property of this name already."""

    status = 409
    category = "OBJECT_ALREADY_EXISTS"
    sub_category = "Properties.PROPERTY_WITH_NAME_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__(f"A property named '{name}' already exists.")
