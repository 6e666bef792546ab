"""`hubkeeper keys`: keys that seal what is stored."""

from __future__ import annotations

import click
from cryptography.fernet import Fernet


@click.group()
def keys() -> None:
    """Make the keys that seal personal data in the store."""


@keys.command()
def new() -> None:
    """Print a new key; put it in front of the others in STORE_KEYS."""
    click.echo(Fernet.generate_key().decode())
