"""Errors about associations."""

from __future__ import annotations

from app.sandbox.errors.envelope import ApiError, Context


class InvalidAssociations(ApiError):
    """An association names a record or a type that does not exist."""

    def __init__(self, context: Context) -> None:
        super().__init__("One or more associations are invalid", context=context)

    @classmethod
    def objects(cls, *names: str) -> InvalidAssociations:
        """Records are missing; `names` such as "CONTACT=5"."""
        return cls({"INVALID_OBJECT_IDS": [f"{name} is not valid" for name in names]})

    @classmethod
    def spec(cls, category: str, type_id: object) -> InvalidAssociations:
        """There is no such association type between the two objects."""
        spec = f"{category}={type_id}"
        wrong = f"{spec} is not a valid association definition id"
        return cls({"associationSpec": [spec], "INVALID_ASSOCIATION_TYPE_ID": [wrong]})


class InvalidAssociationType(ApiError):
    """There is no association type of this name between the two objects."""

    sub_category = "crm.associations.INVALID_ASSOCIATION_TYPE"

    def __init__(self, name: str, start: str, end: str) -> None:
        super().__init__(
            f"{name} is not a valid association type between {start} and {end}",
            context={"type": [name], "fromObjectType": [start], "toObjectType": [end]},
        )


class WrongDirection(ApiError):
    """The association type starts at another object."""

    def __init__(self, given: str, expected: str) -> None:
        super().__init__(
            f"invalid from object type {given} for associations to be created. "
            f"expected: {expected}"
        )


class NoPermission(ApiError):
    """The user behind the token may not do that."""

    def __init__(self, permission: str) -> None:
        super().__init__(f"Missing '{permission}' permission.")


class LabelExists(ApiError):
    """The pair of objects has a label of this name already (our own words)."""

    status = 409
    category = "OBJECT_ALREADY_EXISTS"

    def __init__(self, name: str) -> None:
        super().__init__(f"An association label named '{name}' already exists.")


class InvalidIdentifier(ApiError):
    """An id of an association request is no id."""

    sub_category = "crm.associations.INVALID_IDENTIFIER"

    def __init__(self, record_id: str) -> None:
        super().__init__(f"{record_id} is not a valid ID", context={"id": [record_id]})


class AssociatedWithItself(ApiError):
    """A record cannot be associated with itself."""

    def __init__(self, record_id: str) -> None:
        super().__init__(
            f"Object {record_id} cannot be associated to itself ({record_id})"
        )


def no_associations(record_id: str, from_name: str, to_name: str) -> dict[str, object]:
    """Return what a batch says of a record without associations, which is no failure.

    It is never raised, and a batch may consist of nothing else.
    """
    return {
        "status": "error",
        "message": f"No {to_name} is associated with {from_name} {record_id}.",
        "context": {
            "fromObjectId": [record_id],
            "fromObjectType": [from_name],
            "toObjectType": [to_name],
        },
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
    }
