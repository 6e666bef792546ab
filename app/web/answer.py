"""An error as HubSpot's API words it, whoever asked."""

from __future__ import annotations

import uuid

from flask import Response, jsonify

# When the store is away or the backlog is full, a sender may as well breathe first.
RETRY_AFTER_S = "30"


def answer(status: int, message: str, category: str) -> Response:
    """Return an error in HubSpot-like JSON."""
    body = {
        "status": "error",
        "message": message,
        "correlationId": str(uuid.uuid4()),
        "category": category,
    }
    response = jsonify(body)
    response.status_code = status
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_S
    return response
