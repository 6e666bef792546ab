"""How one setting is declared: its kind, its default, what it means, its checks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from marshmallow import ValidationError, fields, validate

STORE_SCHEMES = ("redis://", "rediss://")


class Words(fields.Field[tuple[str, ...]]):
    """Comma-separated words; spaces around them do not count."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        words = (word.strip() for word in str(value).split(","))
        return tuple(word for word in words if word)


KINDS: dict[str, type[fields.Field[Any]]] = {
    "str": fields.String,
    "int": fields.Integer,
    "float": fields.Float,
    "bool": fields.Boolean,
    "list": Words,
}


def setting(
    kind: str,
    default: Any,
    meaning: str,
    *checks: Callable[[Any], Any],
    secret: bool = False,
) -> Any:
    """Declare one setting; its variable is the field's name in capitals."""
    about = {
        "reader": KINDS[kind](validate=list(checks)),
        "meaning": meaning,
        "secret": secret,
    }
    return dataclasses.field(default=default, metadata=about)


def positive() -> validate.Range:
    """Return the check of a number above zero."""
    return validate.Range(min=0, min_inclusive=False)


def store_url(url: str) -> None:
    """Refuse what is no address of a store.

    Raises:
        ValidationError: says why.

    """
    # The URL may hold a password: what is said about it never repeats it.
    if not url.startswith(STORE_SCHEMES):
        raise ValidationError("Must begin with redis:// or rediss://.")
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValidationError("Is no URL, or its port is no port.") from None


def store_keys(keys: tuple[str, ...]) -> None:
    """Refuse what is no Fernet key, without repeating it.

    Raises:
        ValidationError: says which one, counted from 1.

    """
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ValidationError(
                f"Key {number} is no Fernet key; `hubkeeper keys new` prints one."
            ) from None
