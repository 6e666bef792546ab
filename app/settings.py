"""The settings: one frozen object from the environment, all problems at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from app.errors import ConfigError

SIGNATURE_VERSIONS = ("v3", "v2", "v1")
API_VERSIONS = ("v3", "2026-03", "2026-09")
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


def _setting(
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


def _positive() -> validate.Range:
    return validate.Range(min=0, min_inclusive=False)


def _store_url(url: str) -> None:
    # The URL may hold a password: what is said about it never repeats it.
    if not url.startswith(STORE_SCHEMES):
        raise ValidationError("Must begin with redis:// or rediss://.")
    try:
        _ = urlsplit(url).port
    except ValueError:
        raise ValidationError("Is no URL, or its port is no port.") from None


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; `hubkeeper settings` prints this as a table."""

    hubspot_client_secret: tuple[str, ...] = _setting(
        "list",
        (),
        "Client secret of the HubSpot app; several, comma-separated, while rotating",
        secret=True,
    )
    hubspot_access_token: str = _setting(
        "str", "", "Token for HubSpot's API (private app or service key)", secret=True
    )
    hubspot_app_id: str = _setting(
        "str", "", "Id of the HubSpot app; tells its own writes from those of others"
    )
    hubspot_api_url: str = _setting(
        "str", "https://api.hubapi.com", "Where HubSpot's API is"
    )
    hubspot_api_version: str = _setting(
        "str",
        "v3",
        "Paths of HubSpot's API: v3 (with v4 associations), or a dated version",
        validate.OneOf(API_VERSIONS),
    )
    public_url: str = _setting(
        "str",
        "",
        "The URL HubSpot calls, without /webhooks/hubspot; signatures cover it",
    )
    redis_url: str = _setting(
        "str",
        "redis://127.0.0.1:6379/0",
        "The store; Redis 6.2 or Valkey 7.2 and later",
        _store_url,
    )
    port: int = _setting(
        "int",
        8080,
        "Where the web process listens",
        validate.Range(min=1, max=65_535),
    )
    bind: str = _setting("str", "127.0.0.1", "Address the web process listens on")
    web_processes: int = _setting("int", 1, "Processes of the web server", _positive())
    web_threads: int = _setting("int", 8, "Threads of each web process", _positive())
    trusted_proxies: int = _setting(
        "int",
        0,
        "How many proxies in front set X-Forwarded-Proto and -Host; 0 trusts nobody",
        validate.Range(min=0),
    )
    accepted_signatures: tuple[str, ...] = _setting(
        "list",
        SIGNATURE_VERSIONS,
        "Webhook signatures that count; v3 decides alone when it is present",
        validate.Length(min=1),
        validate.ContainsOnly(SIGNATURE_VERSIONS),
    )
    max_body_bytes: int = _setting(
        "int", 8 * 1024 * 1024, "Longest webhook request; beyond it 413", _positive()
    )
    max_waiting_events: int = _setting(
        "int",
        1_000_000,
        "Waiting events of a portal above which deliveries get 503",
        _positive(),
    )
    linger_s: float = _setting(
        "float",
        1.0,
        "How long a contact's events gather into one piece of work",
        validate.Range(min=0),
    )
    lease_s: float = _setting(
        "float",
        60.0,
        "How long a silent worker keeps its contacts before others take them",
        validate.Range(min=1),
    )
    round_contacts: int = _setting(
        "int",
        300,
        "Most contacts a worker takes in hand at once",
        validate.Range(min=1, max=1000),
    )
    worker_processes: int = _setting(
        "int", 2, "Processes of one `hubkeeper worker`", _positive()
    )
    http_timeout_s: float = _setting(
        "float", 20.0, "How long to wait for an answer of HubSpot", _positive()
    )
    rate_calls: int = _setting(
        "int",
        100,
        "Calls per ten seconds that HubSpot allows the app: 100, 190, 250; 0: no limit",
        validate.Range(min=0),
    )
    rate_searches: int = _setting(
        "int",
        4,
        "Search calls per second; HubSpot allows 5 for all apps of an account",
        validate.Range(min=0),
    )
    max_attempts: int = _setting(
        "int",
        12,
        "Failed attempts after which a contact becomes a dead letter",
        _positive(),
    )
    search_lag_s: float = _setting(
        "float",
        60.0,
        "How long HubSpot's search may not see a company made half-way",
        validate.Range(min=0),
    )
    create_companies: bool = _setting(
        "bool", True, "Make the company of an e-mail domain when there is none"
    )
    action_timeout_s: float = _setting(
        "float", 5.0, "How long an action may think about one contact", _positive()
    )
    allow_merge: bool = _setting(
        "bool", False, "Let actions merge duplicates; otherwise it is only remarked"
    )
    allow_archive: bool = _setting(
        "bool", False, "Let actions archive contacts; otherwise it is only remarked"
    )
    forward_secret: str = _setting(
        "str", "", "Signs what actions forward to URLs of yours", secret=True
    )
    forward_private: bool = _setting(
        "bool", False, "Let actions forward over http:// and to private addresses"
    )
    action_modules: tuple[str, ...] = _setting(
        "list", (), "Python modules with actions of your own, comma-separated"
    )
    rules_file: str = _setting(
        "str", "", "A rules.toml; without one every default action is taken as it comes"
    )
    log_level: str = _setting(
        "str",
        "INFO",
        "DEBUG, INFO, WARNING or ERROR",
        validate.OneOf(("DEBUG", "INFO", "WARNING", "ERROR")),
    )

    @property
    def webhook_base(self) -> str:
        """Return what precedes the path in the URL that HubSpot signs."""
        return self.public_url.rstrip("/")


def variable(field: dataclasses.Field[Any]) -> str:
    """Return the environment variable of a field."""
    return field.name.upper()


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
    for name in ("public_url", "hubspot_api_url"):
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
