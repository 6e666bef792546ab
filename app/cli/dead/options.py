"""What the commands share: the filter, addresses of letters, and who is asking."""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import click

from app import services, settings
from app.repair import filter as filters
from app.repair.filter import Filter
from app.services import Services

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option("--portal", help="Only this portal."),
    click.option("--contact", help='Only this contact ("odd": items without one).'),
    click.option("--type", help="Only with such an event, e.g. contact.creation."),
    click.option(
        "--error",
        "errors",
        multiple=True,
        help="Only this class (Refused, KeyError) or reason (bug); repeatable.",
    ),
    click.option("--action", help="Only where this rule or action is concerned."),
    click.option("--since", help="Buried then or later: 2h, 3d, a date."),
    click.option("--until", help="Buried then or earlier."),
    click.option("--text", help="Only with this text in the error."),
)
CONDITIONS = (
    "portal",
    "contact",
    "type",
    "errors",
    "action",
    "since",
    "until",
    "text",
)


def filtered(command: Command) -> Command:
    """Give a command the options of a filter."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def filter_of(options: dict[str, Any]) -> Filter:
    """Take the filter's options out of a command's, and read them.

    Raises:
        Unclear: names every one that is wrong.

    """
    return filters.parse({name: options.pop(name) for name in CONDITIONS})


def connected() -> Services:
    """Connect to the store of the environment."""
    return services.connect(settings.from_environ(os.environ))


def address(text: str) -> tuple[str, str]:
    """Split "PORTAL/ID"."""
    portal, slash, id_ = text.partition("/")
    if not (portal and slash and id_):
        raise click.BadParameter(f"{text!r} is not of the form PORTAL/ID")
    return portal, id_


def me() -> str:
    """Return who is at the keyboard, for the audit."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        user = f"uid {os.getuid()}"
    return f"{user}@{socket.gethostname()}"
