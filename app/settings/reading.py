"""Reads the settings from the environment, and reports all problems at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from app.errors import ConfigError
from app.settings.care import CareSettings

URLS = ("public_url", "hubspot_api_url", "alert_url", "runbook_url")
MAIL_SCHEMES = ("smtp://", "smtps://")


@dataclass(frozen=True, slots=True)
class Settings(CareSettings):
    """Everything that can be set; `hubkeeper settings` prints this as a table."""


def variable(field: dataclasses.Field[Any]) -> str:
    """Return the environment variable of a field."""
    return field.name.upper()


def variables(*, secret: bool) -> tuple[str, ...]:
    """Return the environment variables of what is secret, or of everything else."""
    declared = dataclasses.fields(Settings)
    return tuple(variable(f) for f in declared if f.metadata["secret"] is secret)


def from_environ(
    environ: Mapping[str, str], *, needs: tuple[str, ...] = ()
) -> Settings:
    """Read the settings.

    Args:
        environ: usually os.environ; a variable that is empty counts as not set.
        needs: fields that this process cannot do without.

    Raises:
        ConfigError: names every variable that is wrong or missing, and why.

    """
    declared = dataclasses.fields(Settings)
    readers = {variable(field): field.metadata["reader"] for field in declared}
    schema = Schema.from_dict(readers)(unknown=EXCLUDE)
    problems: dict[str, str] = {}
    try:
        read = schema.load({k: v for k, v in environ.items() if v.strip()})
    except ValidationError as error:
        read = error.valid_data
        problems = {str(k): " ".join(v) for k, v in error.messages_dict.items()}
    settings = Settings(**{name.lower(): value for name, value in read.items()})
    for need in needs:
        if not getattr(settings, need):
            problems.setdefault(need.upper(), "Is required here, and not set.")
    problems |= _contradictions(settings)
    if problems:
        lines = [f"  {name}: {problem}" for name, problem in sorted(problems.items())]
        raise ConfigError("\n".join(["these settings are wrong:", *lines]))
    return settings


def _contradictions(settings: Settings) -> dict[str, str]:
    """Return what is wrong although each value alone is right."""
    problems = {}
    if settings.lease_s <= settings.http_timeout_s:
        problems["LEASE_S"] = (
            f"Must be longer than HTTP_TIMEOUT_S ({settings.http_timeout_s:g}):"
            " a worker that waits for HubSpot must not lose its contacts."
        )
    if settings.alert_email and not settings.smtp_url:
        problems["SMTP_URL"] = "Is needed to send alerts to ALERT_EMAIL."
    if settings.smtp_url and not settings.smtp_url.startswith(MAIL_SCHEMES):
        problems["SMTP_URL"] = "Must begin with smtp:// or smtps://."
    for name in URLS:
        url = getattr(settings, name)
        if url and not url.startswith(("https://", "http://")):
            problems[name.upper()] = "Must begin with https:// (or http:// for tests)."
    return problems


def table(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (variable, value, meaning) of every setting; secrets are masked."""
    rows = []
    for field in dataclasses.fields(Settings):
        value = getattr(settings, field.name)
        shown = ",".join(value) if isinstance(value, tuple) else str(value)
        if field.metadata["secret"] and shown:
            shown = "(set)"
        rows.append((variable(field), shown, field.metadata["meaning"]))
    return rows
