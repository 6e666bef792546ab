"""What is set about the door: where it is, and whom it lets in."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import validate

from app.settings.hubspot import HubSpotSettings
from app.settings.setting import positive, setting

SIGNATURE_VERSIONS = ("v3", "v2", "v1")


@dataclass(frozen=True, slots=True)
class DoorSettings(HubSpotSettings):
    """How webhooks come in."""

    public_url: str = setting(
        "str",
        "",
        "The URL HubSpot calls, without /webhooks/hubspot; signatures cover it",
    )
    port: int = setting(
        "int",
        8080,
        "Where the web process listens",
        validate.Range(min=1, max=65_535),
    )
    bind: str = setting("str", "127.0.0.1", "Address the web process listens on")
    web_processes: int = setting("int", 1, "Processes of the web server", positive())
    web_threads: int = setting("int", 8, "Threads of each web process", positive())
    trusted_proxies: int = setting(
        "int",
        0,
        "How many proxies in front set X-Forwarded-Proto and -Host; 0 trusts nobody",
        validate.Range(min=0),
    )
    accepted_signatures: tuple[str, ...] = setting(
        "list",
        SIGNATURE_VERSIONS,
        "Webhook signatures that count; v3 decides alone when it is present",
        validate.Length(min=1),
        validate.ContainsOnly(SIGNATURE_VERSIONS),
    )
    max_body_bytes: int = setting(
        "int", 8 * 1024 * 1024, "Longest webhook request; beyond it 413", positive()
    )
    max_waiting_events: int = setting(
        "int",
        1_000_000,
        "Waiting events of a portal above which deliveries get 503",
        positive(),
    )
    door_timeout_s: float = setting(
        "float",
        5.0,
        "How long a webhook request may take to arrive; HubSpot gives up after 5 s",
        positive(),
    )

    @property
    def webhook_base(self) -> str:
        """Return what precedes the path in the URL that HubSpot signs."""
        return self.public_url.rstrip("/")
