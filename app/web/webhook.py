"""The door: who is calling, what do they say, is it stored; only then 204.

A 2xx means stored. Whatever stops us from storing ends in a 503, and HubSpot sends
the delivery again; what it sends is never refused for its content, because one odd
item would make HubSpot resend the other ninety-nine ten times over.
"""

from __future__ import annotations

import time

from flask import Blueprint, Request, Response, current_app, request

from app import logs
from app.errors import NotFromHubSpot, TooLarge
from app.events import wire
from app.hubspot import signature
from app.services import Door

blueprint = Blueprint("webhook", __name__)
log = logs.get()


@blueprint.post("/webhooks/hubspot")
def receive() -> Response:
    """Take one delivery."""
    door: Door = current_app.extensions["hubkeeper"]
    body = read_body(door, request)
    check_signature(door, request, body)
    receipt = door.inbox.accept(wire.parse(body), door.settings.hubspot_app_id)
    if receipt.unreadable:
        log.warning("items_unreadable", count=receipt.unreadable)
    return Response(status=204)


def read_body(door: Door, request: Request) -> bytes:
    """Return the raw bytes, as they were signed.

    Raises:
        TooLarge: before anything is read, where the request says how long it is.

    """
    body = request.get_data(cache=False)
    # A body of unknown length is cut off at the limit by now.
    if len(body) >= door.settings.max_body_bytes:
        raise TooLarge(f"a delivery has at most {door.settings.max_body_bytes} bytes")
    return body


def check_signature(door: Door, request: Request, body: bytes) -> None:
    """Refuse the request unless HubSpot signed it.

    Raises:
        NotFromHubSpot: the log says against which URL the signature was checked,
            which is what is wrong most often.

    """
    uri = called_url(door, request)
    try:
        signature.verify(
            headers=request.headers,
            method=request.method,
            uri=uri,
            body=body,
            secrets=door.settings.hubspot_client_secret,
            accepted=frozenset(door.settings.accepted_signatures),
            now=time.time(),
        )
    except NotFromHubSpot as error:
        log.warning("refused", reason=str(error), checked_url=uri)
        raise


def called_url(door: Door, request: Request) -> str:
    """Return the URL as HubSpot wrote it: ours by settings, the rest as it came.

    A Host or forwarded header is no source for it where PUBLIC_URL is set.
    """
    base = door.settings.webhook_base or f"{request.scheme}://{request.host}"
    # Only the server knows the target before percent-decoding.
    target = request.environ.get("RAW_URI") or request.full_path.rstrip("?")
    return base + str(target)
