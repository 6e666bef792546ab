"""Every error HubSpot answers with, in HubSpot's words: one class per error.

Where HubSpot's words are known from nowhere, the class says so.
"""

from app.sandbox.errors.access import (
    MissingScopes,
    NotAuthenticated,
    NotImitated,
    Outage,
    RateLimited,
    TokenExpired,
    UnreadableJson,
)
from app.sandbox.errors.associations import (
    AssociatedWithItself,
    InvalidAssociations,
    InvalidIdentifier,
    NoAssociations,
    WrongDirection,
)
from app.sandbox.errors.envelope import (
    ApiError,
    Invalid,
)
from app.sandbox.errors.records import (
    BatchTooLarge,
    DuplicateIds,
    HistoryBatchTooLarge,
    ObjectNotFound,
    ResourceNotFound,
    SomeMissing,
    UnknownObjectType,
    UnknownTypeId,
)
from app.sandbox.errors.values import (
    AlreadyExists,
    InvalidProperties,
    NonUniqueIdProperty,
    PinNotAssociated,
    Problem,
    PropertyExists,
    PropertyNotFound,
    RequiredMissing,
    ValueTaken,
)

__all__ = [
    "AlreadyExists",
    "ApiError",
    "AssociatedWithItself",
    "BatchTooLarge",
    "DuplicateIds",
    "HistoryBatchTooLarge",
    "Invalid",
    "InvalidAssociations",
    "InvalidIdentifier",
    "InvalidProperties",
    "MissingScopes",
    "NoAssociations",
    "NonUniqueIdProperty",
    "NotAuthenticated",
    "NotImitated",
    "ObjectNotFound",
    "Outage",
    "PinNotAssociated",
    "Problem",
    "PropertyExists",
    "PropertyNotFound",
    "RateLimited",
    "RequiredMissing",
    "ResourceNotFound",
    "SomeMissing",
    "TokenExpired",
    "UnknownObjectType",
    "UnknownTypeId",
    "UnreadableJson",
    "ValueTaken",
    "WrongDirection",
]
