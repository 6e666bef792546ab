"""`hubkeeper verify`: does the signature of a captured request fit, and if not, why?"""

from __future__ import annotations

import os
import sys
import time
from typing import BinaryIO

import click

from app import settings
from app.cli.moment import Moment
from app.errors import NotFromHubSpot
from app.hubspot import capture, diagnosis, signature
from app.hubspot.capture import Capture
from app.hubspot.original import Suspect
from app.settings import Settings


@click.command()
@click.argument("request", metavar="FILE", type=click.File("rb"))
@click.option("--body", type=click.File("rb"), help="The body, if it is not in FILE.")
@click.option("--url", help="The URL that HubSpot called, if not PUBLIC_URL and path.")
@click.option("--at", type=Moment(), help="When it came; without, its age is no fault.")
def verify(
    request: BinaryIO, body: BinaryIO | None, url: str | None, at: float | None
) -> None:
    """Say whether a captured request is HubSpot's, and why not. Exit 1 if not.

    FILE holds the headers as they came and, behind a blank line, the raw body.
    """
    ours = settings.from_environ(os.environ, needs=("hubspot_client_secret",))
    try:
        seen = capture.read(request.read(), body.read() if body else None)
    except ValueError as error:
        raise click.ClickException(f"{request.name}: {error}") from error
    uri = url or called(ours, seen)
    click.echo(f"{seen.method} {uri}, {len(seen.body)} bytes")
    secrets, accepted = ours.hubspot_client_secret, frozenset(ours.accepted_signatures)
    try:
        version = signature.verify(
            headers=seen.headers,
            method=seen.method,
            uri=uri,
            body=seen.body,
            secrets=secrets,
            accepted=accepted,
            now=at or signed_at(seen),
        )
    except NotFromHubSpot as refusal:
        suspect = Suspect(seen.method, uri, seen.headers, seen.body)
        found = diagnosis.explain(suspect, refusal, secrets=secrets, accepted=accepted)
        click.echo(f"refused ({found.cause}): {found.words}")
        sys.exit(1)
    click.echo(f"genuine: its {version} signature fits")


def called(ours: Settings, seen: Capture) -> str:
    """Return the URL against which the door would have checked it."""
    if seen.target.startswith(("https://", "http://")):
        return seen.target
    base = ours.webhook_base or f"https://{seen.headers.get('host', 'localhost')}"
    return base + seen.target


def signed_at(seen: Capture) -> float:
    """Return the time of the request's own timestamp, epoch seconds."""
    stamp = seen.headers.get(signature.TIMESTAMP.lower(), "")
    return int(stamp) / 1000 if signature.is_timestamp(stamp) else time.time()
