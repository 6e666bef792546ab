"""`hubkeeper dead`: what failed, why, and the way back."""

from __future__ import annotations

import click

from app.cli.dead.listing import export, list_letters, show
from app.cli.dead.moving import discard, replay
from app.cli.dead.orders import orders, stop
from app.cli.dead.writing import edit, take_in


@click.group()
def dead() -> None:
    """See, mend, replay or discard what could not be finished."""


for command in (
    list_letters,
    show,
    replay,
    discard,
    edit,
    export,
    take_in,
    orders,
    stop,
):
    dead.add_command(command)

__all__ = ["dead"]
