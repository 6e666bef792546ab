"""Errors about which records a request is about."""

from __future__ import annotations

from collections.abc import Sequence

from app.sandbox.errors.envelope import ApiError


class UnknownObjectType(ApiError):
    """The path names an object that the portal does not have."""

    category = ""

    def __init__(self, name: str) -> None:
        super().__init__(f"Unable to infer object type from: {name}")


class UnknownTypeId(ApiError):
    """The path holds a type id that the portal does not have."""

    category = ""

    def __init__(self, type_id: str) -> None:
        super().__init__(f"Invalid object or event type id: {type_id}")


class SchemaExists(ApiError):
    """The account has an object of this name already (our own words)."""

    status = 409
    category = "OBJECT_ALREADY_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__(f"The name {name} is in use by another object type")


class BatchTooLarge(ApiError):
    """More inputs than one batch takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The maximum number of inputs supported in a batch is {limit}. "
            "Please reduce the number of items and try again"
        )


class HistoryBatchTooLarge(ApiError):
    """More inputs than one batch with property histories takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "The maximum number of inputs supported in a batch request for property "
            f"histories is {limit}. Please reduce the number of items and try again"
        )


class DuplicateIds(ApiError):
    """A batch names the same record twice."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(
            f"Duplicate IDs found in batch input: [{', '.join(ids)}]. "
            "IDs must be unique",
            context={"ids": ids},
        )


class TooManyIdentities(ApiError):
    """A record consists of too many merged ones already."""

    status = 414
    category = ""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Cannot have more than {limit} identities on a profile")


class EmailBlocked(ApiError):
    """The address was deleted for privacy and may not come back (our own words)."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"{email} is on the blocklist of addresses that were deleted for privacy",
            context={"propertyName": ["email"]},
        )


class ResourceNotFound(ApiError):
    """There is no record with this numeric id, or no such path."""

    status = 404
    category = ""

    def __init__(self) -> None:
        super().__init__("resource not found")


class ObjectNotFound(ApiError):
    """The id is not even numeric."""

    status = 404
    category = "OBJECT_NOT_FOUND"

    def __init__(self, record_id: str) -> None:
        super().__init__(
            "Object not found.  objectId are usually numeric.",
            context={"id": [record_id]},
        )


class SomeMissing(ApiError):
    """Some records of a batch are archived or were never there."""

    status = 404
    category = "OBJECT_NOT_FOUND"

    def __init__(self, label: str, ids: Sequence[str]) -> None:
        super().__init__(
            f"Could not get some {label} objects, they may be deleted or not exist. "
            "Check that ids are valid.",
            context={"ids": ids},
        )
