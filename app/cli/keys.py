"""`hubkeeper keys`: keys that seal what is stored."""

from __future__ import annotations

import os

import click
from cryptography.fernet import Fernet

from app import services, settings
from app.events import resealing


@click.group()
def keys() -> None:
    """Make the keys that seal personal data in the store."""


@keys.command()
def new() -> None:
    """Print a new key; put it in front of the others in STORE_KEYS."""
    click.echo(Fernet.generate_key().decode())


@keys.command()
def reseal() -> None:
    """Seal all anew with the first of STORE_KEYS. Then the others may go."""
    ours = settings.from_environ(os.environ, needs=("store_keys",))
    rewritten = resealing.reseal(services.connect(ours).scripts)
    click.echo(
        f"{rewritten} texts were sealed anew; the older STORE_KEYS may go"
        f" when {ours.keep_s / 3600:g} hours are over, the time of KEEP_S"
    )
