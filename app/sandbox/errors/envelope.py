"""The envelope that every error of HubSpot comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Context = Mapping[str, Sequence[str]]


class ApiError(Exception):
    """An answer that is no success.

    Attributes:
        status: HTTP status.
        category: HubSpot's `category`; "" leaves it out, as HubSpot sometimes does.
        sub_category: HubSpot's `subCategory`, "" for none.
        context: HubSpot's `context`.
        details: HubSpot's `errors[]`.
        extra: further top-level fields.
        headers: further headers of the answer.

    """

    status = 400
    category = "VALIDATION_ERROR"
    sub_category = ""

    def __init__(
        self,
        message: str,
        *,
        context: Context | None = None,
        details: Sequence[Mapping[str, object]] = (),
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.context = context or {}
        self.details = details
        self.extra = extra or {}
        self.headers = headers or {}

    def body(self, correlation_id: str) -> dict[str, object]:
        """Return the JSON of an answer that consists of this error."""
        body: dict[str, object] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
        }
        return {**self._fill(body, self.context), **self.extra}

    def entry(self, context: Context | None = None) -> dict[str, object]:
        """Return the JSON of this error among the `errors` of a batch answer."""
        body: dict[str, object] = {"status": "error", "message": self.message}
        whole = {**self.context, **context} if context else self.context
        return self._fill(body, whole)

    def _fill(self, body: dict[str, object], context: Context) -> dict[str, object]:
        if self.details:
            body["errors"] = list(self.details)
        if context:
            body["context"] = context
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        return body


class Invalid(ApiError):
    """A 400 with category VALIDATION_ERROR and a message of its own."""
