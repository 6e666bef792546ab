"""Errors of the version 1 contacts API, which says things its own way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from app.sandbox.errors.envelope import ApiError
from app.sandbox.errors.values import Problem


class LegacyInvalid(ApiError):
    """Some values do not fit their properties."""

    category = ""

    def __init__(self, problems: Iterable[Problem]) -> None:
        results = [
            {
                "isValid": False,
                "message": problem.message,
                "error": problem.code,
                "name": problem.name,
            }
            for problem in problems
        ]
        super().__init__(
            "Property values were not valid", extra={"validationResults": results}
        )


class LegacyMissing(ApiError):
    """There is no such contact."""

    status = 404
    category = ""

    def __init__(self) -> None:
        super().__init__("contact does not exist")


class LegacyExists(ApiError):
    """The e-mail address is another contact's."""

    status = 409
    category = ""

    def __init__(self, vid: int, email: str, at_ms: int) -> None:
        identity = {"value": email, "type": "EMAIL", "timestamp": at_ms}
        profile = {
            "vid": vid,
            "identity": [identity],
            "linkedVid": [],
            "isContact": True,
            "savedAtTimestamp": at_ms,
        }
        super().__init__(
            "Contact already exists",
            extra={"error": "CONTACT_EXISTS", "identityProfile": profile},
        )


class LegacyBatchFailed(ApiError):
    """Inputs of a batch are wrong; none of it was processed."""

    category = ""

    def __init__(
        self, failures: Sequence[tuple[int, str]], emails: Sequence[str]
    ) -> None:
        messages: list[Mapping[str, object]] = [
            {"index": place, "error": {"status": "error", "message": message}}
            for place, message in failures
        ]
        super().__init__(
            "Errors found processing batch update",
            extra={"invalidEmails": list(emails), "failureMessages": messages},
        )
