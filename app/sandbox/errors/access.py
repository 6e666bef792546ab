"""Errors about the request itself: who sends it, how often, and in what form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.sandbox.errors.envelope import ApiError


class UnreadableJson(ApiError):
    """The body is no JSON, or JSON of another shape."""

    category = ""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(
            f"Invalid input JSON on line {line}, column {column}: {reason}"
        )


class RequiredFieldsMissing(ApiError):
    """The body, or a part of it, lacks fields."""

    category = ""

    def __init__(self, names: Sequence[str]) -> None:
        listed = ", ".join(names)
        super().__init__(
            "Invalid input JSON on line 1, column 2. "
            f"Some required fields were not set: [{listed}]"
        )


class NotAuthenticated(ApiError):
    """No token, or a wrong one."""

    status = 401
    category = "INVALID_AUTHENTICATION"

    def __init__(self) -> None:
        super().__init__(
            "Authentication credentials not found. This API supports OAuth 2.0 "
            "authentication and you can find more details at "
            "https://developers.hubspot.com/docs/methods/auth/oauth-overview"
        )


class TokenExpired(ApiError):
    """The token was good once."""

    status = 401
    category = "EXPIRED_AUTHENTICATION"

    def __init__(self, seconds: int, expired_at: str) -> None:
        super().__init__(
            f"The OAuth token used to make this call expired {seconds} second(s) ago.",
            context={"expire time": [expired_at]},
        )


class MissingScopes(ApiError):
    """The app was not granted what the call needs."""

    status = 403
    category = "MISSING_SCOPES"

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__(
            "This app hasn't been granted all required scopes to make this call. "
            "Read more about required scopes here: "
            "https://developers.hubspot.com/scopes.",
            details=[
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": list(scopes)},
                }
            ],
        )


class RateLimited(ApiError):
    """Too many calls; `policy` says in which window."""

    status = 429
    category = ""

    _GROUPS: Mapping[str, str] = {
        "TEN_SECONDLY_ROLLING": "publicapi:private_app-api-calls-ten-secondly",
        "SECONDLY": "publicapi:crm:search:oauth",
    }

    def __init__(self, policy: str, group: str) -> None:
        extra: dict[str, object] = {"errorType": "RATE_LIMIT", "policyName": policy}
        if policy in self._GROUPS:
            extra["groupName"] = f"{self._GROUPS[policy]}:{group}"
        super().__init__(f"You have reached your {policy.lower()} limit.", extra=extra)
        self.policy = policy

    def body(self, correlation_id: str) -> dict[str, object]:
        """Return the envelope; that of the daily limit repeats the request's id."""
        body = super().body(correlation_id)
        if self.policy == "DAILY":
            body["requestId"] = correlation_id.replace("-", "")
        return body


class Outage(ApiError):
    """An answer of HubSpot's infrastructure, made by a fault (our own words)."""

    category = ""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, headers=headers)
        self.status = status


class NotImitated(ApiError):
    """HubSpot has this path, the sandbox has not (our own words)."""

    status = 501
    category = "NOT_IMITATED"

    def __init__(self, method: str, path: str) -> None:
        super().__init__(
            f"HubSpot knows {method} {path}, but this sandbox does not imitate it: "
            "see 'The sandbox' in hubkeeper's README"
        )
