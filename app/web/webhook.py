"""The door: who is calling, what do they say, is it stored; only then 204.

A 2xx means stored. Whatever stops us from storing ends in a 503, and HubSpot sends
the delivery again; what it sends is never refused for its content, because one odd
item would make HubSpot resend the other ninety-nine ten times over.
"""

from __future__ import annotations

import time

from flask import Blueprint, Request, Response, current_app, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from app import logs
from app.errors import Encoded, NotFromHubSpot, TooLarge, TooSlow
from app.events import wire
from app.hubspot import diagnosis, original, signature
from app.services import Door
from app.web.logbook import Logbook, Page

PATH = "/webhooks/hubspot"
# A stranger may announce any length; larger numbers cannot be stored.
MOST_TOLD = 2**53

blueprint = Blueprint("webhook", __name__)
log = logs.get()


@blueprint.post(PATH)
def receive() -> Response:
    """Take one delivery."""
    door: Door = current_app.extensions["hubkeeper"]
    logbook: Logbook = current_app.extensions["logbook"]
    with logbook.open() as page:
        body = read_body(door, request, page)
        page.signature = check_signature(door, request, body, page)
        page.items = wire.parse(body)
        if door.archive.is_on:
            door.inbox.make_sure_of_room(page.items)
            door.archive.keep(page.id, page.items)
        page.receipt = door.inbox.accept(
            page.items, door.settings.hubspot_app_id, delivery=page.id
        )
    if page.receipt.unreadable:
        log.warning("items_unreadable", count=page.receipt.unreadable)
    return Response(status=204)


def read_body(door: Door, request: Request, page: Page) -> bytes:
    """Return the raw bytes, as they were signed.

    Raises:
        Encoded: before anything is read; so does
        TooLarge: where the request says how long it is.
        TooSlow: the sender gave up, or the server gave it up.

    """
    limit = door.settings.max_body_bytes
    if request.headers.get("Content-Encoding"):
        raise Encoded("HubSpot does not compress its deliveries; a proxy must not")
    page.size = min(request.content_length or 0, MOST_TOLD)
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise TooLarge(f"a delivery has at most {limit} bytes") from None
    except ClientDisconnected:
        raise TooSlow("the body did not arrive whole") from None
    page.size = len(body)
    # A body of unknown length is cut off at the limit by now.
    if len(body) >= limit:
        raise TooLarge(f"a delivery has at most {limit} bytes")
    return body


def check_signature(door: Door, request: Request, body: bytes, page: Page) -> str:
    """Return the version of the signature that proves the request to be HubSpot's.

    Raises:
        NotFromHubSpot: the log says why, as far as it can be found out; the answer
            does not, for it goes to a stranger.

    """
    uri = called_url(door, request)
    secrets = door.settings.hubspot_client_secret
    accepted = frozenset(door.settings.accepted_signatures)
    try:
        return signature.verify(
            headers=request.headers,
            method=request.method,
            uri=uri,
            body=body,
            secrets=secrets,
            accepted=accepted,
            now=time.time(),
        )
    except NotFromHubSpot as refusal:
        if page.is_told:
            given = {name.lower(): value for name, value in request.headers.items()}
            suspect = original.Suspect(request.method, uri, given, body)
            found = diagnosis.explain(
                suspect, refusal, secrets=secrets, accepted=accepted
            )
            page.reason = found.words
            log.warning("refused", reason=found.words, checked_url=uri)
        raise


def called_url(door: Door, request: Request) -> str:
    """Return the URL as HubSpot wrote it: ours by settings, the rest as it came.

    A Host or forwarded header is no source for it where PUBLIC_URL is set.
    """
    base = door.settings.webhook_base or f"{request.scheme}://{request.host}"
    # Only the server knows the target before percent-decoding.
    target = request.environ.get("RAW_URI") or request.full_path.rstrip("?")
    return base + str(target)
