"""Says whether this process can do its work: is the store there?"""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify

from app.services import Door

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Answer 200 when the store answers; otherwise StoreDown becomes a 503."""
    door: Door = current_app.extensions["hubkeeper"]
    door.inbox.portals()
    return jsonify(status="ok")
